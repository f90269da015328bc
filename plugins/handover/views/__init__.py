"""Pages of handover, by what they are for; each module has a blueprint of its own."""

from plugins.handover.views import board, changing, deciding, pack, signing, writing

BLUEPRINTS = (board.bp, changing.bp, deciding.bp, pack.bp, signing.bp, writing.bp)

__all__ = ["BLUEPRINTS"]

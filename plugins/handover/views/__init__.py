"""Pages of handover, by what they are for; each module has a blueprint of its own."""

from plugins.handover.views import board, changing, deciding, pack, reading, signing, writing

BLUEPRINTS = (board.bp, changing.bp, deciding.bp, pack.bp, reading.bp, signing.bp, writing.bp)

__all__ = ["BLUEPRINTS"]

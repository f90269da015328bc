"""Pages of recognition, by what they are for; each module has a blueprint of its own."""

from plugins.gamification.views import badge_rules, badges, contributions, recognition, second_looks, thanks

BLUEPRINTS = (badge_rules.bp, badges.bp, contributions.bp, recognition.bp, second_looks.bp, thanks.bp)

__all__ = ["BLUEPRINTS"]

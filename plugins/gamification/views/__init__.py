"""Pages of recognition, by what they are for; each module has a blueprint of its own."""

from plugins.gamification.views import badge_rules

BLUEPRINTS = (badge_rules.bp,)

__all__ = ["BLUEPRINTS"]

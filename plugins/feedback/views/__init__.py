"""Pages of the questions, by what they are for; each module has a blueprint of its own."""

from plugins.feedback.views import (
    asking,
    bank,
    invited,
    rounds,
    rounds_admin,
    survey_templates,
)

BLUEPRINTS = (
    asking.bp,
    bank.bp,
    invited.bp,
    rounds.bp,
    rounds_admin.bp,
    survey_templates.bp,
)

__all__ = ["BLUEPRINTS", "asking"]

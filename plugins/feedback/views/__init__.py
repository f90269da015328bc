"""Pages of the questions, by what they are for; each module has a blueprint of its own."""

from plugins.feedback.views import (
    asking,
    bank,
    rounds_admin,
    survey_templates,
)

BLUEPRINTS = (
    asking.bp,
    bank.bp,
    rounds_admin.bp,
    survey_templates.bp,
)

__all__ = ["BLUEPRINTS", "asking"]

"""Pages of the questions, by what they are for; each module has a blueprint of its own."""

from plugins.feedback.views import (
    asking,
    bank,
    survey_templates,
)

BLUEPRINTS = (
    asking.bp,
    bank.bp,
    survey_templates.bp,
)

__all__ = ["BLUEPRINTS", "asking"]

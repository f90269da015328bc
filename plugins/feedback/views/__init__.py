"""Pages of the questions, by what they are for; each module has a blueprint of its own."""

from plugins.feedback.views import (
    bank,
    survey_templates,
)

BLUEPRINTS = (
    bank.bp,
    survey_templates.bp,
)

__all__ = ["BLUEPRINTS"]

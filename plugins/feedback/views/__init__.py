"""Pages of the questions, by what they are for; each module has a blueprint of its own."""

from plugins.feedback.views import (
    asking,
    bank,
    callbacks,
    figures,
    improvements,
    invited,
    rounds,
    rounds_admin,
    survey_templates,
    words,
)

BLUEPRINTS = (
    asking.bp,
    bank.bp,
    callbacks.bp,
    figures.bp,
    improvements.bp,
    invited.bp,
    rounds.bp,
    rounds_admin.bp,
    survey_templates.bp,
    words.bp,
)

__all__ = ["BLUEPRINTS", "asking", "figures", "improvements"]

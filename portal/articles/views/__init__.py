"""Pages of the knowledge, by what they are for; each module has a blueprint of its own."""

from portal.articles.views import (
    adapting,
    attachments,
    care,
    conflicts,
    finds,
    history,
    previews,
    reading,
    reviews,
    starting,
    watching,
    writing,
)
from portal.articles.views.reading import VIEWS, pane

BLUEPRINTS = (
    reading.bp,
    attachments.bp,
    care.bp,
    previews.bp,
    starting.bp,
    writing.bp,
    history.bp,
    conflicts.bp,
    reviews.bp,
    adapting.bp,
    watching.bp,
    finds.bp,
)

__all__ = ["BLUEPRINTS", "VIEWS", "pane"]

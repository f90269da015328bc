"""Pages of the knowledge, by what they are for; each module has a blueprint of its own."""

from portal.articles.views import attachments, previews, reading, starting
from portal.articles.views.reading import VIEWS, pane

BLUEPRINTS = (reading.bp, attachments.bp, previews.bp, starting.bp)

__all__ = ["BLUEPRINTS", "VIEWS", "pane"]

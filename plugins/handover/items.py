"""What somebody has to do before a change goes live, by kind; which kinds a pack must have follows from its size."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from portal.core.i18n import lazy_gettext as _l

KINDS: Final[Mapping[str, Any]] = {
    "stale_check": _l("Scripts and articles that stand were looked at"),
    "user_article": _l("Article for users"),
    "front_line_script": _l("Script for the front line"),
    "access_checked": _l("Tools and rights were tried"),
    "comms_sent": _l("Users were told"),
    "early_life_roster": _l("Contacts for early life"),
    "training_held": _l("Training"),
    "test_access": _l("Access to a test system"),
    "monitoring_on": _l("Monitoring is on"),
    "supplier_ready": _l("The supplier is ready"),
    "quiz": _l("Quiz"),
    "article": _l("Another article"),
    "script": _l("Another script"),
    "contact": _l("A contact"),
    "other": _l("Something else"),
}
MISSING, BEGUN, READY, NOT_NEEDED = "missing", "draft", "ready", "not_needed"
STATES: Final[Mapping[str, Any]] = {
    MISSING: _l("Missing"),
    BEGUN: _l("Begun"),
    READY: _l("Ready"),
    NOT_NEEDED: _l("Not needed"),
}
EXITS: Final[Mapping[str, Any]] = {
    "not_backed_out": _l("The change stayed: nobody had to go back"),
    "contacts": _l("No more contacts about it than were expected, and half as many again"),
    "first_contact": _l("The first person could help as often as usual"),
    "no_big_outage": _l("It caused no big outage"),
    "debts": _l("Nothing is owed any more"),
    "knew": _l("Users say that the first person knew about it"),
}
"""What a clean landing is; the lead of the front line says of each, in a sentence, whether it is so."""

"""What became of a text, in the words that people read: how much a change changed, and what was done."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from portal.articles.keeping_models import Act, Step, TimingState
from portal.articles.logbook import OF_ARTICLE, TIME_ENDED, TIME_SET
from portal.articles.states import Significance
from portal.core.i18n import lazy_gettext as _l

SIGNIFICANCE: Final[Mapping[str, Any]] = {
    Significance.NEW: _l("The first text"),
    Significance.TYPO: _l("A slip of the pen"),
    Significance.CHANGED: _l("Something changed"),
    Significance.OLD_IS_WRONG: _l("The old instructions are now wrong"),
}

MOVES: Final[Mapping[str, Any]] = {
    "start": _l("begun"),
    "restore": _l("an older text brought back"),
    "submit": _l("handed in"),
    "take_back": _l("taken back"),
    "send_back": _l("sent back"),
    "decline": _l("declined"),
    "recall": _l("decision taken back"),
    "accept": _l("accepted, now live"),
    "adapt": _l("accepted with changes"),
    "go_live_adapted": _l("live with changes"),
    "publish": _l("published"),
    "publish_on_time": _l("published at the set time"),
    "lead_on": _l("its links changed, after two articles became one"),
    "load": _l("loaded from a file"),
    "supersede": _l("replaced by a newer text"),
    "discard": _l("put aside"),
    "take_up": _l("taken up again"),
}
"""What was done with a text, by the names of the table in ``workflow.py``."""

STEPS: Final[Mapping[str, Any]] = {
    Step.ARCHIVE: _l("archived"),
    Step.MERGE: _l("merged into another one"),
    Step.BRING_BACK: _l("brought back"),
}
"""What happened to an article as a whole."""

LOG: Final[Mapping[str, Any]] = {
    **MOVES,
    **{f"{OF_ARTICLE}{step}": said for step, said in STEPS.items()},
    f"{TIME_SET}{Act.GO_LIVE}": _l("a time set at which it goes live"),
    f"{TIME_SET}{Act.RETIRE}": _l("a time set at which it is archived"),
    f"{TIME_ENDED}{TimingState.DROPPED}": _l("the set time holds no longer"),
    f"{TIME_ENDED}{TimingState.FAILED}": _l("could not be done at the set time"),
}
"""What stands in the log of an article, by the names of ``logbook.py``."""

"""What the gate says, in the reader's language: a sentence for each condition, and who can mend it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from plugins.handover import gate, plan
from plugins.handover.models import Pack
from plugins.handover.said_models import GateRow
from portal.core.i18n import format_moment, ngettext
from portal.core.i18n import gettext as _
from portal.core.i18n import lazy_gettext as _l

TITLES: Final[Mapping[str, Any]] = {
    "G1": _l("Everybody has signed"),
    "G2": _l("No blocking question is open"),
    "G3": _l("What has to be there is ready"),
    "G4": _l("The people on shift have read it"),
    "G5": _l("They passed the quiz"),
    "G6": _l("Scripts and articles that stand still hold"),
    "G7": _l("The front line has the tools and rights"),
    "G8": _l("Each known error has a way round and an owner"),
    "G9": _l("Signs for going back, and who decides"),
    "G10": _l("Users are told"),
    "G11": _l("Somebody can be called in each shift"),
    "G12": _l("Nothing else happens there"),
    "G13": _l("There was time to prepare"),
    "G14": _l("The front line feels ready"),
}
COLOURS: Final[Mapping[str, Any]] = {
    gate.GREEN: _l("Green"),
    gate.RED: _l("Red"),
    gate.AMBER: _l("Warning"),
    gate.GREY: _l("Not known"),
    gate.WAIVED: _l("Waived by an exception"),
    gate.NOT_ASKED: _l("Not asked for this size"),
}
FIXES: Final[Mapping[str, Any]] = {
    gate.OWNER: _l("the owner of the pack"),
    gate.PARTIES: _l("the teams that have not signed"),
    gate.LEAD: _l("the lead of the front line"),
    gate.MANAGER: _l("a change manager"),
    gate.UNIT_CONTACT: _l("whoever leads the unit"),
    gate.READERS: _l("those who have not passed it"),
}


@dataclass(frozen=True, kw_only=True)
class Said:
    """A condition in words: its title, its colour, a sentence, and who can mend it (empty where nothing is to mend)."""

    condition: str
    title: str
    colour: str
    colour_title: str
    text: str
    fix: str
    stands_against: bool


def said(row: GateRow) -> Said:
    """What the gate said last of one condition."""
    found = gate.Found(
        condition=row.condition,
        colour=row.colour,
        facts=row.facts,
        fix=str(row.facts.get("fix", gate.OWNER)),
        is_warning=bool(row.facts.get("warns")),
    )
    return words(found)


def words(found: gate.Found) -> Said:
    """What a condition says, in words."""
    is_asked = found.colour != gate.NOT_ASKED
    to_mend = found.colour in {gate.RED, gate.AMBER, gate.GREY}
    return Said(
        condition=found.condition,
        title=str(TITLES[found.condition]),
        colour=found.colour,
        colour_title=str(COLOURS[found.colour]),
        text=_TEXTS[found.condition](found.facts, found.colour == gate.GREEN) if is_asked else "",
        fix=str(FIXES[found.fix]) if to_mend else "",
        stands_against=found.stands_against,
    )


def _names(facts: Mapping[str, Any]) -> str:
    return ", ".join(str(name) for name in facts.get("names", []))


def _signed(facts: Mapping[str, Any], is_green: bool) -> str:
    return _("All have signed this version.") if is_green else _("Not signed yet: %(names)s.", names=_names(facts))


def _blocking(facts: Mapping[str, Any], is_green: bool) -> str:
    if is_green:
        return _("No blocking question is open.")
    return ngettext(
        "%(num)s blocking question has no answer.", "%(num)s blocking questions have no answer.", facts["count"]
    )


def _items(facts: Mapping[str, Any], is_green: bool) -> str:
    return _("Everything is ready.") if is_green else _("Not ready: %(names)s.", names=_names(facts))


def _read(facts: Mapping[str, Any], _is_green: bool) -> str:
    if not facts["of"]:
        return _("Nobody of the front line is on shift in the first two working days.")
    text = _(
        "%(have)s of %(of)s people on shift have read it; %(needed)s are needed.",
        have=facts["have"], of=facts["of"], needed=facts["needed"],
    )  # fmt: skip
    if facts.get("away"):
        text += " " + ngettext("%(num)s is away and does not count.", "%(num)s are away and do not count.",
                               facts["away"])  # fmt: skip
    return text


def _quiz(facts: Mapping[str, Any], _is_green: bool) -> str:
    return _("%(have)s of %(of)s who have read it passed the quiz.", have=facts["have"], of=facts["of"])


def _stale(facts: Mapping[str, Any], is_green: bool) -> str:
    if facts.get("vouched"):
        return _("Somebody looked at them, and answers for it by name.")
    if facts.get("unknown"):
        return _("The portal cannot look at this itself: somebody looks at them, and answers for it by name.")
    return _("All were looked at.") if is_green else _("Not answered yet: %(names)s.", names=_names(facts))


def _tools(facts: Mapping[str, Any], is_green: bool) -> str:
    return _("Nothing is missing.") if is_green else _("Missing: %(names)s.", names=_names(facts))


def _errors(facts: Mapping[str, Any], is_green: bool) -> str:
    if is_green:
        return _("None is without a way round and somebody who looks after it.")
    return _("Without a way round or an owner: %(names)s.", names=_names(facts))


def _going_back(facts: Mapping[str, Any], is_green: bool) -> str:
    if is_green:
        return _("The signs and who decides are named.")
    if facts.get("signs"):
        return _("It is not said who decides.")
    return _("No signs are named.")


def _told(_facts: Mapping[str, Any], is_green: bool) -> str:
    return _("They were told, or a day is set.") if is_green else _("Nobody told them, and no day is set.")


def _covered(facts: Mapping[str, Any], is_green: bool) -> str:
    if is_green:
        return _("Each shift has a contact.")
    first = datetime.fromisoformat(facts["shifts"][0][0])
    return ngettext(
        "For %(num)s shift no contact is named: %(moment)s.",
        "For %(num)s shifts no contact is named; the first begins %(moment)s.",
        facts["count"],
        moment=format_moment(first),
    )


def _clash(facts: Mapping[str, Any], is_green: bool) -> str:
    if facts.get("vouched"):
        return _("Somebody looked at them, and answers for it by name.")
    if facts.get("unknown"):
        return _("The portal cannot look at this itself: somebody looks at them, and answers for it by name.")
    if not is_green:
        clashes = ", ".join(f"{each['unit']}: {each['name']}" for each in facts.get("clashes", []))
        return _("It falls into: %(names)s.", names=clashes)
    if facts.get("agreed"):
        return _("Whoever leads the unit agreed.")
    return _("No campaign, month end or freeze of these units.")


def _lead_time(facts: Mapping[str, Any], _is_green: bool) -> str:
    if facts["have"] is None:
        return _("It was not handed in yet; %(needed)s working days are needed.", needed=facts["needed"])
    return _("%(have)s working days before go-live; %(needed)s are needed.", have=facts["have"],
             needed=facts["needed"])  # fmt: skip


def _confidence(facts: Mapping[str, Any], _is_green: bool) -> str:
    if facts.get("off"):
        return _("Nobody is asked while feedback is switched off.")
    if facts.get("few"):
        return _("Too few have answered to say.")
    return _("%(yes)s of %(of)s could support it on their own tomorrow.", yes=facts["yes"], of=facts["of"])


_TEXTS: Final[Mapping[str, Callable[[Mapping[str, Any], bool], str]]] = {
    "G1": _signed,
    "G2": _blocking,
    "G3": _items,
    "G4": _read,
    "G5": _quiz,
    "G6": _stale,
    "G7": _tools,
    "G8": _errors,
    "G9": _going_back,
    "G10": _told,
    "G11": _covered,
    "G12": _clash,
    "G13": _lead_time,
    "G14": _confidence,
}


def answer(pack: Pack, found: Iterable[gate.Found]) -> dict[str, Any]:
    """What the gate says, for programs: ready, and each condition that stands against it with who can mend it.

    A pack that is not signed is not ready, whatever else is green; one that is live already is.
    """
    red = [words(each) for each in found if each.stands_against]
    is_live = pack.state in {plan.LIVE, plan.EARLY_LIFE, plan.CLOSED}
    return {
        "ref": pack.change.ref,
        "state": pack.state,
        "version": pack.version,
        "ready": is_live or (pack.state in {plan.SIGNED_OFF, plan.READY} and not red),
        "red": [{"id": each.condition, "text": each.text, "fix": each.fix} for each in red],
    }

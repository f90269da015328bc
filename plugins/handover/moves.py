"""Every move of a pack, checked: who may make it, and each need of the file held against where the pack stands.

Pure: :class:`Standing` is loaded by ``standing.py``, :class:`Given` is what
somebody hands over with the move. The sentences of the file's *needs* are the
keys of :data:`CHECKS`, so that the file and this table cannot part; what a
move only brings about (another version, signatures asked again) stands in
:data:`BROUGHT_ABOUT` and is done by ``moving.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Final

from plugins.handover import plan
from plugins.handover.plan import Move, Plan
from portal.core.errors import Forbidden, PortalError, Refused
from portal.core.i18n import gettext as _
from portal.core.i18n import ngettext

MOST_EXTRA_DAYS: Final = 10
MOST_EXTENSIONS: Final = 2
SIGNED_FOR_DAYS: Final = 30
SHORTEST_REASON: Final = 10


@dataclass(frozen=True, kw_only=True)
class Actor:
    """Who wants to make a move. *parties* are those that they may sign for. *is_portal* is the portal itself."""

    person_id: int | None = None
    is_portal: bool = False
    is_owner: bool = False
    is_manager: bool = False
    is_lead: bool = False
    parties: frozenset[str] = frozenset()

    def roles(self) -> frozenset[str]:
        """Who they are, in the words of the file."""
        held = {
            plan.OWNER: self.is_owner,
            plan.PARTY: bool(self.parties),
            plan.MANAGER: self.is_manager,
            plan.SYSTEM: self.is_portal,
            plan.LEAD: self.is_lead,
        }
        return frozenset(name for name, is_so in held.items() if is_so)


PORTAL: Final = Actor(is_portal=True)


@dataclass(frozen=True, kw_only=True)
class Standing:
    """Where a pack stands, as far as moves ask.

    Names of sections, items, parties and conditions are as people read them.
    """

    state: str
    size: str
    now: datetime
    go_live_at: datetime
    has_parties: bool = True
    has_front_line: bool = True
    empty_sections: tuple[str, ...] = ()
    loose_items: tuple[str, ...] = ()  # without an owner or a due date
    short_parties: tuple[str, ...] = ()  # with too few people who may sign
    unanswered_blocking: int = 0
    blocking_by: frozenset[str] = frozenset()  # parties that have a blocking question open
    unsigned: tuple[str, ...] = ()
    is_materially_changed: bool = False
    red: tuple[str, ...] = ()
    early_life_until: datetime | None = None
    unmet_exits: tuple[str, ...] = ()
    unsettled_debts: int = 0
    ownerless_errors: tuple[str, ...] = ()
    is_survey_sent: bool = True
    extended: int = 0
    owner_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class Given:
    """What comes with a move: a *reason*, the *risk* with who accepts it, due days of *debts* by condition."""

    reason: str = ""
    risk: str = ""
    accepted_by: int | None = None
    debts: Mapping[str, date] = field(default_factory=dict)
    is_confirmed: bool = False
    extra_days: int = 0
    is_front_line_told: bool = False


NOTHING: Final = Given()


@dataclass(frozen=True, kw_only=True)
class Attempt:
    """A move that is tried: where the pack stands, what comes with it, and who tries."""

    standing: Standing
    given: Given
    actor: Actor


def refusal(table: Plan, standing: Standing, to: str, actor: Actor, given: Given = NOTHING) -> PortalError | None:
    """Why *actor* cannot move a pack to the state *to* now; ``None`` when they can."""
    moves = table.moves_between(standing.state, to)
    if not moves:
        return Refused(
            _(
                "A pack cannot go from “%(source)s” to “%(to)s”.",
                source=state_title(standing.state),
                to=state_title(to),
            ),
            hint=_("Somebody may have moved it meanwhile; look at where it stands now."),
        )
    move = moves[0]
    if not actor.roles() & set(move.by):
        return Forbidden(
            _("This is done by %(who)s.", who=who_may(move)),
            hint=_("The page of the pack names them; ask one of them."),
        )
    tried = Attempt(standing=standing, given=given, actor=actor)
    return next((found for need in move.needs if (found := need_of(need)(tried)) is not None), None)


def need_of(sentence: str) -> Check:
    """The check of one need of the file."""
    return CHECKS.get(sentence, _nothing)


Check = Callable[[Attempt], PortalError | None]


def _nothing(_tried: Attempt) -> None:
    return None


def _sections(tried: Attempt) -> Refused | None:
    if not tried.standing.empty_sections:
        return None
    return Refused(
        _("These questions have no answer yet: %(names)s.", names="; ".join(tried.standing.empty_sections)),
        hint=_("Each question of this size is answered before a pack is handed in; “none” is an answer too."),
    )


def _items(tried: Attempt) -> Refused | None:
    if not tried.standing.loose_items:
        return None
    return Refused(
        _("Nobody is named, or no day, for: %(names)s.", names=", ".join(tried.standing.loose_items)),
        hint=_("Give each item somebody who does it and a day, or say why it is not needed."),
    )


def _people(tried: Attempt) -> Refused | None:
    if not tried.standing.has_parties or not tried.standing.has_front_line:
        return Refused(
            _("No team of the front line is among those who sign."),
            hint=_("Add it under “Who signs”: nothing goes live without the front line."),
        )
    if not tried.standing.short_parties:
        return None
    return Refused(
        _("Too few people may sign for: %(names)s.", names=", ".join(tried.standing.short_parties)),
        hint=_("An administrator names them on the page of a person; two for each team, one where a team is small."),
    )


def _blocking_asked(tried: Attempt) -> Refused | None:
    if tried.standing.blocking_by & tried.actor.parties:
        return None
    return Refused(
        _("A pack is sent back with a blocking question."),
        hint=_("Ask what has to be answered before your team can sign."),
        field="text",
    )


def _blocking_answered(tried: Attempt) -> Refused | None:
    if not tried.standing.unanswered_blocking:
        return None
    return Refused(
        ngettext(
            "%(num)s blocking question has no answer.",
            "%(num)s blocking questions have no answer.",
            tried.standing.unanswered_blocking,
        ),
        hint=_("Answer each of them, then hand the pack in again."),
    )


def _signed(tried: Attempt) -> Refused | None:
    if tried.standing.has_front_line and not tried.standing.unsigned:
        return None
    return Refused(
        _("Not signed yet: %(names)s.", names=", ".join(tried.standing.unsigned)), hint=_("Silence is never a yes.")
    )


def _material(tried: Attempt) -> Refused | None:
    return None if tried.standing.is_materially_changed else Refused(_("Nothing that was signed has changed."))


def _green(tried: Attempt) -> Refused | None:
    if not tried.standing.red:
        return None
    return Refused(
        _("The gate is red: %(names)s.", names=", ".join(tried.standing.red)),
        hint=_("The page of the pack says who can mend each."),
    )


def _red(tried: Attempt) -> Refused | None:
    return None if tried.standing.red else Refused(_("The gate is green."))


def _time(tried: Attempt) -> Refused | None:
    if tried.given.is_confirmed or tried.standing.now >= tried.standing.go_live_at:
        return None
    return Refused(
        _("The moment of go-live has not come yet."), hint=_("Confirm that the change is live already.")
    )  # fmt: skip


def _exception(tried: Attempt) -> Refused | None:
    return _reason(tried) or _accepted(tried) or _debts_named(tried)


def _accepted(tried: Attempt) -> Refused | None:
    if len(tried.given.risk.strip()) < SHORTEST_REASON:
        return Refused(
            _("The risk is not told."),
            hint=_("Say in words of the business what happens if it goes wrong."),
            field="risk",
        )
    if tried.given.accepted_by is None or tried.given.accepted_by in {tried.standing.owner_id, tried.actor.person_id}:
        return Refused(
            _("A second person accepts the risk: not the owner of the pack, and not you."),
            hint=_("Choose who carries it."),
            field="accepted_by",
        )
    return None


def _debts_named(tried: Attempt) -> Refused | None:
    if missing := [name for name in tried.standing.red if name not in tried.given.debts]:
        return Refused(
            _("No day is named for what is owed: %(names)s.", names=", ".join(missing)),
            hint=_("Each condition that is skipped is made good on a day."),
            field="debts",
        )
    return None


def _emergency(tried: Attempt) -> Refused | None:
    if found := _reason(tried):
        return found
    if not tried.given.is_front_line_told:
        return Refused(
            _("The front line is told before, or at the same minute."),
            hint=_("Write the note that they read: one paragraph is enough."),
            field="note",
        )
    return _accepted(tried)


def _reason(tried: Attempt) -> Refused | None:
    if len(tried.given.reason.strip()) >= SHORTEST_REASON:
        return None
    return Refused(
        _("The reason is missing."), hint=_("A sentence is enough; those concerned read it."), field="reason"
    )


def _window_over(tried: Attempt) -> Refused | None:
    if tried.standing.early_life_until is not None and tried.standing.now >= tried.standing.early_life_until:
        return None
    return Refused(_("Early life is not over yet."), hint=_("It ends on the day that the page of the pack names."))


def _exits(tried: Attempt) -> Refused | None:
    if not tried.standing.unmet_exits:
        return None
    return Refused(
        _("Not answered yet: %(names)s.", names="; ".join(tried.standing.unmet_exits)),
        hint=_("Say of each with a sentence whether it is so."),
    )


def _debts_settled(tried: Attempt) -> Refused | None:
    if not tried.standing.unsettled_debts:
        return None
    return Refused(
        ngettext("%(num)s thing is still owed.", "%(num)s things are still owed.", tried.standing.unsettled_debts),
        hint=_("The list of debts names them and who settles them."),
    )


def _errors_owned(tried: Attempt) -> Refused | None:
    if not tried.standing.ownerless_errors:
        return None
    return Refused(
        _("Nobody looks after these known errors: %(names)s.", names="; ".join(tried.standing.ownerless_errors)),
        hint=_("Name a team for each, since they become articles now."),
    )


def _survey(tried: Attempt) -> Refused | None:
    if tried.standing.is_survey_sent:
        return None
    return Refused(_("Users have not been asked yet."), hint=_("They are asked three to five days after go-live."))


def _more_days(tried: Attempt) -> Refused | None:
    if tried.standing.extended >= MOST_EXTENSIONS:
        return Refused(
            _("Early life was made longer twice already."),
            hint=_("Close the pack with what is still open named as a debt, or go back."),
        )
    if not 1 <= tried.given.extra_days <= MOST_EXTRA_DAYS:
        return Refused(
            _("Early life is made longer by 1 to %(most)s working days.", most=MOST_EXTRA_DAYS),
            hint=_("Write a number of working days."),
            field="extra_days",
        )
    return None


CHECKS: Final[Mapping[str, Check]] = {
    "every section of the size has text": _sections,
    "every item has an owner and a due date": _items,
    "at least two people named for every party (one in a small team)": _people,
    "at least one blocking question with text": _blocking_asked,
    "every blocking question answered": _blocking_answered,
    "every party, the front line included, has signed this pack version (size S: the front line)": _signed,
    "a material section changed (what_changes, what_people_notice, first_fixes, send_on, known_errors, support_lines, "
    "going_back, go_live)": _material,
    "gate is green": _green,
    "a gate condition turned red again": _red,
    "go-live time reached or confirmed": _time,
    "exception: reason, accepted risk, named accepter who is not the owner, debts with due date": _exception,
    "emergency change: reason; pack completed within 2 working days; front line told before or at the same minute": (
        _emergency
    ),
    "at once": _nothing,
    "window over": _window_over,
    "exit criteria met": _exits,
    "debts settled": _debts_settled,
    "known errors have owners": _errors_owned,
    "survey sent": _survey,
    "extend by up to 10 working days, at most twice": _more_days,
    "reason": _reason,
}

NEW_VERSION: Final = frozenset(
    {"pack version raised by 1", "new pack version; acknowledgements and sign-offs start again"}
)
ASK_AGAIN: Final = "sign-offs older than 30 days are asked again"
BROUGHT_ABOUT: Final = NEW_VERSION | {ASK_AGAIN}


def state_title(state: str) -> str:
    """A state in words."""
    return {
        plan.DRAFT: _("Draft"),
        plan.IN_REVIEW: _("In review"),
        plan.SENT_BACK: _("Sent back"),
        plan.SIGNED_OFF: _("Signed"),
        plan.READY: _("Ready"),
        plan.LIVE: _("Live"),
        plan.EARLY_LIFE: _("Early life"),
        plan.CLOSED: _("Closed"),
        plan.ON_HOLD: _("On hold"),
        plan.CANCELLED: _("Cancelled"),
        plan.BACKED_OUT: _("Gone back"),
    }[state]


def who_may(move: Move) -> str:
    """Who makes a move, in words."""
    words = {
        plan.OWNER: _("the owner of the pack"),
        plan.PARTY: _("people who sign for a team"),
        plan.MANAGER: _("a change manager"),
        plan.SYSTEM: _("the portal itself"),
        plan.LEAD: _("the lead of the front line"),
    }
    return _(" or ").join(words[each] for each in move.by)

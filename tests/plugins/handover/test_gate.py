"""The gate from packs, people and rosters in the database: each condition green, red and waived, for each size."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from plugins.handover import asking, gate, gate_keeping, gate_words, items, moving, plan, signing, vouching
from plugins.handover.models import Contact, Item, Pack, Section, Tool
from plugins.handover.said_models import UNDERSTOOD, Confidence, Reading, Vouch, Waiver
from tests.plugins.handover.company import GO_LIVE, NOW, Company, filled

FRONT_LINE = ("lea", "fin", "flo", "fay")
SIZES = plan.SIZES
GREY = ("G6", "G12")
"""What the portal cannot look at: somebody answers for it by name."""


def ready(session: Session, company: Company, size: str) -> Pack:
    """A pack for which every condition is green."""
    pack = filled(session, company, size=size)
    moving.move(session, pack, plan.IN_REVIEW, company.actor(session, pack, "ana"), now=NOW - timedelta(days=40))
    for name, party in (("fin", "front-line"), ("ono", "onsite"), ("bea", "business-systems")):
        signing.put(session, pack, party, person_id=company.ids[name], signed_as="", note="", now=NOW)
    if pack.size != "S":
        signing.put(session, pack, "payroll-supplier", person_id=None, signed_as="Sam", note="", now=NOW)
    for name in FRONT_LINE:
        session.merge(Reading(pack_id=pack.id, person_id=company.ids[name], party_id="front-line", state=UNDERSTOOD,
                              asked_at=NOW, version=pack.version, confirmed_at=NOW, quiz_passed_at=NOW))  # fmt: skip
    for what in GREY:
        session.merge(Vouch(pack_id=pack.id, version=pack.version, what=what, person_id=company.ids["ana"],
                            note="Looked at all of them.", at=NOW))  # fmt: skip
    for number in range(5):
        session.add(Confidence(invitation_id=f"i{number}", pack_id=pack.id, choice=0, at=NOW))
    session.flush()
    return pack


def _unsigned(session: Session, pack: Pack, _company: Company) -> None:
    pack.version += 1
    for what in GREY:
        session.merge(Vouch(pack_id=pack.id, version=pack.version, what=what, person_id=None, note="Looked.", at=NOW))


def _asked(session: Session, pack: Pack, company: Company) -> None:
    asked = asking.Asked(text="What about people on leave?", section="first_fixes")
    asking.ask(session, pack, asked, actor_id=company.ids["fin"], party_id="front-line", now=NOW)


def _item(session: Session, pack: Pack, _company: Company) -> None:
    session.query(Item).filter_by(pack_id=pack.id, is_asked=True).first().state = items.BEGUN


def _unread(session: Session, pack: Pack, company: Company) -> None:
    session.get_one(Reading, (pack.id, company.ids["flo"])).state = "asked"


def _quiz(session: Session, pack: Pack, company: Company) -> None:
    session.get_one(Reading, (pack.id, company.ids["flo"])).quiz_passed_at = None


def _unlooked(session: Session, pack: Pack, _company: Company) -> None:
    session.query(Vouch).filter_by(pack_id=pack.id).delete()


def _toolless(session: Session, pack: Pack, _company: Company) -> None:
    session.add(Tool(pack_id=pack.id, party_id="front-line", name="Payroll number", has_it=False, why_not="Ordered."))


def _rows(key: str, rows: list[dict[str, str]]) -> Callable[..., None]:
    def run(session: Session, pack: Pack, _company: Company) -> None:
        section = session.get(Section, (pack.id, key)) or Section(pack_id=pack.id, key=key)
        section.rows, section.text, section.changed_at = rows, "", NOW
        session.add(section)

    return run


def _untold(session: Session, pack: Pack, _company: Company) -> None:
    session.query(Item).filter_by(pack_id=pack.id, kind="comms_sent").update({"state": items.MISSING})


def _uncovered(session: Session, pack: Pack, _company: Company) -> None:
    session.query(Contact).filter_by(pack_id=pack.id).delete()


def _late(session: Session, pack: Pack, _company: Company) -> None:
    pack.submitted_at = GO_LIVE - timedelta(days=3)


def _unsure(session: Session, pack: Pack, _company: Company) -> None:
    for row in session.query(Confidence).filter_by(pack_id=pack.id).limit(2):
        row.choice = 2


BREAKS: dict[str, Callable[[Session, Pack, Company], None]] = {
    "G1": _unsigned,
    "G2": _asked,
    "G3": _item,
    "G4": _unread,
    "G5": _quiz,
    "G6": _unlooked,
    "G7": _toolless,
    "G8": _rows("known_errors", [{"error": "It fails", "way_round": "", "owner": "network-team", "fix_on": ""}]),
    "G9": _rows("going_back", [{"sign": "Thirty failures", "decides": ""}]),
    "G10": _untold,
    "G11": _uncovered,
    "G12": _unlooked,
    "G13": _late,
    "G14": _unsure,
}
"""What makes each condition red (grey for G6 and G12, of which the portal knows nothing yet)."""


def _cases() -> Iterator[Any]:
    for condition in gate.CONDITIONS:
        for size in SIZES:
            yield pytest.param(condition, size, id=f"{condition}-{size}")


def _colour(session: Session, pack: Pack, condition: str) -> str:
    session.flush()
    return {each.condition: each.colour for each in gate_keeping.look(session, pack)}[condition]


@pytest.mark.parametrize("size", SIZES)
def test_a_pack_that_has_everything_is_green_in_whatever_its_size_asks(writes: Session, company: Company, size: str):
    found = {each.condition: each.colour for each in gate_keeping.look(writes, ready(writes, company, size))}

    assert found == {
        condition: gate.NOT_ASKED if asked[size] == gate.NO else gate.GREEN for condition, asked in gate.ASKED.items()
    }


@pytest.mark.parametrize(("condition", "size"), [each for each in _cases() if each.values[0] in BREAKS])
def test_a_condition_that_is_not_met_is_red_or_a_warning_or_not_asked(
    writes: Session, company: Company, condition: str, size: str
):
    pack = ready(writes, company, size)
    BREAKS[condition](writes, pack, company)

    wanted = {gate.MUST: gate.GREY if condition in GREY else gate.RED, gate.WARN: gate.AMBER, gate.NO: gate.NOT_ASKED}
    assert _colour(writes, pack, condition) == wanted[gate.ASKED[condition][size]]


@pytest.mark.parametrize(("condition", "size"), [each for each in _cases() if each.values[0] in BREAKS])
def test_an_exception_waives_what_must_be_and_is_not(writes: Session, company: Company, condition: str, size: str):
    pack = ready(writes, company, size)
    BREAKS[condition](writes, pack, company)
    writes.add(Waiver(pack_id=pack.id, version=pack.version, kind="exception", reason="Law.", risk="Small.",
                      skipped=[condition], made_by=None, accepted_by=None, at=NOW))  # fmt: skip

    wanted = {gate.MUST: gate.WAIVED, gate.WARN: gate.AMBER, gate.NO: gate.NOT_ASKED}
    assert _colour(writes, pack, condition) == wanted[gate.ASKED[condition][size]]


def test_of_ten_people_on_shift_two_are_away_and_six_have_read_it(writes: Session, company: Company):
    # Worked example E25.
    around = gate.Surroundings(size="M", share=0.80, shift=frozenset(range(8)), away=2, understood=frozenset(range(6)))

    found = {each.condition: each for each in gate.look(around)}["G4"]

    assert (found.colour, found.facts) == (gate.RED, {"have": 6, "of": 8, "needed": 7, "away": 2})
    assert gate_words.words(found).text == (
        "6 of 8 people on shift have read it; 7 are needed. 2 are away and do not count."
    )


@pytest.mark.parametrize(("share", "people", "wanted"), [(0.8, 8, 7), (0.8, 10, 8), (0.95, 20, 19), (0.95, 21, 20)])
def test_a_share_of_people_is_rounded_up(share: float, people: int, wanted: int):
    assert gate.needed(share, people) == wanted


def test_with_nobody_on_shift_nobody_can_have_read_it():
    around = gate.Surroundings(size="M", share=0.8, understood=frozenset({1, 2}))

    assert {each.condition: each.colour for each in gate.look(around)}["G4"] == gate.RED


@pytest.mark.parametrize("size", ["M", "L"])
@pytest.mark.parametrize(("is_on", "yes", "of", "colour"), [
    (False, 0, 9, gate.GREY), (True, 0, 4, gate.GREY), (True, 3, 5, gate.AMBER), (True, 4, 5, gate.GREEN),
    (True, 7, 10, gate.GREEN), (True, 69, 100, gate.AMBER),
])  # fmt: skip
def test_what_readers_feel_is_a_hint_and_never_red(size: str, is_on: bool, yes: int, of: int, colour: str):
    around = gate.Surroundings(size=size, share=0.8, confident=yes, confidence_answers=of, is_feedback_on=is_on)

    found = {each.condition: each for each in gate.look(around)}["G14"]

    assert (found.colour, found.stands_against) == (colour, False)


def test_grey_counts_as_answered_only_by_a_named_person(writes: Session, company: Company):
    pack = ready(writes, company, "M")
    _unlooked(writes, pack, company)
    assert _colour(writes, pack, "G6") == gate.GREY

    lea = company.actor(writes, pack, "lea")
    vouching.vouch(writes, pack, "G6", "I opened all three scripts today.", lea, now=NOW)

    assert _colour(writes, pack, "G6") == gate.GREEN


def test_every_sentence_is_said_for_every_colour(writes: Session, company: Company):
    pack = ready(writes, company, "L")
    green = [gate_words.words(each) for each in gate_keeping.look(writes, pack)]
    for condition, breaks in BREAKS.items():
        if condition not in {"G1", "G4"}:
            breaks(writes, pack, company)
    writes.flush()
    broken = [gate_words.words(each) for each in gate_keeping.look(writes, pack)]

    assert all(each.text for each in green + broken)
    assert {each.condition for each in broken if each.fix} >= set(BREAKS) - {"G1", "G4"}

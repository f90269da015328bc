"""Generated from the file of handovers: every move by everybody who may, every refusal by everybody else, every need.

A row of the file that this page does not know fails, and so does a check that no row asks for.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from plugins.handover import moves, plan
from plugins.handover.moves import Actor, Given, Standing
from plugins.handover.sections import GO_LIVE, SECTIONS
from portal.core.errors import Forbidden, Refused
from tests.plugins.handover.company import GO_LIVE as MOMENT
from tests.plugins.handover.company import NOW

PLAN = plan.plan()
ACTORS = {
    plan.OWNER: Actor(person_id=1, is_owner=True),
    plan.PARTY: Actor(person_id=2, parties=frozenset({"onsite"})),
    plan.MANAGER: Actor(person_id=3, is_manager=True),
    plan.SYSTEM: moves.PORTAL,
    plan.LEAD: Actor(person_id=4, is_lead=True),
}
DAY = (NOW + timedelta(days=3)).date()
GIVEN = Given(reason="The law begins on Monday.", risk="Forty people wait for a day.", accepted_by=9, debts={"G4": DAY},
              is_confirmed=True, extra_days=5, is_front_line_told=True)  # fmt: skip

BROKEN: dict[str, list[tuple[dict[str, Any], dict[str, Any]]]] = {
    "every section of the size has text": [({"empty_sections": ("What will they say?",)}, {})],
    "every item has an owner and a due date": [({"loose_items": ("Quiz",)}, {})],
    "at least two people named for every party (one in a small team)": [
        ({"short_parties": ("Onsite",)}, {}), ({"has_parties": False}, {}), ({"has_front_line": False}, {})
    ],
    "at least one blocking question with text": [({"blocking_by": frozenset()}, {}),
                                                 ({"blocking_by": frozenset({"network"})}, {})],
    "every blocking question answered": [({"unanswered_blocking": 1}, {})],
    "every party, the front line included, has signed this pack version (size S: the front line)": [
        ({"unsigned": ("Onsite",)}, {}), ({"has_front_line": False}, {})
    ],
    "a material section changed (what_changes, what_people_notice, first_fixes, send_on, known_errors, support_lines, "
    "going_back, go_live)": [({"is_materially_changed": False}, {})],
    "gate is green": [({"red": ("G4",)}, {})],
    "a gate condition turned red again": [({"red": ()}, {})],
    "go-live time reached or confirmed": [({"now": MOMENT - timedelta(minutes=1)}, {"is_confirmed": False})],
    "exception: reason, accepted risk, named accepter who is not the owner, debts with due date": [
        ({}, {"reason": " "}), ({}, {"risk": ""}), ({}, {"accepted_by": None}), ({}, {"accepted_by": 1}),
        ({}, {"accepted_by": 3}), ({"red": ("G4", "G6")}, {}),
    ],
    "emergency change: reason; pack completed within 2 working days; front line told before or at the same minute": [
        ({}, {"reason": ""}), ({}, {"is_front_line_told": False}), ({}, {"risk": ""}), ({}, {"accepted_by": 1}),
    ],
    "window over": [({"now": MOMENT}, {}), ({"early_life_until": None}, {})],
    "exit criteria met": [({"unmet_exits": ("Nothing is owed any more",)}, {})],
    "debts settled": [({"unsettled_debts": 1}, {})],
    "known errors have owners": [({"ownerless_errors": ("The PDF opens behind the page",)}, {})],
    "survey sent": [({"is_survey_sent": False}, {})],
    "extend by up to 10 working days, at most twice": [
        ({"extended": 2}, {}), ({}, {"extra_days": 11}), ({}, {"extra_days": 0}), ({}, {"extra_days": -3})
    ],
    "reason": [({}, {"reason": ""}), ({}, {"reason": "so so   "})],
}  # fmt: skip
"""For each need of the file, ways in which it is not met: what else holds of the pack, and what else is given."""

RED_NEEDS = {"a gate condition turned red again"}


def _whole(move: plan.Move, source: str) -> Standing:
    """A pack that can make this move."""
    return Standing(
        state=source,
        size="M",
        now=MOMENT + timedelta(days=30),
        go_live_at=MOMENT,
        blocking_by=frozenset({"onsite"}),
        is_materially_changed=True,
        red=("G4",) if RED_NEEDS & set(move.needs) or move.is_exception else (),
        early_life_until=MOMENT + timedelta(days=14),
        owner_id=1,
    )


def _moves() -> Iterator[Any]:
    for number, move in enumerate(PLAN.moves, 1):
        for source in move.sources:
            yield pytest.param(move, source, id=f"{number}-{source}-{move.to}")


def test_the_file_has_nineteen_moves_and_eleven_states():
    assert (len(PLAN.moves), len(plan.STATES)) == (19, 11)
    assert {state for move in PLAN.moves for state in (*move.sources, move.to)} == set(plan.STATES)


def test_each_need_of_the_file_is_checked_or_brought_about_and_nothing_else_is():
    asked = {need for move in PLAN.moves for need in move.needs}

    assert asked == set(moves.CHECKS) | moves.BROUGHT_ABOUT
    assert set(BROKEN) == set(moves.CHECKS) - {"at once"}


def test_two_states_have_one_move_between_them_at_most():
    pairs = [(source, move.to) for move in PLAN.moves for source in move.sources]

    assert len(pairs) == len(set(pairs))


@pytest.mark.parametrize(("move", "source"), list(_moves()))
@pytest.mark.parametrize("who", ACTORS)
def test_who_may_makes_the_move_and_nobody_else_does(move: plan.Move, source: str, who: str):
    said = moves.refusal(PLAN, _whole(move, source), move.to, ACTORS[who], GIVEN)

    assert said is None if who in move.by else isinstance(said, Forbidden)


def _needs() -> Iterator[Any]:
    for number, move in enumerate(PLAN.moves, 1):
        for source in move.sources:
            for need in move.needs:
                for place, (stands, given) in enumerate(BROKEN.get(need, [])):
                    yield pytest.param(move, source, stands, given, id=f"{number}-{source}-{need[:24]}-{place}")


@pytest.mark.parametrize(("move", "source", "stands", "given"), list(_needs()))
def test_a_need_that_is_not_met_is_refused_with_a_sentence(
    move: plan.Move, source: str, stands: dict[str, Any], given: dict[str, Any]
):
    broken = replace(_whole(move, source), **stands)

    said = moves.refusal(PLAN, broken, move.to, ACTORS[move.by[-1]], replace(GIVEN, **given))

    assert isinstance(said, Refused)
    assert said.message.endswith((".", "”"))


def _not_moves() -> Iterator[Any]:
    for source in plan.STATES:
        for to in plan.STATES:
            if not PLAN.moves_between(source, to):
                yield pytest.param(source, to, id=f"{source}-{to}")


@pytest.mark.parametrize(("source", "to"), list(_not_moves()))
@pytest.mark.parametrize("who", ACTORS)
def test_what_is_no_move_of_the_file_nobody_makes(source: str, to: str, who: str):
    said = moves.refusal(PLAN, _whole(PLAN.moves[0], source), to, ACTORS[who], GIVEN)

    assert isinstance(said, Refused)


def test_the_sections_that_are_signed_are_those_of_the_file():
    need = next(need for move in PLAN.moves for need in move.needs if need.startswith("a material section changed"))
    named = set(need.partition("(")[2].rstrip(")").split(", "))

    assert {key for key, section in SECTIONS.items() if section.is_material} | {GO_LIVE} == named


@pytest.mark.parametrize("size", plan.SIZES)
def test_each_section_of_a_size_is_known(size: str):
    assert set(PLAN.sizes[size].sections) <= set(SECTIONS)

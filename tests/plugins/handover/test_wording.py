"""An edit after signing: what is material, what its owner calls wording, and a party that contests it (E26)."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.handover import changes, moving, plan, signing, writing
from plugins.handover.models import Edit, Pack
from plugins.handover.sections import SECTIONS
from portal.core.errors import Refused
from tests.plugins.handover.company import GO_LIVE, NOW, PARTIES, Company, fill, filled, told


def signed(session: Session, company: Company) -> Pack:
    """A pack that all have signed."""
    pack = filled(session, company)
    moving.move(session, pack, plan.IN_REVIEW, company.actor(session, pack, "ana"), now=NOW)
    for name, party in zip(("fin", "ono", "bea", None), PARTIES, strict=True):
        signing.put(session, pack, party, person_id=company.ids[name] if name else None, signed_as=name or "Sam",
                    note="", now=NOW)  # fmt: skip
    assert pack.state == plan.SIGNED_OFF
    return pack


def _edit(session: Session) -> Edit:
    return session.scalars(sa.select(Edit).order_by(Edit.id.desc())).first()


def test_a_typing_error_called_wording_stands_until_a_party_contests_it(writes: Session, company: Company):
    # Worked example E26.
    pack = signed(writes, company)
    fill(writes, pack, "first_fixes", "Use your usual sign-in.", by=company.ids["ana"], is_wording=True)
    moving.follow(writes, pack, now=NOW)
    assert (pack.state, pack.version) == (plan.SIGNED_OFF, 1)

    writing.contest(writes, pack, _edit(writes), "front-line", by=company.ids["fin"], now=NOW + timedelta(hours=20))
    moving.follow(writes, pack, now=NOW + timedelta(hours=20))

    assert (pack.state, pack.version, _edit(writes).contested_party) == (plan.IN_REVIEW, 2, "front-line")
    assert "Use your usual sign-in." in _edit(writes).after


def test_after_a_working_day_wording_is_not_contested_any_more(writes: Session, company: Company):
    pack = signed(writes, company)
    friday = NOW + timedelta(days=4)
    fill(writes, pack, "first_fixes", "Use your usual sign-in.", by=company.ids["ana"], is_wording=True, now=friday)
    edit = _edit(writes)

    assert edit.contestable_until == friday + timedelta(days=3)
    with pytest.raises(Refused):
        writing.contest(
            writes, pack, edit, "front-line", by=company.ids["fin"], now=friday + timedelta(days=3, hours=1)
        )
    assert pack.version == 1


@pytest.mark.parametrize("key", [key for key, section in SECTIONS.items() if section.is_material])
def test_another_word_in_what_is_signed_asks_all_again(writes: Session, company: Company, key: str):
    pack = signed(writes, company)

    fill(writes, pack, key, f"{SECTIONS[key].example} More.", by=company.ids["ana"])
    moving.follow(writes, pack, now=NOW)

    assert (pack.state, pack.version) == (plan.IN_REVIEW, 2)


@pytest.mark.parametrize("key", ["who_notices", "never", "comms"])
def test_what_is_not_signed_may_change(writes: Session, company: Company, key: str):
    pack = signed(writes, company)

    fill(writes, pack, key, "Another text.", by=company.ids["ana"])
    moving.follow(writes, pack, now=NOW)

    assert (pack.state, pack.version) == (plan.SIGNED_OFF, 1)


@pytest.mark.parametrize(("moved", "state"), [
    (timedelta(hours=24), plan.SIGNED_OFF), (timedelta(hours=25), plan.IN_REVIEW), (-timedelta(days=2), plan.IN_REVIEW),
])  # fmt: skip
def test_a_go_live_that_moves_by_more_than_a_day_is_signed_anew(
    writes: Session, company: Company, moved: timedelta, state: str
):
    pack = signed(writes, company)

    changes.record(writes, told(company, go_live_at=GO_LIVE + moved), source="api", by=None, now=NOW)
    moving.follow(writes, pack, now=NOW)

    assert pack.state == state


def test_the_same_change_twice_is_one_change(writes: Session, company: Company):
    first = changes.record(writes, told(company), source="api", by=None, now=NOW)
    second = changes.record(writes, told(company), source="csv", by=None, now=NOW)

    assert (first.is_new, second.is_new, second.differs, second.pack.id) == (True, False, False, first.pack.id)


@pytest.mark.parametrize(("other", "is_critical", "size"), [
    ({"people_affected": 50, "units": ("finance",), "is_quickly_back": True}, False, "S"),
    ({"people_affected": 51, "units": ("finance",), "is_quickly_back": True}, False, "M"),
    ({"people_affected": 50, "units": ("finance", "people"), "is_quickly_back": True}, False, "M"),
    ({"people_affected": 50, "units": ("finance",), "is_quickly_back": False}, False, "M"),
    ({"people_affected": None, "units": ("finance",), "is_quickly_back": True}, False, "M"),
    ({"people_affected": 499}, False, "M"),
    ({"people_affected": 500}, False, "L"),
    ({"people_affected": 5, "units": ("finance",), "is_quickly_back": True, "kind": "new_service"}, False, "L"),
    ({"people_affected": 5, "units": ("finance",), "is_quickly_back": True}, True, "L"),
    ({"people_affected": 5, "units": ("finance",), "is_quickly_back": True, "is_sensitive": True}, False, "L"),
    ({"kind": "campaign"}, False, "M"),
])  # fmt: skip
def test_the_size_is_proposed_by_rule(company: Company, other: dict[str, object], is_critical: bool, size: str):
    assert changes.proposed_size(told(company, **other), is_critical=is_critical) == size

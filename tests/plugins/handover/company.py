"""A company that hands changes over: who signs, who leads, and a pack that could be handed in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.handover import changes, items, plan, signing, writing
from plugins.handover.models import Contact, Item, Pack, Section
from plugins.handover.moves import Actor
from plugins.handover.people import actor as actor_of
from plugins.handover.sections import SECTIONS
from portal.accounts import rights as rights_room
from portal.accounts import service as people
from portal.accounts.models import Person
from portal.core.portal import Portal
from portal.organisation import demo
from portal.organisation.models import Service
from portal.testing import MakePerson

NOW = datetime(2026, 2, 2, 9, tzinfo=UTC)
"""A Monday, 20 working days before go-live: there is no public holiday in between."""
GO_LIVE = datetime(2026, 3, 2, 5, tzinfo=UTC)
PARTIES = ("front-line", "onsite", "business-systems", "payroll-supplier")

ROWS: Mapping[str, list[dict[str, str]]] = {
    "what_people_notice": [{"sentence": "My payroll password does not work."}, {"sentence": "I have no record."}],
    "first_fixes": [{"they_say": "Old password refused", "it_is": "Expected", "do_this": "Use your normal sign-in."}],
    "send_on": [{"what": "A sign-in that still fails", "to": "HR systems", "with": "Time", "answers": "One hour"}],
    "known_errors": [
        {"error": "The PDF opens behind the page", "way_round": "Turn the phone sideways", "owner": "hr-systems-team",
         "fix_on": ""}
    ],
    "support_lines": [{"topic": "Sign-in", "first": "Front line", "then": "HR systems", "hours": "", "answers": "",
                       "contact": "4410"}],
    "going_back": [{"sign": "More than 30 failed sign-ins in 15 minutes", "decides": "Duty manager"}],
}  # fmt: skip


@dataclass(frozen=True)
class Company:
    """The ids of people by their short names, and the portal."""

    house: Portal
    ids: Mapping[str, int]

    def actor(self, session: Session, pack: Pack, name: str) -> Actor:
        """Who somebody is to a pack."""
        person = session.get_one(Person, self.ids[name])
        return actor_of(session, pack, rights_room.rights_of(session, person))


def found(house: Portal, make_person: MakePerson) -> Company:
    """Found it: ana owns changes; lea leads the front line; two sign for each team; cem manages changes."""
    demo.fill(house)
    team = {
        "ana": make_person("Ana", roles=["project"], party_id="business-systems"),
        "lea": make_person("Lea", roles=["lead", "front_line"], party_id="front-line"),
        "fin": make_person("Fin", roles=["front_line"], party_id="front-line"),
        "flo": make_person("Flo", roles=["front_line"], party_id="front-line"),
        "fay": make_person("Fay", roles=["front_line"], party_id="front-line"),
        "ono": make_person("Ono", roles=["onsite"], party_id="onsite"),
        "oda": make_person("Oda", roles=["onsite"], party_id="onsite"),
        "bea": make_person("Bea", roles=["specialist"], party_id="business-systems"),
        "ben": make_person("Ben", roles=["specialist"], party_id="business-systems"),
        "cem": make_person("Cem", roles=["change_manager"]),
        "hal": make_person("Hal", roles=["lead"]),
        "uma": make_person("Uma", unit_id="finance"),
    }
    duties = [
        *(("lea", "party_lead", "front-line"), ("fin", "party_signer", "front-line")),
        *(("ono", "party_signer", "onsite"), ("oda", "party_signer", "onsite")),
        *(("bea", "party_signer", "business-systems"), ("ben", "party_signer", "business-systems")),
        *(("hal", "service_lead", "payroll"), ("uma", "unit_lead", "finance")),
    ]
    with house.db.transaction() as session:
        for name, kind, ref in duties:
            person = session.get_one(Person, team[name].id)
            people.name_duty(session, person, kind, ref, by=None, now=NOW)
        session.execute(sa.update(Service).values(is_critical=False))
    return Company(house, {name: person.id for name, person in team.items()})


def told(company: Company, **other: Any) -> changes.Told:
    """The change of the sample: payroll gets another sign-in."""
    values: dict[str, Any] = {
        "ref": "CHG-0412",
        "title": "Payroll portal: new sign-in",
        "kind": "change",
        "go_live_at": GO_LIVE,
        "owner_id": company.ids["ana"],
        "people_affected": 320,
        "services": ("payroll",),
        "units": ("finance", "people"),
    }
    return changes.Told(**{**values, **other})


def begun(session: Session, company: Company, *, parties: Sequence[str] = PARTIES, **other: Any) -> Pack:
    """A pack with nothing in it."""
    pack = changes.record(session, told(company, **other), source="page", by=company.ids["ana"], now=NOW).pack
    mails = {"payroll-supplier": "sam@supplier.example"}
    signing.set_parties(session, pack, [(party, mails.get(party, "")) for party in parties], now=NOW)
    return pack


def filled(session: Session, company: Company, *, size: str = "M", **other: Any) -> Pack:
    """A pack that could be handed in, of the given size."""
    pack = begun(session, company, **other)
    pack.size = size
    changes.add_asked_items(session, pack, now=NOW)
    for key in plan.plan().sizes[size].sections:
        fill(session, pack, key)
    for item in session.query(Item).filter_by(pack_id=pack.id):
        item.owner_id, item.due_on, item.state = company.ids["ana"], date(2026, 2, 20), items.READY
    session.add(Contact(pack_id=pack.id, starts_at=GO_LIVE, ends_at=GO_LIVE.replace(day=31), name="HR systems",
                        reached="ext. 4410"))  # fmt: skip
    session.flush()
    return pack


def fill(session: Session, pack: Pack, key: str, text: str = "", *, by: int | None = None, **options: Any) -> None:
    """Write a section, whatever stood there."""
    held = session.get(Section, (pack.id, key))
    rows = ROWS.get(key, [])
    seen = writing.mark(held.text if held else "", held.rows if held else [])
    words = text or str(SECTIONS[key].example)
    writing.save_section(session, pack, key, words, rows, seen=seen, by=by, now=options.pop("now", NOW), **options)

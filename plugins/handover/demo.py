"""Changes on their way, for `portal demo`: the payroll sample in early life, others in review, sent back, begun."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.handover import asking, changes, excepting, items, moving, people, plan, preparing, signing, writing
from plugins.handover.models import Change, Contact, Item, Pack
from plugins.handover.moves import Actor, Given
from plugins.handover.said_models import UNDERSTOOD, Reading, Vouch
from portal.accounts.models import Person
from portal.accounts.queries import with_login
from portal.accounts.rights import rights_of
from portal.core.clock import now as clock_now
from portal.core.portal import Portal

ZONE: Final = ZoneInfo("Europe/Berlin")
LOOKED: Final = {
    "G6": "Looked at the three scripts about payroll; all hold.",
    "G12": "Finance and People and pay have no month end that week.",
}

PAYROLL: Final[Mapping[str, Any]] = {
    "what_changes": "From go-live on, people open their payslip with their normal company sign-in. The old payroll "
    "password stops working at 06:00.",
    "who_notices": "About 320 people on the monthly payroll; the peak is the 25th to the 28th.",
    "what_people_notice": [
        {"sentence": "My payroll password does not work any more."},
        {"sentence": "It says I have no employee record."},
    ],
    "how_to_recognise": "The page shows the new sign-in with the company's name.",
    "first_fixes": [
        {"they_say": "Old password refused", "it_is": "Expected", "do_this": "“Use your normal sign-in.”"},
        {
            "they_say": "“No employee record”",
            "it_is": "Personnel number missing in the account",
            "do_this": "Check the number with the person, fill in the form Payroll number, tell them: tomorrow 10:00.",
        },
        {
            "they_say": "Page stays white",
            "it_is": "Old bookmark",
            "do_this": "Open it from the portal's start page; delete the bookmark.",
        },
    ],
    "send_on": [
        {
            "what": "A sign-in that still fails after the three rows above",
            "to": "HR systems",
            "with": "personnel number (not the pay data), time, message",
            "answers": "one hour, four hours after early life",
        },
        {"what": "Wrong amounts", "to": "Payroll office, ext. 4410", "with": "", "answers": "weekdays 09:00 to 15:00"},
    ],
    "known_errors": [
        {
            "error": "People with two contracts see only the newer one",
            "way_round": "Contracts, choose the other",
            "owner": "hr-systems-team",
            "fix_on": "20 March",
        },
        {
            "error": "On phones the PDF opens behind the page",
            "way_round": "Turn the phone sideways",
            "owner": "hr-systems-team",
            "fix_on": "",
        },
    ],
    "never": "Give no comment on amounts.",
    "scripts_and_articles": "KB0010 for the front line.",
    "support_lines": [
        {"topic": "Sign-in", "first": "Front line", "then": "HR systems", "hours": "", "answers": "one hour",
         "contact": "ext. 4410"},
    ],
    "tools_and_access": "The form “Payroll number”. The front line has it.",
    "comms": "A mail a week before to all who are paid monthly.",
    "going_back": [
        {"sign": "More than 30 failed sign-ins in 15 minutes", "decides": "Duty manager"},
        {"sign": "Somebody sees somebody else's payslip", "decides": "Duty manager, at once"},
    ],
    "contacts_early_life": "HR systems, ext. 4410; at night the duty manager.",
}  # fmt: skip


def fill(house: Portal) -> str:
    """Add the changes; nothing when they are there."""
    with house.db.transaction() as session:
        if session.scalar(sa.select(Change.id).limit(1)) is not None:
            return ""
        now = clock_now()
        _early_life(session, now)
        _in_review(session, now)
        _sent_back(session, now)
        _draft(session, now)
        _emergency(session, now)
    return "Five changes on their way."


def _early_life(session: Session, now: datetime) -> None:
    pack = _written(session, "CHG-0412", "Payroll portal: new sign-in", days=-3, now=now - timedelta(days=24),
                    services=("payroll",), units=("finance", "people"))  # fmt: skip
    then = now - timedelta(days=20)
    moving.move(session, pack, plan.IN_REVIEW, _actor(session, pack, "ines"), now=then)
    _sign(session, pack, ("mara", "front-line"), ("emre", "onsite"), now=then + timedelta(days=2))
    signing.put(session, pack, "payroll-supplier", person_id=None, signed_as="Sam Porter", note="",
                now=then + timedelta(days=3))  # fmt: skip
    for login in ("jo", "mara", "grace"):
        session.merge(Reading(pack_id=pack.id, person_id=with_login(session, login).id, party_id="front-line",
                              state=UNDERSTOOD, asked_at=then, version=pack.version, confirmed_at=then))  # fmt: skip
    for what, note in LOOKED.items():
        session.merge(Vouch(pack_id=pack.id, version=pack.version, what=what, person_id=pack.owner_id, note=note,
                            at=then))  # fmt: skip
    moving.follow(session, pack, now=then)
    moving.move(session, pack, plan.LIVE, _actor(session, pack, "ines"), Given(is_confirmed=True),
                now=now - timedelta(days=3))  # fmt: skip


def _in_review(session: Session, now: datetime) -> None:
    pack = _written(session, "CHG-0455", "Meeting rooms: booking on the door", days=9, now=now - timedelta(days=4),
                    services=("meetings",), units=("sales", "purchasing"))  # fmt: skip
    moving.move(session, pack, plan.IN_REVIEW, _actor(session, pack, "ines"), now=now - timedelta(days=3))
    _sign(session, pack, ("emre", "onsite"), now=now - timedelta(days=2))
    asked = asking.Asked(text="What does the display show when the network is down?", section="how_to_recognise",
                         is_blocking=False)  # fmt: skip
    jo = with_login(session, "jo").id
    asking.ask(session, pack, asked, actor_id=jo, party_id="", now=now - timedelta(days=1))


def _sent_back(session: Session, now: datetime) -> None:
    pack = _written(session, "CHG-0460", "Expenses: receipts by photo", days=20, now=now - timedelta(days=6),
                    services=("expenses",), units=("field-sales",))  # fmt: skip
    moving.move(session, pack, plan.IN_REVIEW, _actor(session, pack, "ines"), now=now - timedelta(days=5))
    asked = [asking.Asked(text="What do we do when the photo is not accepted twice?", section="first_fixes")]
    signing.send_back(session, pack, "front-line", _actor(session, pack, "mara"), asked, now=now - timedelta(days=4))


def _draft(session: Session, now: datetime) -> None:
    told = changes.Told(ref="CHG-0471", title="VPN: a new program on laptops", kind="change", people_affected=140,
                        go_live_at=_at(now, 27), owner_id=with_login(session, "nora").id, services=("remote-access",),
                        units=("sales",))  # fmt: skip
    pack = changes.record(session, told, source="page", by=told.owner_id, now=now).pack
    _say(session, pack, "what_changes", "Laptops get another program for the VPN. It starts by itself.", now=now)
    moving.follow(session, pack, now=now)


def _emergency(session: Session, now: datetime) -> None:
    """The certificate of the door system ran out: live at once, and the pack is owed."""
    emre, henrik = (with_login(session, login).id for login in ("emre", "henrik"))
    told = changes.Told(ref="CHG-0474", title="Doors: new certificate", kind="emergency", people_affected=60,
                        go_live_at=now, owner_id=emre, services=("network",), units=("warehouse",))  # fmt: skip
    pack = changes.record(session, told, source="page", by=emre, now=now).pack
    given = Given(reason="The old certificate ran out at noon.", accepted_by=henrik,
                  risk="Whoever has an old badge may have to ring at the gate until this evening.")  # fmt: skip
    note = "Doors in the warehouse open again. Old badges may fail once: hold them to the reader for three seconds."
    excepting.emergency(session, pack, _actor(session, pack, "carla"), given, note, now=now)


def _written(
    session: Session, ref: str, title: str, *, days: int, now: datetime, services: tuple[str, ...],
    units: tuple[str, ...],
) -> Pack:  # fmt: skip
    """A pack that is whole, of Ines."""
    ines = with_login(session, "ines")
    told = changes.Told(ref=ref, title=title, kind="change", go_live_at=_at(clock_now(), days), owner_id=ines.id,
                        people_affected=320, services=services, units=units)  # fmt: skip
    pack = changes.record(session, told, source="page", by=ines.id, now=now).pack
    parties = [("front-line", ""), ("onsite", ""), ("payroll-supplier", "sam@supplier.example")]
    signing.set_parties(session, pack, parties if ref == "CHG-0412" else parties[:2], now=now)
    for key, said in PAYROLL.items():
        _say(session, pack, key, said if ref == "CHG-0412" or key != "what_changes" else f"{title}.", now=now)
    for item in session.scalars(sa.select(Item).where(Item.pack_id == pack.id)):
        item.owner_id, item.due_on, item.state = ines.id, _at(clock_now(), days - 5).date(), items.READY
    start = told.go_live_at
    session.add(Contact(pack_id=pack.id, starts_at=start, ends_at=start + timedelta(days=14), name="HR systems",
                        reached="ext. 4410"))  # fmt: skip
    preparing.set_tool(session, pack, "front-line", "Payroll number", has_it=True, why_not="")
    return pack


def _say(session: Session, pack: Pack, key: str, said: Any, *, now: datetime) -> None:
    text, rows = (said, []) if isinstance(said, str) else ("", said)
    writing.save_section(session, pack, key, text, rows, seen=writing.mark("", []), by=pack.owner_id, now=now)


def _sign(session: Session, pack: Pack, *who: tuple[str, str], now: datetime) -> None:
    for login, party in who:
        signing.sign(session, pack, party, _actor(session, pack, login), now=now)


def _actor(session: Session, pack: Pack, login: str) -> Actor:
    person: Person = with_login(session, login)
    return people.actor(session, pack, rights_of(session, person))


def _at(now: datetime, days: int) -> datetime:
    """Six in the morning of the day so many days from now."""
    day = (now.astimezone(ZONE) + timedelta(days=days)).date()
    return datetime(day.year, day.month, day.day, 6, tzinfo=ZONE)

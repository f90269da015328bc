"""Changes of the town on their way: what a pack says is for support, and for nobody else."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from plugins.handover import asking, changes, excepting, items, moving, plan, signing, writing
from plugins.handover.models import Contact, Item, Pack, Tool
from plugins.handover.moves import Actor, Given
from plugins.handover.said_models import ExitTick, Vouch
from plugins.handover.sections import SECTIONS
from portal.testing import NOON
from tests.house.markers import SUPPORT, Marks, Town

READERS = frozenset(SUPPORT)


def hand_over(town: Town) -> None:
    """One pack is being written, one is in review with a question, one went live by an exception."""
    specialist, coach = town.people["specialist"].id, town.people["coach"].id
    for place, state in enumerate((plan.DRAFT, plan.IN_REVIEW, plan.EARLY_LIFE)):
        mark = Marks(town, f"pack {state}")
        with town.house.db.transaction() as session:
            told = changes.Told(
                title=f"Change {mark('title', READERS)}", kind="change", go_live_at=NOON + timedelta(days=30 + place),
                owner_id=specialist, services=("mail",), units=("sales",), people_affected=100,
            )  # fmt: skip
            pack = changes.record(session, told, source="page", by=specialist, now=NOON).pack
            signing.set_parties(session, pack, [("front-line", ""), ("onsite", "")], now=NOON)
            for key in plan.plan().sizes["M"].sections:
                rows = [{column.key: mark(f"{key} {column.key}", READERS) for column in SECTIONS[key].columns}] * 2
                writing.save_section(session, pack, key, f"It says {mark(key, READERS)}.", rows,
                                     seen=writing.mark("", []), by=specialist, now=NOON)  # fmt: skip
            _beside(session, pack, mark, specialist)
            asked = asking.Asked(text=f"What about {mark('question', READERS)}?", section="never", is_blocking=False)
            question = asking.ask(session, pack, asked, actor_id=coach, party_id="", now=NOON)
            owner = Actor(person_id=specialist, is_owner=True)
            asking.answer(session, pack, question, f"It is {mark('answer', READERS)}.", owner, changed_pack=True,
                          now=NOON)  # fmt: skip
            moving.follow(session, pack, now=NOON)
            if state != plan.DRAFT:
                _go_on(session, pack, mark, owner, is_live=state == plan.EARLY_LIFE, coach=coach)


def _beside(session, pack: Pack, mark: Marks, owner_id: int) -> None:
    for item in session.scalars(sa.select(Item).where(Item.pack_id == pack.id)):
        item.owner_id, item.due_on, item.state = owner_id, NOON.date(), items.READY
    session.add(Tool(pack_id=pack.id, party_id="front-line", name="Reset", has_it=False,
                     why_not=f"Not {mark('why not', frozenset({'specialist'}))}."))  # fmt: skip
    session.add(Contact(pack_id=pack.id, starts_at=NOON, ends_at=NOON + timedelta(days=60), reached="4410",
                        name=mark("contact", READERS)))  # fmt: skip
    session.add(Vouch(pack_id=pack.id, version=1, what="G6", person_id=None, at=NOON,
                      note=f"Looked {mark('vouch', READERS, shown=False)}."))  # fmt: skip
    session.flush()


def _go_on(session, pack: Pack, mark: Marks, owner: Actor, *, is_live: bool, coach: int) -> None:
    pack.state, pack.submitted_at = plan.IN_REVIEW, NOON
    writing.keep_version(session, pack, by=owner.person_id, now=NOON)
    signing.put(session, pack, "front-line", person_id=coach, signed_as="", note=f"Fine {mark('note', READERS)}.",
                now=NOON)  # fmt: skip
    text = f"It says {mark('edited', READERS)} and more."
    held = writing.sections_of(session, pack.id)["never"]
    writing.save_section(session, pack, "never", text, [], seen=writing.mark(held.text, held.rows),
                         by=owner.person_id, now=NOON)  # fmt: skip
    if not is_live:
        return
    signing.put(session, pack, "onsite", person_id=None, signed_as=f"Sam {mark('signed as', READERS)}", note="",
                now=NOON)  # fmt: skip
    due = (NOON + timedelta(days=3)).date()
    given = Given(reason=f"The law begins {mark('reason', READERS)}.", risk=f"People wait {mark('risk', READERS)}.",
                  accepted_by=coach, debts={f"G{number}": due for number in range(1, 15)})  # fmt: skip
    excepting.go_live_anyway(session, pack, Actor(person_id=None, is_manager=True), given, now=NOON)
    session.add(ExitTick(pack_id=pack.id, criterion="debts", is_met=False, by=None, at=NOON,
                         sentence=f"Not yet {mark('exit', READERS)}."))  # fmt: skip

"""A pack as its page shows it: sections, gate, who signed, questions, edits and what happened. Bounded queries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.handover import gate, gate_words, people, plan, standing, writing
from plugins.handover.models import Contact, Edit, Item, Pack, PackParty, Section, Step, Tool
from plugins.handover.said_models import Debt, GateRow, Question, SignLink, SignOff, Waiver
from plugins.handover.sections import SECTIONS
from plugins.handover.sections import Section as SectionKind
from portal.accounts.models import Person
from portal.core.errors import NotFound
from portal.core.i18n import gettext as _
from portal.organisation.models import Party

MOST = 200
"""So many questions, edits or steps of one pack are shown, the newest of them."""


@dataclass(frozen=True, kw_only=True)
class SectionShown:
    """A section with its question and what stands there; *is_asked* by the size."""

    kind: SectionKind
    text: str
    rows: Sequence[Mapping[str, str]]
    is_asked: bool
    is_filled: bool
    mark: str
    changed_at: datetime | None


@dataclass(frozen=True, kw_only=True)
class PartyShown:
    """A party with its signature, if it stands, and who may sign for it."""

    party: Party
    asked: PackParty
    must_sign: bool
    sign: SignOff | None
    signer: str
    signers: Sequence[Person]
    link: SignLink | None


@dataclass(frozen=True, kw_only=True)
class QuestionShown:
    """A question with the names of those who asked and answered."""

    question: Question
    asked_by: str
    party: str
    answered_by: str


@dataclass(frozen=True, kw_only=True)
class Shown:
    """Everything on the page of a pack."""

    pack: Pack
    owner: Person | None
    sections: Sequence[SectionShown]
    gate: Sequence[gate_words.Said]
    parties: Sequence[PartyShown]
    items: Sequence[tuple[Item, str]]
    tools: Sequence[Tool]
    contacts: Sequence[Contact]
    questions: Sequence[QuestionShown]
    edits: Sequence[tuple[Edit, str]]
    steps: Sequence[tuple[Step, str]]
    waivers: Sequence[tuple[Waiver, str, str]]
    debts: Sequence[Debt]

    @property
    def waits_for(self) -> list[str]:
        """The parties whose signature is missing."""
        return [each.party.name for each in self.parties if each.must_sign and each.sign is None]

    @property
    def met(self) -> int:
        """How many conditions are met."""
        return sum(each.colour in {gate.GREEN, gate.WAIVED} for each in self.gate)

    @property
    def asked(self) -> int:
        """How many conditions are asked for this size."""
        return sum(each.colour != gate.NOT_ASKED for each in self.gate)


def pack(session: Session, pack_id: int) -> Pack:
    """One pack. Raises ``NotFound``."""
    found = session.get(Pack, pack_id)
    if found is None:
        raise NotFound(_("There is no such pack."), hint=_("The board shows those that there are."))
    return found


def show(session: Session, held: Pack) -> Shown:
    """Everything that the page of a pack shows."""
    names = _Names(session)
    return Shown(
        pack=held,
        owner=session.get(Person, held.owner_id) if held.owner_id is not None else None,
        sections=sections(session, held),
        gate=said_by_gate(session, held),
        parties=parties(session, held, names),
        items=[(item, names.of(item.owner_id)) for item in items(session, held)],
        tools=session.scalars(sa.select(Tool).where(Tool.pack_id == held.id).order_by(Tool.party_id, Tool.name)).all(),
        contacts=contacts(session, held),
        questions=questions(session, held, names),
        edits=[(edit, names.of(edit.by)) for edit in _newest(session, Edit, held)],
        steps=[(step, names.of(step.by)) for step in _newest(session, Step, held)],
        waivers=[
            (waiver, names.of(waiver.made_by), names.of(waiver.accepted_by))
            for waiver in session.scalars(
                sa.select(Waiver).where(Waiver.pack_id == held.id).order_by(Waiver.id.desc()).limit(MOST)
            )
        ],
        debts=session.scalars(sa.select(Debt).where(Debt.pack_id == held.id).order_by(Debt.due_on, Debt.id)).all(),
    )


def sections(session: Session, held: Pack) -> list[SectionShown]:
    """The sections that the size asks for, and those that say something besides; in the order of the questions."""
    asked, said = plan.plan().sizes[held.size].sections, writing.sections_of(session, held.id)
    return [_section(kind, said.get(key), is_asked=key in asked) for key, kind in SECTIONS.items()
            if key in asked or (key in said and kind.is_filled(said[key].text, said[key].rows))]  # fmt: skip


def _section(kind: SectionKind, said: Section | None, *, is_asked: bool) -> SectionShown:
    text, rows = (said.text, said.rows) if said is not None else ("", [])
    return SectionShown(
        kind=kind,
        text=text,
        rows=rows,
        is_asked=is_asked,
        is_filled=kind.is_filled(text, rows),
        mark=writing.mark(text, rows),
        changed_at=said.changed_at if said is not None else None,
    )


def said_by_gate(session: Session, held: Pack) -> list[gate_words.Said]:
    """What the gate said last, what stands against going live first."""
    rows = session.scalars(sa.select(GateRow).where(GateRow.pack_id == held.id)).all()
    order = {condition: place for place, condition in enumerate(gate.CONDITIONS)}
    said = [gate_words.said(row) for row in sorted(rows, key=lambda row: order[row.condition])]
    first = {gate.RED: 0, gate.GREY: 1, gate.AMBER: 2, gate.WAIVED: 3, gate.GREEN: 4, gate.NOT_ASKED: 5}
    return sorted(said, key=lambda each: first[each.colour])


def parties(session: Session, held: Pack, names: _Names) -> list[PartyShown]:
    """Who signs, and who has."""
    rows = people.parties_of(session, held.id)
    signers = people.signers_of(session, [party.id for party, _asked in rows])
    must = {party.id for party in standing.who_signs(held, rows)}
    signed = {
        sign.party_id: sign
        for sign in session.scalars(
            sa.select(SignOff).where(
                SignOff.pack_id == held.id, SignOff.version == held.version, SignOff.asked_again_at.is_(None)
            )
        )
    }
    query = sa.select(SignLink).where(SignLink.pack_id == held.id, SignLink.version == held.version)
    links = {link.party_id: link for link in session.scalars(query.order_by(SignLink.id))}
    return [
        PartyShown(
            party=party,
            asked=asked,
            must_sign=party.id in must,
            sign=signed.get(party.id),
            signer=_signer(signed.get(party.id), names),
            signers=[person for person in signers.get(party.id, []) if person.id != held.owner_id],
            link=links.get(party.id),
        )
        for party, asked in rows
    ]


def items(session: Session, held: Pack) -> Sequence[Item]:
    """What somebody has to do."""
    return session.scalars(
        sa.select(Item).where(Item.pack_id == held.id).order_by(Item.is_asked.desc(), Item.id).limit(MOST)
    ).all()


def contacts(session: Session, held: Pack) -> Sequence[Contact]:
    """Whom the front line calls in early life, the first first."""
    query = sa.select(Contact).where(Contact.pack_id == held.id)
    return session.scalars(query.order_by(Contact.starts_at, Contact.id).limit(MOST)).all()


def questions(session: Session, held: Pack, names: _Names) -> list[QuestionShown]:
    """The questions, those that are open first."""
    is_open = sa.case((Question.state == "open", 0), (Question.state == "answered", 1), else_=2)
    query = sa.select(Question).where(Question.pack_id == held.id)
    rows = session.scalars(query.order_by(is_open, Question.id.desc()).limit(MOST)).all()
    titles = {party.id: party.name for party, _asked in people.parties_of(session, held.id)}
    return [
        QuestionShown(
            question=row,
            asked_by=names.of(row.asked_by) or row.asked_as,
            party=titles.get(row.party_id, ""),
            answered_by=names.of(row.answered_by),
        )
        for row in rows
    ]


def _signer(sign: SignOff | None, names: _Names) -> str:
    return "" if sign is None else names.of(sign.person_id) or sign.signed_as


def _newest(session: Session, model: Any, held: Pack) -> Sequence[Any]:
    found: Sequence[Any] = session.scalars(
        sa.select(model).where(model.pack_id == held.id).order_by(model.id.desc()).limit(MOST)
    ).all()
    return found


class _Names:
    """Names of people, each read once."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def of(self, person_id: int | None) -> str:
        """The name of a person; nothing where nobody is meant."""
        if person_id is None:
            return ""
        found = self._session.get(Person, person_id)
        return found.name if found is not None else ""

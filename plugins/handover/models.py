"""Changes, the packs that hand them over, and who agreed to them.

A pack belongs to one change. What is signed is a *version* of it: the texts
stand in :class:`Section` as they are now, and in :class:`Version` as they were
when that version was handed in. What people say of a pack (signatures,
questions, readings, exceptions) stands in ``said_models.py``.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, relationship

from portal.core.db import IntPk, Json, Model

REF = sa.String(60)
TITLE = sa.String(200)
KEY = sa.String(40)
SHORT = sa.String(500)
PARTY = sa.String(60)  # without a foreign key where a party may go and what it said stays

KINDS = ("new_service", "change", "retirement", "campaign", "supplier", "emergency")
ITEM_STATES = ("missing", "draft", "ready", "not_needed")


class Change(Model):
    """Something that will be different for people from *go_live_at* on.

    *ref* is its number, our own (``C-12``) or that of the tool it comes from.
    *is_quickly_back*: going back takes minutes. *is_sensitive*: the flow of
    money, safety or personal data changes. *campaign* names the business event
    that comes again, so that its next pack begins as a copy.
    """

    __tablename__ = "handover_change"

    id: Mapped[IntPk]
    ref: Mapped[str] = mapped_column(REF, unique=True)
    title: Mapped[str] = mapped_column(TITLE)
    kind: Mapped[str] = mapped_column(sa.String(20))
    go_live_at: Mapped[datetime] = mapped_column(index=True)
    window_until: Mapped[datetime | None]
    people_affected: Mapped[int | None]
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    project: Mapped[str] = mapped_column(sa.String(120), default="")
    risk: Mapped[str] = mapped_column(sa.Text, default="")
    is_quickly_back: Mapped[bool] = mapped_column(default=False)
    is_sensitive: Mapped[bool] = mapped_column(default=False)
    campaign: Mapped[str] = mapped_column(sa.String(120), default="")
    source: Mapped[str] = mapped_column(sa.String(10))  # page, api or csv
    created_at: Mapped[datetime]
    edition: Mapped[int] = mapped_column(default=1)

    services: Mapped[list[ChangeService]] = relationship(cascade="all, delete-orphan", lazy="selectin")
    units: Mapped[list[ChangeUnit]] = relationship(cascade="all, delete-orphan", lazy="selectin")

    __mapper_args__ = {"version_id_col": edition}  # noqa: RUF012 - as the library asks


class ChangeService(Model):
    """A service that a change changes."""

    __tablename__ = "handover_change_service"

    change_id: Mapped[int] = mapped_column(sa.ForeignKey("handover_change.id", ondelete="CASCADE"), primary_key=True)
    service_id: Mapped[str] = mapped_column(sa.ForeignKey("service.id", ondelete="CASCADE"), primary_key=True)

    __table_args__ = (sa.Index("ix_handover_change_service_service_id", "service_id"),)


class ChangeUnit(Model):
    """A unit whose people notice a change."""

    __tablename__ = "handover_change_unit"

    change_id: Mapped[int] = mapped_column(sa.ForeignKey("handover_change.id", ondelete="CASCADE"), primary_key=True)
    unit_id: Mapped[str] = mapped_column(sa.ForeignKey("unit.id", ondelete="CASCADE"), primary_key=True)

    __table_args__ = (sa.Index("ix_handover_change_unit_unit_id", "unit_id"),)


class Pack(Model):
    """What is handed over with a change, and where it stands.

    *version* is what is signed. *edition* counts every write, so that of two
    people at once the second is told. *size* is agreed, *size_proposed* is
    what the rule says. *submitted_at* is the first time that it was handed in.
    *send_backs* counts how often a party sent it back, *extended* how often
    early life was made longer. A reusable pack (size S) may be used again
    until *reusable_until*.
    """

    __tablename__ = "handover_pack"

    id: Mapped[IntPk]
    change_id: Mapped[int] = mapped_column(sa.ForeignKey("handover_change.id", ondelete="CASCADE"), unique=True)
    state: Mapped[str] = mapped_column(sa.String(12))
    state_since: Mapped[datetime]
    version: Mapped[int] = mapped_column(default=1)
    edition: Mapped[int] = mapped_column(default=1)
    size: Mapped[str] = mapped_column(sa.String(1))
    size_proposed: Mapped[str] = mapped_column(sa.String(1))
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    copied_from: Mapped[int | None] = mapped_column(sa.ForeignKey("handover_pack.id"), index=True)
    reusable_until: Mapped[date | None]
    created_at: Mapped[datetime]
    submitted_at: Mapped[datetime | None]
    signed_at: Mapped[datetime | None]
    live_at: Mapped[datetime | None]
    early_life_until: Mapped[datetime | None]
    extended: Mapped[int] = mapped_column(default=0)
    send_backs: Mapped[int] = mapped_column(default=0)
    ended_at: Mapped[datetime | None]
    landing: Mapped[str] = mapped_column(sa.String(6), default="")  # clean or rough, once it is closed

    change: Mapped[Change] = relationship(lazy="joined")

    __mapper_args__ = {"version_id_col": edition}  # noqa: RUF012 - as the library asks
    __table_args__ = (sa.Index("ix_handover_pack_state_state_since", "state", "state_since"),)


class PackParty(Model):
    """A support party that must agree to a pack. A supplier without accounts signs by a link sent to *sign_by_mail*."""

    __tablename__ = "handover_pack_party"

    pack_id: Mapped[int] = mapped_column(sa.ForeignKey("handover_pack.id", ondelete="CASCADE"), primary_key=True)
    party_id: Mapped[str] = mapped_column(sa.ForeignKey("party.id", ondelete="CASCADE"), primary_key=True)
    sign_by_mail: Mapped[str] = mapped_column(sa.String(200), default="")
    asked_at: Mapped[datetime | None]  # since when its answer to the current version is waited for
    reminded: Mapped[int] = mapped_column(default=0)  # 1 the party, 2 its lead, 3 the change manager

    __table_args__ = (sa.Index("ix_handover_pack_party_party_id", "party_id"),)


class Section(Model):
    """What a pack says to one question now: Markdown, and rows where the section is a table."""

    __tablename__ = "handover_section"

    pack_id: Mapped[int] = mapped_column(sa.ForeignKey("handover_pack.id", ondelete="CASCADE"), primary_key=True)
    key: Mapped[str] = mapped_column(KEY, primary_key=True)
    text: Mapped[str] = mapped_column(sa.Text, default="")
    rows: Mapped[list[dict[str, str]]] = mapped_column(Json, default=list)
    changed_at: Mapped[datetime]
    changed_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)


class Version(Model):
    """A pack as it was handed in: *said* holds text and rows of each section, *go_live_at* the moment signed."""

    __tablename__ = "handover_version"

    pack_id: Mapped[int] = mapped_column(sa.ForeignKey("handover_pack.id", ondelete="CASCADE"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    said: Mapped[dict[str, Any]]
    go_live_at: Mapped[datetime]
    made_at: Mapped[datetime]
    made_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)


class Edit(Model):
    """A section that was changed after a version was handed in, from *before* to *after*.

    *is_wording*: its owner says that only the wording changed, and it was not
    signed anew; a party may contest that until *contestable_until*.
    """

    __tablename__ = "handover_edit"

    id: Mapped[IntPk]
    pack_id: Mapped[int] = mapped_column(sa.ForeignKey("handover_pack.id", ondelete="CASCADE"))
    version: Mapped[int]
    section: Mapped[str] = mapped_column(KEY)
    before: Mapped[str] = mapped_column(sa.Text)
    after: Mapped[str] = mapped_column(sa.Text)
    is_wording: Mapped[bool]
    at: Mapped[datetime]
    by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    contestable_until: Mapped[datetime | None]
    contested_at: Mapped[datetime | None]
    contested_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    contested_party: Mapped[str] = mapped_column(PARTY, default="")

    __table_args__ = (sa.Index("ix_handover_edit_pack_id_at", "pack_id", "at"),)


class Item(Model):
    """Something that somebody has to do before go-live: an article, a script, a training, a right, a message."""

    __tablename__ = "handover_item"

    id: Mapped[IntPk]
    pack_id: Mapped[int] = mapped_column(sa.ForeignKey("handover_pack.id", ondelete="CASCADE"))
    kind: Mapped[str] = mapped_column(KEY)  # one of `items.KINDS`
    title: Mapped[str] = mapped_column(TITLE, default="")
    owner_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    due_on: Mapped[date | None]
    state: Mapped[str] = mapped_column(sa.String(10), default="missing")
    reason: Mapped[str] = mapped_column(SHORT, default="")  # why it is not needed
    link: Mapped[str] = mapped_column(SHORT, default="")
    article_ref: Mapped[str] = mapped_column(sa.String(20), default="")
    is_asked: Mapped[bool] = mapped_column(default=False)  # the size asks for it
    changed_at: Mapped[datetime]

    __table_args__ = (sa.Index("ix_handover_item_pack_id_kind", "pack_id", "kind"),)


class Tool(Model):
    """Whether a party has a tool or a right that the change needs; if not, why not."""

    __tablename__ = "handover_tool"

    pack_id: Mapped[int] = mapped_column(sa.ForeignKey("handover_pack.id", ondelete="CASCADE"), primary_key=True)
    party_id: Mapped[str] = mapped_column(PARTY, primary_key=True)
    name: Mapped[str] = mapped_column(sa.String(120), primary_key=True)
    has_it: Mapped[bool]
    why_not: Mapped[str] = mapped_column(SHORT, default="")


class Contact(Model):
    """Whom the front line calls from *starts_at* to *ends_at* of early life: *name* and how they are *reached*."""

    __tablename__ = "handover_contact"

    id: Mapped[IntPk]
    pack_id: Mapped[int] = mapped_column(sa.ForeignKey("handover_pack.id", ondelete="CASCADE"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime]
    name: Mapped[str] = mapped_column(sa.String(120))
    person_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    reached: Mapped[str] = mapped_column(sa.String(200))

    __table_args__ = (sa.Index("ix_handover_contact_pack_id_starts_at", "pack_id", "starts_at"),)


class Step(Model):
    """A move that a pack made: *reason* in words where one was asked; rows are only added."""

    __tablename__ = "handover_step"

    id: Mapped[IntPk]
    pack_id: Mapped[int] = mapped_column(sa.ForeignKey("handover_pack.id", ondelete="CASCADE"))
    version: Mapped[int]
    source: Mapped[str] = mapped_column(sa.String(12))
    to: Mapped[str] = mapped_column(sa.String(12))
    by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    reason: Mapped[str] = mapped_column(sa.Text, default="")
    at: Mapped[datetime]

    __table_args__ = (sa.Index("ix_handover_step_pack_id_at", "pack_id", "at"),)


class StaleCheck(Model):
    """A script or article that a change may have made wrong: its owner answers whether it still holds.

    *because* says why it opened; one is open for each article at a time.
    """

    __tablename__ = "handover_stale_check"

    id: Mapped[IntPk]
    article_ref: Mapped[str] = mapped_column(sa.String(20), index=True)
    pack_id: Mapped[int | None] = mapped_column(sa.ForeignKey("handover_pack.id", ondelete="CASCADE"), index=True)
    because: Mapped[list[str]]
    opened_at: Mapped[datetime]
    due_at: Mapped[datetime]
    answer: Mapped[str] = mapped_column(sa.String(12), default="")
    answered_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    answered_at: Mapped[datetime | None]


class DailyNote(Model):
    """What came, what surprised and what changed in the pack on one day of early life."""

    __tablename__ = "handover_daily_note"

    pack_id: Mapped[int] = mapped_column(sa.ForeignKey("handover_pack.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    text: Mapped[str] = mapped_column(sa.Text)
    contacts: Mapped[int | None]
    written_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    written_at: Mapped[datetime]

"""People: who they are, what they may do, what they look after, when they are away or on shift, where they sign in.

Columns that end in ``_by`` hold the id of a person, and are empty when the
portal or its command line did it. A text that tells why (``reason``) was
written by a person and never goes into an event.
"""

from __future__ import annotations

import unicodedata
from datetime import date, datetime

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column, validates

from portal.core.db import IntPk, Model

DUTIES = ("party_lead", "party_signer", "unit_lead", "service_lead")
PROFICIENCIES = ("candidate", "contributor", "publisher")

_Key = sa.String(60)
_Reason = sa.String(500)


def normalised_login(login: str) -> str:
    """The one spelling under which a sign-in name is kept, so that it is unique whatever its capitals."""
    return unicodedata.normalize("NFKC", login.replace("\0", "")).strip().casefold()


def initials_of(name: str) -> str:
    """The first letters of the first and the last word of *name*, in capitals."""
    words = name.split()
    return "".join(word[0] for word in words[:1] + words[1:][-1:]).upper()


class Person(Model):
    """Somebody who signs in, or did: they stay, with ``left_at``, for what they wrote.

    Without a *login* or a password nobody can sign in as them. An empty
    *language* follows the browser, an empty *time_zone* the organisation.
    """

    __tablename__ = "person"

    id: Mapped[IntPk]
    name: Mapped[str] = mapped_column(sa.String(120), index=True)
    login: Mapped[str | None] = mapped_column(sa.String(120), unique=True)
    mail: Mapped[str] = mapped_column(sa.String(254), default="")
    password_hash: Mapped[str | None] = mapped_column(sa.String(200))
    unit_id: Mapped[str | None] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    party_id: Mapped[str | None] = mapped_column(sa.ForeignKey("party.id"), index=True)
    language: Mapped[str] = mapped_column(sa.String(10), default="")
    time_zone: Mapped[str] = mapped_column(sa.String(60), default="")
    must_change_password: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    left_at: Mapped[datetime | None]

    @validates("login")
    def _one_spelling(self, _field: str, login: str | None) -> str | None:
        return normalised_login(login) if login else None

    @property
    def is_here(self) -> bool:
        """Whether they have not left."""
        return self.left_at is None

    @property
    def initials(self) -> str:
        """One or two letters for the round mark beside the name."""
        return initials_of(self.name)


class PersonRole(Model):
    """One role that a person holds."""

    __tablename__ = "person_role"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    role: Mapped[str] = mapped_column(_Key, primary_key=True, index=True)
    granted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    granted_at: Mapped[datetime]


class SignIn(Model):
    """One browser in which a person is signed in. The row goes when they sign out.

    Only the SHA-256 of the token is kept: whoever reads the table cannot use it.
    """

    __tablename__ = "sign_in"

    id: Mapped[IntPk]
    token_hash: Mapped[str] = mapped_column(sa.String(64), unique=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    created_at: Mapped[datetime]
    seen_at: Mapped[datetime]
    expires_at: Mapped[datetime] = mapped_column(index=True)
    agent: Mapped[str] = mapped_column(sa.String(60), default="")


class NamedService(Model):
    """A service whose support parts a superuser may read, because a coach named it for them."""

    __tablename__ = "named_service"

    id: Mapped[IntPk]
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    service_id: Mapped[str] = mapped_column(sa.ForeignKey("service.id"), index=True)
    reason: Mapped[str] = mapped_column(_Reason)
    named_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    named_at: Mapped[datetime]
    withdrawn_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None]

    __table_args__ = (
        sa.Index(
            "uq_named_service_live",
            "person_id",
            "service_id",
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        ),
    )


class Duty(Model):
    """What a person leads or signs for: a party, a unit or a service (*ref* is its id)."""

    __tablename__ = "duty"

    id: Mapped[IntPk]
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(20))
    ref: Mapped[str] = mapped_column(_Key)
    named_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    named_at: Mapped[datetime]

    __table_args__ = (sa.UniqueConstraint("kind", "ref", "person_id"),)

    @validates("kind")
    def _known_kind(self, _field: str, kind: str) -> str:
        if kind not in DUTIES:
            raise ValueError(f"A duty is one of {', '.join(DUTIES)}, not {kind!r}.")
        return kind


class OwnerRoleHolder(Model):
    """Who holds an owner role, such as ``network-team``, under which articles name who looks after them."""

    __tablename__ = "owner_role_holder"

    owner_role: Mapped[str] = mapped_column(_Key, primary_key=True)
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    named_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    named_at: Mapped[datetime]


class Proficiency(Model):
    """How far a person may go alone when writing, granted by a coach with a reason. One row of a person stands.

    A row that another grant took the place of has no *withdrawn_reason*.
    """

    __tablename__ = "proficiency"

    id: Mapped[IntPk]
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), index=True)
    kind: Mapped[str] = mapped_column(sa.String(20))
    reason: Mapped[str] = mapped_column(_Reason)
    granted_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    granted_at: Mapped[datetime]
    withdrawn_by: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"))
    withdrawn_at: Mapped[datetime | None]
    withdrawn_reason: Mapped[str] = mapped_column(_Reason, default="", server_default="")

    __table_args__ = (
        sa.Index(
            "uq_proficiency_live",
            "person_id",
            unique=True,
            sqlite_where=sa.text("withdrawn_at IS NULL"),
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        ),
    )

    @validates("kind")
    def _known_kind(self, _field: str, kind: str) -> str:
        if kind not in PROFICIENCIES:
            raise ValueError(f"A proficiency is one of {', '.join(PROFICIENCIES)}, not {kind!r}.")
        return kind


class Absence(Model):
    """Days on which a person is away, the first and the last included. Why is nobody's business, and not kept."""

    __tablename__ = "absence"

    id: Mapped[IntPk]
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    first_on: Mapped[date]
    last_on: Mapped[date]

    __table_args__ = (
        sa.CheckConstraint("first_on <= last_on", name="order"),
        sa.Index("ix_absence_person_id", "person_id", "last_on"),
    )


class Shift(Model):
    """When a person is on shift, and in which party that was: they may stand in another one later.

    *uid* is what a calendar calls the event that it came from and *occurrence* which one of those that repeat. A shift
    that was added by hand has no *uid*; its *occurrence* says both ends, so that noting it twice is one.
    """

    __tablename__ = "shift"

    id: Mapped[IntPk]
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    party_id: Mapped[str] = mapped_column(sa.ForeignKey("party.id"))
    starts_at: Mapped[datetime]
    ends_at: Mapped[datetime] = mapped_column(index=True)
    uid: Mapped[str] = mapped_column(sa.String(200), default="")
    occurrence: Mapped[str] = mapped_column(sa.String(40), default="")
    note: Mapped[str] = mapped_column(sa.String(200), default="")

    __table_args__ = (
        sa.CheckConstraint("starts_at < ends_at", name="order"),
        sa.UniqueConstraint("party_id", "uid", "occurrence", "person_id"),
        sa.Index("ix_shift_party_id", "party_id", "ends_at"),
        sa.Index("ix_shift_person_id", "person_id", "ends_at"),
    )

    @property
    def is_by_hand(self) -> bool:
        """Whether somebody added it on the page, and no calendar did."""
        return not self.uid


class PersonThen(Model):
    """Where a person stood from *since* on, until their next row: unit, team and roles, as they were then.

    Written with each change (``past.py``), so that what is worked out later from old events finds the unit and the
    roles of that day. Rows are only added.
    """

    __tablename__ = "person_then"

    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"), primary_key=True)
    since: Mapped[datetime] = mapped_column(primary_key=True)
    unit_id: Mapped[str | None] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    party_id: Mapped[str | None] = mapped_column(sa.ForeignKey("party.id"), index=True)
    roles: Mapped[list[str]]  # sorted, without the one that everybody holds


class PersonalLook(Model):
    """Somebody looked at what is kept about another person; that person reads it on their own page."""

    __tablename__ = "personal_look"

    id: Mapped[IntPk]
    person_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
    looker_id: Mapped[int | None] = mapped_column(sa.ForeignKey("person.id"), index=True)
    what: Mapped[str] = mapped_column(_Key)  # the endpoint of the page
    day: Mapped[date]
    at: Mapped[datetime]

    __table_args__ = (
        sa.UniqueConstraint("person_id", "looker_id", "what", "day"),
        sa.Index("ix_personal_look_person_id", "person_id", "at"),
    )

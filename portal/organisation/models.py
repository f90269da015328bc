"""Who we are and who looks after what: the organisation, its sites, units, support parties and services.

It names no person: who leads a party or belongs to a unit is known to the room
of accounts. Keys are short words (``mail``, ``front-line``), the same in
``organisation.toml``, in articles and in addresses, so they never change;
names may. What an administrator has touched carries ``edited_at``, and
loading a file leaves it alone from then on.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, declared_attr, mapped_column, relationship, validates

from portal.core.db import IntPk, Model

PARTY_KINDS = ("front_line", "onsite", "specialist", "project", "business", "supplier")
TOOL_KINDS = ("tool", "access")

Key = sa.String(60)
Name = sa.String(120)


class Entry(Model):
    """What every record that a file brings and an administrator may edit has."""

    __abstract__ = True

    version: Mapped[int] = mapped_column(default=1)
    is_sample: Mapped[bool] = mapped_column(default=False)
    edited_at: Mapped[datetime | None]

    @declared_attr.directive
    @classmethod
    def __mapper_args__(cls) -> dict[str, Any]:
        """Write only where the version is still the one that was read: nobody's text is silently replaced.

        The service counts it up, also when only a list beside the row has changed.
        """
        return {"version_id_col": cls.__table__.c.version, "version_id_generator": False}


class Listed(Entry):
    """A record with a key of its own, a name, and a place in its list (*sort_order*, small first)."""

    __abstract__ = True

    id: Mapped[str] = mapped_column(Key, primary_key=True)
    name: Mapped[str] = mapped_column(Name)
    sort_order: Mapped[int] = mapped_column(default=0)


class Organisation(Entry):
    """The one row about the whole: its name, its time zone, and how the service desk is reached."""

    __tablename__ = "organisation"
    __table_args__ = (sa.CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[IntPk]
    name: Mapped[str] = mapped_column(Name)
    time_zone: Mapped[str] = mapped_column(sa.String(60))
    desk_hours: Mapped[str] = mapped_column(sa.String(200), default="")
    desk_phone: Mapped[str] = mapped_column(sa.String(80), default="")


class Site(Listed):
    """A place where people work: it decides the time zone and the public holidays.

    *holidays* is a country or a part of one as ISO 3166 writes it (``DE``, ``DE-BY``); empty means none.
    """

    __tablename__ = "site"

    time_zone: Mapped[str] = mapped_column(sa.String(60))
    holidays: Mapped[str] = mapped_column(sa.String(20), default="")
    address: Mapped[str] = mapped_column(sa.Text, default="")


class Unit(Listed):
    """A part of the organisation; units form a tree, and the one without a parent is the whole."""

    __tablename__ = "unit"

    parent_id: Mapped[str | None] = mapped_column(sa.ForeignKey("unit.id"), index=True)
    site_id: Mapped[str] = mapped_column(sa.ForeignKey("site.id"), index=True)

    site: Mapped[Site] = relationship()


class Party(Listed):
    """A team that helps: the front line, onsite, specialists, a project, the business, a supplier.

    Empty *hours* are those of the service desk. *owner_roles* are the names
    under which articles call this team (``network-team``).
    """

    __tablename__ = "party"

    kind: Mapped[str] = mapped_column(sa.String(20))
    site_id: Mapped[str] = mapped_column(sa.ForeignKey("site.id"), index=True)
    hours: Mapped[str] = mapped_column(sa.String(200), default="")
    contact: Mapped[str] = mapped_column(sa.Text, default="")
    owner_roles: Mapped[list[str]] = mapped_column(default=list)

    site: Mapped[Site] = relationship()
    tools: Mapped[list[PartyTool]] = relationship(
        cascade="all, delete-orphan", order_by="(PartyTool.kind, PartyTool.key)"
    )

    @validates("kind")
    def _known_kind(self, _field: str, kind: str) -> str:
        if kind not in PARTY_KINDS:
            raise ValueError(f"A party is one of {', '.join(PARTY_KINDS)}, not {kind!r}.")
        return kind


class PartyTool(Model):
    """One tool or right that a party has: what a script may ask of it (``needs_tools``, ``needs_access``)."""

    __tablename__ = "party_tool"

    party_id: Mapped[str] = mapped_column(sa.ForeignKey("party.id", ondelete="CASCADE"), primary_key=True)
    kind: Mapped[str] = mapped_column(sa.String(10), primary_key=True)
    key: Mapped[str] = mapped_column(Key, primary_key=True)


class Service(Listed):
    """Something that people use, named in their words, and the party that owns it.

    *is_used* is off for a service of the shipped list that this organisation
    has no use for. *people_count* is how many use it; ``None`` when nobody counted.
    """

    __tablename__ = "service"

    icon: Mapped[str] = mapped_column(sa.String(40), default="life-buoy")
    party_id: Mapped[str] = mapped_column(sa.ForeignKey("party.id"), index=True)
    is_critical: Mapped[bool] = mapped_column(default=False)
    is_used: Mapped[bool] = mapped_column(default=True)
    retires_on: Mapped[date | None]
    people_count: Mapped[int | None]

    party: Mapped[Party] = relationship()
    units: Mapped[list[Unit]] = relationship(secondary="service_unit", order_by="Unit.sort_order")


class ServiceUnit(Model):
    """A unit that uses a service; a service without any is used by all."""

    __tablename__ = "service_unit"

    service_id: Mapped[str] = mapped_column(sa.ForeignKey("service.id", ondelete="CASCADE"), primary_key=True)
    unit_id: Mapped[str] = mapped_column(sa.ForeignKey("unit.id", ondelete="CASCADE"), primary_key=True, index=True)

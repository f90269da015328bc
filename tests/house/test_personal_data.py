"""Every column that points at a person is answered for by the room that owns it."""

import sqlalchemy as sa
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.sql import visitors

from portal.core.db import Model
from portal.core.hooks import PersonalData


def columns_about_people(base):
    """Columns that hold the id of a person: keys to ``person``, and whole numbers that tell who did something."""
    return {
        column
        for mapper in base.registry.mappers
        if not mapper.class_.__module__.startswith("tests.example_plugin.")  # a plugin that this portal does not have
        for column in mapper.local_table.columns
        if any(key.target_fullname == "person.id" for key in column.foreign_keys)
        or (isinstance(column.type, sa.Integer) and (column.name.endswith("_by") or column.name == "actor_id"))
    }


def answered(answers):
    """The columns that the conditions of *answers* look at."""
    return {
        element
        for answer in answers
        for element in visitors.iterate(answer.where)
        if isinstance(element, sa.Column) and element.table is answer.model.__table__
    }


def unanswered(base, answers):
    """Names of the columns about people that nobody answers for."""
    known = {(column.table.name, column.name) for column in answered(answers)}
    found = {(column.table.name, column.name) for column in columns_about_people(base)}
    return sorted(".".join(name) for name in found - known)


def answers_of(house, person_id):
    return [answer for answers in house.plugins.on("personal_data", person_id=person_id) for answer in answers]


def test_some_room_answers_for_each_column_that_points_at_a_person(house):
    assert unanswered(Model, answers_of(house, 1)) == []


def test_what_is_emptied_at_erasure_can_be_empty_and_what_is_kept_has_a_reason(house):
    for answer in answers_of(house, 1):
        columns = [answer.model.__table__.columns[name] for name in answer.columns]
        cannot = [column.name for column in columns if not column.nullable and not isinstance(column.type, sa.String)]

        assert (answer.model.__name__, cannot) == (answer.model.__name__, [])
        assert bool(answer.columns) == (answer.on_erasure == "unname")
        assert bool(answer.why) or answer.on_erasure != "keep"
        assert str(answer.what)


def test_the_conditions_pick_the_rows_of_one_person(house, make_person):
    ada, kim = make_person("Ada", roles=("coach", "onsite")), make_person("Kim", roles=("coach",))

    def counts(person):
        with house.db.reading() as session:
            return {
                (answer.model.__tablename__, answer.on_erasure): session.scalar(
                    sa.select(sa.func.count()).select_from(answer.model).where(answer.where)
                )
                for answer in answers_of(house, person.id)
            }

    assert (counts(ada)["person", "unname"], counts(ada)["person_role", "delete"]) == (1, 2)
    assert (counts(kim)["person", "unname"], counts(kim)["person_role", "delete"]) == (1, 1)


def test_a_column_that_nobody_answers_for_is_found():
    class Base(DeclarativeBase):
        pass

    class Person(Base):
        __tablename__ = "person"
        id: Mapped[int] = mapped_column(primary_key=True)

    class Note(Base):
        __tablename__ = "note"
        id: Mapped[int] = mapped_column(primary_key=True)
        author_id: Mapped[int] = mapped_column(sa.ForeignKey("person.id"))
        read_by: Mapped[int | None]
        made_by: Mapped[str]

    mine = PersonalData(model=Note, what="Notes", where=Note.author_id == 1, on_erasure="delete")

    assert unanswered(Base, []) == ["note.author_id", "note.read_by"]
    assert unanswered(Base, [mine]) == ["note.read_by"]

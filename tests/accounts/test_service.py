"""What is done with people, and what is refused."""

import dataclasses

import pytest
import sqlalchemy as sa

from portal.accounts import events, queries, service, sign_ins
from portal.accounts.models import Duty, NamedService, OwnerRoleHolder, PersonRole, SignIn, normalised_login
from portal.core.errors import Refused
from portal.core.events import EventRow
from portal.testing import NOON

COACH, OTHER = 1, 2


@pytest.fixture
def db(company, make_person):
    """A session in which a test does everything, rolled back at its end; two people are there to do it."""
    assert (make_person("Coach").id, make_person("Other").id) == (COACH, OTHER)
    with company.db.session() as session:
        yield session


@pytest.fixture
def told(db):
    """What was told since, as (name, actor, payload)."""
    before = db.scalar(sa.select(sa.func.max(EventRow.id)))

    def read():
        rows = db.scalars(sa.select(EventRow).where(EventRow.id > before).order_by(EventRow.id))
        return [(row.name, row.actor_id, row.payload) for row in rows]

    return read


def add(db, name="Robin Bell", login="robin", **values):
    return service.add_person(db, name=name, login=login, now=NOON, **values)


def test_a_person_is_added_with_roles_unit_and_team(db, told):
    robin = add(
        db, " Robin  Bell ", "Robin.Bell", mail=" robin@example.org ", roles=("coach", "end_user", "admin"), by=None,
        unit_id="sales", party_id="network", password_hash="kept",
    )  # fmt: skip

    assert (robin.name, robin.login, robin.mail) == ("Robin Bell", "robin.bell", "robin@example.org")
    assert (robin.unit_id, robin.party_id, robin.password_hash) == ("sales", "network", "kept")
    assert (robin.created_at, robin.left_at, robin.must_change_password) == (NOON, None, False)
    assert queries.roles_of(db, [robin.id]) == {robin.id: ("coach", "admin")}
    assert told() == [
        ("person.added", None, {"person_id": robin.id}),
        ("person.roles_changed", None, {"person_id": robin.id, "roles": ["admin", "coach"]}),
    ]


def test_a_sign_in_name_is_taken_whatever_its_capitals(db):
    add(db, login="robin")

    with pytest.raises(service.LoginRefused, match="Somebody signs in as robin already"):
        add(db, login="ROBIN")


@pytest.mark.parametrize("spelling", ["robin", " ROBIN ", "Ro\0bin", "\uff52obin"])
def test_a_sign_in_name_has_one_spelling(spelling):
    assert normalised_login(spelling) == "robin"


@pytest.mark.parametrize("login", ["", "r", "robin bell", "robin/bell", "r" * 121, "<b>"])
def test_a_sign_in_name_is_short_and_plain(login, db):
    with pytest.raises(service.LoginRefused, match="cannot be a sign-in name"):
        add(db, login=login)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"name": "  "}, "A person needs a name"),
        ({"name": "x" * 121}, "A person needs a name"),
        ({"mail": "robin at home"}, "A mail address looks like name@example.org."),
        ({"unit_id": "moon"}, "There is no unit moon"),
        ({"party_id": "moon"}, "There is no support team moon"),
        ({"roles": ("king",)}, "There is no role king"),
    ],
)
def test_what_does_not_exist_is_refused(values, message, db):
    with pytest.raises(Refused, match=message):
        add(db, **values)


def test_a_change_is_told_once_and_no_change_is_not_told(db, told):
    robin = add(db)
    db.flush()
    same = {"name": "Robin Bell", "login": "robin", "mail": "", "unit_id": None, "party_id": None}

    service.change_person(db, robin, **same, by=COACH, now=NOON)
    service.change_person(db, robin, **(same | {"unit_id": "sales"}), by=COACH, now=NOON)

    assert robin.unit_id == "sales"
    assert told()[1:] == [("person.changed", COACH, {"person_id": robin.id})]


def test_a_person_keeps_their_own_sign_in_name(db):
    robin = add(db)

    service.change_person(db, robin, name="Robin", login="ROBIN", mail="", unit_id="", party_id="", by=None, now=NOON)

    assert (robin.name, robin.login, robin.unit_id, robin.party_id) == ("Robin", "robin", None, None)


def test_roles_are_set_as_a_whole_and_told_when_they_change(db, told):
    robin = add(db, roles=("onsite", "coach"))

    service.set_roles(db, robin, ["coach", "specialist"], by=COACH, now=NOON)
    service.set_roles(db, robin, ["specialist", "coach"], by=COACH, now=NOON)

    rows = db.execute(sa.select(PersonRole.role, PersonRole.granted_by).order_by(PersonRole.role)).all()
    assert [tuple(row) for row in rows] == [("coach", None), ("specialist", COACH)]
    assert told()[2:] == [("person.roles_changed", COACH, {"person_id": robin.id, "roles": ["coach", "specialist"]})]


def test_the_only_administrator_stays_one(db):
    robin = add(db, roles=("admin",))

    with pytest.raises(Refused, match="Robin Bell is the only administrator"):
        service.set_roles(db, robin, ["coach"], by=None, now=NOON)
    with pytest.raises(Refused, match="Robin Bell is the only administrator"):
        service.leave(db, robin, by=None, now=NOON)

    assert queries.roles_of(db, [robin.id]) == {robin.id: ("admin",)}
    assert robin.is_here


def test_an_administrator_who_left_counts_for_nothing(db):
    robin, ada = add(db, roles=("admin",)), add(db, "Ada", "ada", roles=("admin",))
    service.leave(db, robin, by=ada.id, now=NOON)
    db.flush()

    with pytest.raises(Refused, match="Ada is the only administrator"):
        service.leave(db, ada, by=ada.id, now=NOON)


def test_a_new_password_signs_out_everywhere_but_here(db, told):
    robin, ada = add(db), add(db, "Ada", "ada")
    here, there = (sign_ins.start(db, robin.id, name, now=NOON, days=14) for name in ("here", "there"))
    others = sign_ins.start(db, ada.id, "elsewhere", now=NOON, days=14)

    service.set_password(db, robin, "new hash", by=robin.id, keep_sign_in=here.id)

    assert db.scalars(sa.select(SignIn.id).order_by(SignIn.id)).all() == [here.id, others.id]
    assert (robin.password_hash, robin.must_change_password) == ("new hash", False)
    assert told()[-1] == ("person.password_set", robin.id, {"person_id": robin.id})
    assert there.id not in {here.id, others.id}


def test_who_leaves_is_signed_out_and_comes_back_with_their_roles(db, told):
    robin = add(db, roles=("onsite",))
    sign_ins.start(db, robin.id, "token", now=NOON, days=14)

    service.leave(db, robin, by=COACH, now=NOON)
    service.leave(db, robin, by=COACH, now=NOON)
    assert (robin.left_at, db.scalars(sa.select(SignIn)).all()) == (NOON, [])

    service.come_back(db, robin, by=COACH)
    service.come_back(db, robin, by=COACH)
    assert (robin.left_at, queries.roles_of(db, [robin.id])) == (None, {robin.id: ("onsite",)})
    assert told()[2:] == [
        ("person.left", COACH, {"person_id": robin.id}),
        ("person.returned", COACH, {"person_id": robin.id}),
    ]


def test_preferences_are_kept_and_an_unknown_time_zone_is_refused(db):
    robin = add(db)

    service.set_preferences(db, robin, language="de", time_zone="Europe/Vienna")
    with pytest.raises(Refused, match="There is no time zone Moon/Base"):
        service.set_preferences(db, robin, language="en", time_zone="Moon/Base")

    assert (robin.language, robin.time_zone) == ("de", "Europe/Vienna")


def test_a_service_is_named_with_a_reason_once(db, told):
    robin = add(db, roles=("superuser",))

    first = service.name_service(db, robin, "mail", reason=" Knows the shared calendars. ", by=COACH, now=NOON)
    again = service.name_service(db, robin, "mail", reason="Once more.", by=OTHER, now=NOON)

    assert again is first
    assert (first.reason, first.named_by, first.named_at) == ("Knows the shared calendars.", COACH, NOON)
    assert told()[2:] == [("service.named", COACH, {"person_id": robin.id, "service_id": "mail"})]


def test_a_service_that_was_taken_back_stays_as_history_and_can_be_named_anew(db, told):
    robin = add(db, roles=("superuser",))
    first = service.name_service(db, robin, "mail", reason="One.", by=COACH, now=NOON)

    service.withdraw_service(db, first, by=OTHER, now=NOON)
    service.withdraw_service(db, first, by=OTHER, now=NOON)
    service.name_service(db, robin, "mail", reason="Two.", by=COACH, now=NOON)

    rows = db.execute(sa.select(NamedService.reason, NamedService.withdrawn_by).order_by(NamedService.id)).all()
    assert [tuple(row) for row in rows] == [("One.", OTHER), ("Two.", None)]
    assert [name for name, _actor, _payload in told()[2:]] == ["service.named", "service.unnamed", "service.named"]


@pytest.mark.parametrize(
    ("roles", "service_id", "reason", "message"),
    [
        (("front_line",), "mail", "Helps.", "Robin Bell is not a superuser"),
        (("superuser",), "moon", "Helps.", "There is no service moon"),
        (("superuser",), "mail", "   ", "A reason is needed"),
        (("superuser",), "mail", "x" * 501, "A reason is needed"),
    ],
)
def test_naming_a_service_is_refused(roles, service_id, reason, message, db):
    robin = add(db, roles=roles)

    with pytest.raises(Refused, match=message):
        service.name_service(db, robin, service_id, reason=reason, by=None, now=NOON)

    assert db.scalars(sa.select(NamedService)).all() == []


@pytest.mark.parametrize(
    ("kind", "ref"),
    [("party_lead", "network"), ("party_signer", "network"), ("unit_lead", "sales"), ("service_lead", "mail")],
)
def test_a_duty_is_named_once_and_taken_back(kind, ref, db, told):
    robin = add(db)

    duty = service.name_duty(db, robin, kind, ref, by=COACH, now=NOON)
    assert service.name_duty(db, robin, kind, ref, by=OTHER, now=NOON) is duty
    service.withdraw_duty(db, duty, by=COACH)

    assert db.scalars(sa.select(Duty)).all() == []
    payload = {"person_id": robin.id, "kind": kind, "ref": ref}
    assert told()[1:] == [("duty.named", COACH, payload), ("duty.withdrawn", COACH, payload)]


@pytest.mark.parametrize(("kind", "ref"), [("party_lead", "sales"), ("unit_lead", "network"), ("king", "mail")])
def test_a_duty_needs_something_to_look_after(kind, ref, db):
    with pytest.raises(Refused, match="There is nothing called"):
        service.name_duty(db, add(db), kind, ref, by=None, now=NOON)


def test_who_has_left_gets_no_duty_and_no_owner_role(db):
    robin = add(db)
    service.leave(db, robin, by=None, now=NOON)

    with pytest.raises(Refused, match="Robin Bell is no longer here"):
        service.name_duty(db, robin, "party_lead", "network", by=None, now=NOON)
    with pytest.raises(Refused, match="Robin Bell is no longer here"):
        service.give_owner_role(db, "network-team", robin, by=None, now=NOON)


def test_an_owner_role_moves_from_hand_to_hand_and_back_to_the_team(db, told):
    robin, ada = add(db), add(db, "Ada", "ada")

    for person in (robin, robin, ada, None, None):
        service.give_owner_role(db, "network-team", person, by=COACH, now=NOON)

    assert db.scalars(sa.select(OwnerRoleHolder)).all() == []
    assert [payload for name, _actor, payload in told() if name == "owner_role.moved"] == [
        {"owner_role": "network-team", "person_id": robin.id},
        {"owner_role": "network-team", "person_id": ada.id},
        {"owner_role": "network-team", "person_id": None},
    ]


def test_an_owner_role_that_no_team_lists_is_refused(db):
    with pytest.raises(Refused, match="No support team lists the owner role moon-team"):
        service.give_owner_role(db, "moon-team", add(db), by=None, now=NOON)


def test_events_hold_ids_and_plain_values_only():
    kinds = {
        (event.name, field.name): field.type
        for event in events.ALL
        for field in dataclasses.fields(event)
        if field.name != "actor_id"
    }

    assert set(kinds.values()) == {"int", "int | None", "str", "tuple[str, ...]"}
    names = {"person_id", "roles", "service_id", "kind", "ref", "owner_role", "party_id", "starts_at", "ends_at"}
    assert {name for (_event, name) in kinds} == names

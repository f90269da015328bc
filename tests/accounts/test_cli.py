"""`portal people`, the first administrator, and the looks of `portal doctor`."""

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from portal.accounts import passwords, queries
from portal.accounts.models import Person
from portal.cli import command

PASSWORD = "seven herons on a roof"


@pytest.fixture
def run(company):
    """Run a command; returns its exit code and output."""

    def call(*words, typed=""):
        result = CliRunner().invoke(command(company), words, obj=company, input=typed)
        return result.exit_code, result.output

    return call


def person(company, login):
    with company.db.reading() as session:
        return queries.by_login(session, login)


def test_a_person_is_added_with_a_password_that_is_typed(company, run):
    code, output = run(
        "people", "add", "--name", "Ada Lovelace", "--login", "Ada", "--role", "coach", "--role", "onsite",
        "--unit", "sales", "--party", "onsite", "--password-stdin", typed=PASSWORD + "\n",
    )  # fmt: skip

    ada = person(company, "ada")
    assert (code, output) == (0, "Ada Lovelace can sign in as ada.\n")
    assert (ada.unit_id, ada.party_id, passwords.fits(ada.password_hash, PASSWORD)) == ("sales", "onsite", True)
    assert ada.must_change_password is False


def test_without_a_typed_password_one_is_made_up_and_shown(company, run):
    code, output = run("people", "add", "--name", "Ada", "--login", "ada")

    lines = output.splitlines()
    assert (code, lines[0], lines[2]) == (
        0,
        "Ada can sign in as ada.",
        "It is shown this once. They can change it on their own page.",
    )
    assert passwords.fits(person(company, "ada").password_hash, lines[1].removeprefix("Password: "))
    assert person(company, "ada").must_change_password is True


@pytest.mark.parametrize(
    ("words", "typed", "message"),
    [
        (("--login", "kim", "--password-stdin"), PASSWORD, "Somebody signs in as kim already."),
        (("--login", "ada", "--password-stdin"), "short", "A password needs at least 15 characters."),
        (("--login", "ada", "--unit", "moon"), "", "There is no unit moon."),
    ],
)
def test_a_refusal_is_a_sentence_and_a_code(words, typed, message, company, run, make_person):
    make_person("Kim", login="kim")

    code, output = run("people", "add", "--name", "Ada", *words, typed=typed)

    assert (code, output.splitlines()[0]) == (2, message)
    assert person(company, "ada") is None


def test_people_are_listed_with_their_roles(run, make_person):
    make_person("Kim", login="kim", roles=("admin", "coach"))
    make_person("Ada", login="ada")

    assert run("people", "list") == (0, "ada  Ada  (end_user)\nkim  Kim  (coach, admin)\n2 of 2 people.\n")
    assert run("people", "list", "--role", "coach", "--limit", "1") == (0, "kim  Kim  (coach, admin)\n1 of 1 people.\n")
    assert run("people", "list", "--left") == (0, "0 of 0 people.\n")


def test_roles_are_given_and_taken_away(company, run, make_person):
    make_person("Kim", login="kim", roles=("admin", "onsite"))

    assert run("people", "role", "kim", "+coach", "-onsite", "+lead") == (0, "Kim is now: coach, lead, admin.\n")
    assert run("people", "role", "kim", "coach") == (
        2,
        "coach says neither + nor -.\nWrite +coach to give the role, or -coach.\n",
    )
    assert run("people", "role", "kim", "-admin")[1].splitlines()[0] == "Kim is the only administrator."
    assert run("people", "role", "kim", "+king")[1].splitlines()[0] == "There is no role king."
    assert run("people", "role", "moon", "+coach")[1].splitlines()[0] == "Nobody signs in as moon."


def test_a_password_is_set_from_the_command_line(company, run, make_person):
    make_person("Kim", login="kim")

    code, output = run("people", "password", "KIM", "--password-stdin", typed=PASSWORD)

    assert (code, output) == (0, "Kim has a new password and is signed out everywhere.\n")
    assert passwords.fits(person(company, "kim").password_hash, PASSWORD)


def test_a_portal_without_people_gets_one_administrator_once(company):
    step = next(step for steps in company.plugins.on("start_steps") for step in steps if step.order == 20)

    first, again = step.run(), step.run()

    lines = first.splitlines()
    assert (lines[0], again) == ("Sign in as:   admin", "")
    password = lines[1].removeprefix("Password:     ")
    assert len(password) >= 20
    with company.db.reading() as session:
        admin = session.scalars(sa.select(Person)).one()
        assert queries.roles_of(session, [admin.id]) == {admin.id: ("coach", "lead", "admin")}
    assert passwords.fits(admin.password_hash, password)


def test_the_doctor_asks_for_an_administrator_and_somebody_for_each_owner_role(company, make_person):
    def findings():
        with company.db.reading() as session:
            checks = {check.name: check for checks in company.plugins.on("checks") for check in checks}
            return [
                list(checks[name].run(session)) for name in ("there is an administrator", "every owner role is held")
            ]

    nobody, unheld = findings()
    assert nobody == ["Nobody is administrator. Run `portal people role LOGIN +admin`."]
    assert "Nobody holds the owner role network-team of Network. Name its lead, or a coach." in unheld

    make_person("Kim", roles=("admin", "coach"))
    assert findings() == [[], []]

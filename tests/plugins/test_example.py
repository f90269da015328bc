"""The example plugin uses every hook there is, and each of them is asked where its declaration says."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa
from click.testing import CliRunner

from portal.accounts import looks
from portal.app import build
from portal.articles import handbook
from portal.articles.models import Article
from portal.cli import command
from portal.core import clock, migrate
from portal.core.db import Model
from portal.core.errors import Refused
from portal.core.events import EventRow, Job
from portal.organisation.models import Unit
from portal.search.gap_models import SearchGap
from portal.testing import NOON, sign_in
from tests.example_plugin import queries, service
from tests.example_plugin.fixtures import with_example
from tests.example_plugin.models import Heard, Note
from tests.knowledge import put_article, put_organisation

pytestmark = pytest.mark.usefixtures("frozen_clock")

CARD = re.compile(r'data-example="([^"]+)">\s*<h2>[^<]*</h2>\s*(?:<p>([^<]*)</p>)?')


@pytest.fixture
def app(example_app):
    """The portal with the notice board."""
    return example_app


@pytest.fixture
def filled(house):
    """Services, one article, and one note of nobody."""
    with house.db.transaction() as session:
        put_organisation(session)
        session.add(Unit(id="sales", name="Sales", site_id="main"))
        put_article(session, "KB0001", "Set up your phone", "Do this.")
        service.pin(session, service_id="mail", title="Paper is here", body="Blue paper.", by=None, now=NOON)


def run_command(house, *words):
    return CliRunner().invoke(command(house), words, obj=house, catch_exceptions=False)


def cards(answer) -> dict[str, str | None]:
    return dict(CARD.findall(answer.text))


def hooks_of(member) -> set[str]:
    return {name for name in dir(type(member)) if hasattr(getattr(type(member), name), "portal_impl")}


def test_every_hook_that_anybody_declared_is_used_by_the_example(house):
    assert hooks_of(house.plugins.get("example")) == set(house.plugins.declared_hooks())


def test_every_slot_stands_on_the_page_of_its_room(app, house, client, as_role, make_person, filled, run_jobs):
    with house.db.reading() as session:
        article = session.scalars(sa.select(Article)).one()
        address = f"/kb/{article.address}"
    run_command(house, "search", "rebuild")
    coach = as_role("coach", name="Ada Bell")
    token = csrf(coach.get(address))
    own_id = re.search(r"/people/(\d+)", coach.get("/contact").text)[1]
    writer = make_person("Ben Hall", roles=("front_line",))
    answered = coach.post(
        f"/kb/{article.ref}/verdict", data={"csrf_token": token, "verdict": "yes"}, follow_redirects=True
    )

    seen = {
        "front": cards(client.get("/")),
        "desk": cards(coach.get("/desk")),
        "nothing": cards(client.get("/search?q=xyzzy")),
        "gap": cards(coach.get(f"/search/gaps/{missed(house, int(own_id))}")),
        "service": cards(client.get("/services/mail")),
        "unit": cards(coach.get("/units/sales")),
        "person": cards(coach.get(f"/people/{own_id}")),
        "writer": cards(coach.get(f"/people/{writer.id}")),
        "article": cards(client.get(address)),
        "verdict": cards(answered),
        "note": cards(client.get("/example/notes/N000001")),
        "choices": cards(coach.get("/notices/choices")),
    }

    around = {"article top": "KB0001", "article sidebar": "KB0001", "article bottom": "KB0001"}
    assert seen == {
        "front": {"front more": ""},
        "desk": {"desk top": "", "desk side": ""},
        "nothing": {"search top": "xyzzy", "search nothing": "xyzzy", "ask": "search.empty words"},
        "gap": {"gap": "beamer"},
        "service": {"service main": ""},
        "unit": {"unit main": "sales"},
        "person": {"person main": "Ada Bell", "person side": "Ada Bell"},
        "writer": {"person side": "Ben Hall", "person proficiency": "Ben Hall"},
        "article": around,
        "verdict": around | {"after verdict": "KB0001 yes", "ask": "article.answered_yes article verdict"},
        "note": {"example note": "N000001"},
        "choices": {"notice choices": ""},
    }
    assert "front now &lt;board&gt;" in client.get("/").text
    assert client.get("/services/mail").text.count("Paper is here") == 1


def missed(house, person_id) -> int:
    """A gap that this person took on."""
    with house.db.transaction() as session:
        gap = SearchGap(
            state="claimed", words="beamer", stems=["beamer"], language="en", people=3, times=3, asked_at=NOON,
            opened_at=NOON, claimed_by=person_id, claimed_at=NOON,
        )  # fmt: skip
        session.add(gap)
        session.flush()
        return gap.id


def test_coaches_are_told_of_a_note_while_it_hangs(house, as_role, make_person, run_jobs, filled):
    coach = as_role("coach")
    with house.db.transaction() as session:
        note = service.pin(session, service_id="mail", title="Toner is gone", body="", by=None, now=NOON)
    run_jobs()

    told = coach.get("/notices").text
    with house.db.transaction() as session:
        service.take_down(session, session.get_one(Note, note.id), by=None)
    later = coach.get("/notices").text

    words = "A note hangs on the board: Toner is gone"
    assert (words in told, words in later) == (True, False)
    assert "A note hangs on the board" not in as_role("front_line").get("/notices").text


def csrf(answer) -> str:
    return re.search(r'name="csrf_token"[^>]*value="([^"]+)"', answer.text)[1]


def test_a_coach_pins_a_note_that_everybody_reads_and_others_may_not(house, client, as_role, filled):
    coach, user = as_role("coach"), as_role("end_user")
    form = {"service_id": "printing", "title": "Toner is gone", "body": "Use the second floor."}

    refused = user.post("/example/notes", data=form | {"csrf_token": csrf(user.get("/contact"))})
    pinned = coach.post("/example/notes", data=form | {"csrf_token": csrf(coach.get("/contact"))})
    empty = coach.post("/example/notes", data=form | {"title": " ", "csrf_token": csrf(coach.get("/contact"))})

    assert (refused.status_code, pinned.status_code, pinned.location) == (403, 302, "/example/notes/N000002")
    assert (empty.status_code, "The note has no title." in empty.text) == (422, True)
    assert "Use the second floor." in client.get("/example/notes/N000002").text
    assert re.findall(r"/example/notes/(\w+)", client.get("/example").text) == ["N000002", "N000001"]


def test_the_menus_have_its_entries_for_those_who_may(client, as_role, filled):
    admin = as_role("admin")

    assert '<a href="/example">Notice board</a>' in client.get("/contact").text
    assert '<a href="/example/help/">About the board</a>' in admin.get("/admin").text


def test_its_pages_say_where_they_are_explained(house, client, filled, monkeypatch):
    monkeypatch.setattr(handbook, "KEEP_SECONDS", -1)
    before = client.get("/example").text
    with house.db.transaction() as session:
        put_article(session, "KB5001", "Notes", "## Notice board\n\nPin it.")
        ref = session.scalars(sa.select(Note.ref)).one()
    link = re.compile(r'class="help-link" href="([^"]+)"')

    assert link.findall(before) == []
    pages = [client.get(path).text for path in ("/example", f"/example/notes/{ref}", "/example/help/")]
    assert [link.findall(page) for page in pages] == [
        ["/kb/KB5001-notes#h-notice-board"],
        ["/kb/KB5001-notes"],
        ["/kb/KB5001-notes#h-notice-board"],
    ]


def test_its_listeners_hear_by_class_and_by_name_and_may_hear_twice(house, as_role, filled, run_jobs):
    with house.db.reading() as session:
        address = session.scalars(sa.select(Article)).one().address
    coach = as_role("coach")
    token = csrf(coach.get(f"/kb/{address}"))
    coach.post("/kb/KB0001/verdict", data={"csrf_token": token, "verdict": "yes"})
    run_jobs()
    with house.db.transaction() as session:
        first = heard(session)
        for event_id, listener in session.execute(
            sa.select(EventRow.id, sa.literal("example.note_pinned")).where(EventRow.name == "example.note_pinned")
        ):
            session.add(Job(listener=listener, event_id=event_id, run_at=NOON))
    run_jobs()

    with house.db.reading() as session:
        assert first == heard(session)
    assert first == {"article:KB0001": "revision 1", "note:N000001": "note 1", "verdict:1": "yes"}


def heard(session) -> dict[str, str]:
    return {row.key: row.detail for row in session.scalars(sa.select(Heard))}


def test_its_notes_are_found_counted_and_opened(house, client, filled, run_jobs):
    built = run_command(house, "search", "rebuild")
    with house.db.transaction() as session:
        service.pin(session, service_id="mail", title="Blue toner", body="It came.", by=None, now=NOON)
    run_jobs()

    page = client.get("/search?q=blue")

    assert built.exit_code == 0
    assert sorted(set(re.findall(r"/example/notes/N\d+", page.text))) == [
        "/example/notes/N000001",
        "/example/notes/N000002",
    ]
    assert client.get("/search?q=blue&kind=note").status_code == 200


def test_old_notes_go_by_its_schedule_and_its_setting(house, filled, frozen_clock, run_jobs):
    worker, later = house.worker(), NOON.replace(month=4)
    worker.run_schedules(NOON)
    with house.db.reading() as session:
        before = [note.ref for note in queries.notes(session)]
    frozen_clock(later)
    worker.run_schedules(later)

    with house.db.reading() as session:
        told = session.scalars(sa.select(EventRow.name).order_by(EventRow.id.desc())).first()
        assert (before, queries.notes(session), told) == (["N000001"], [], "example.note_taken_down")


def test_how_often_a_note_was_opened_is_counted_beside_the_reading_path(house, client, filled):
    for _ in range(3):
        client.get("/example/notes/N000001")
    house.tally.flush()

    with house.db.reading() as session:
        assert queries.note(session, "N000001").seen_count == 3


def test_its_commands_stand_beside_the_others(house, filled):
    pinned = run_command(house, "example", "pin", "mail", "Mail is slow").output
    listed = run_command(house, "example", "list").output

    assert (pinned, listed) == ("N000002 hangs on the board.\n", "N000002  Mail is slow\nN000001  Paper is here\n")


def test_its_check_finds_a_note_without_a_ref(house, filled):
    look = next(check for checks in house.plugins.on("checks") for check in checks if "note" in check.name)
    with house.db.transaction() as session:
        well = look.run(session)
        session.execute(sa.update(Note).values(ref=""))
        unwell = look.run(session)

    assert (well, unwell) == ([], ["1 notes have no ref."])


def test_its_steps_for_start_and_demo_are_safe_to_repeat(house):
    def run(hook: str, order: int) -> list[str]:
        steps = [step for steps in house.plugins.on(hook) for step in steps if step.order == order]
        return [step.run() for step in steps if step.run.__self__ is house.plugins.get("example")]

    with house.db.transaction() as session:
        put_organisation(session)
    said = [run("start_steps", 60), run("demo_steps", 90), run("demo_steps", 90), run("start_steps", 60)]

    assert said == [["The notice board is empty."], ["A note hangs on the board."], [""], [""]]


def test_it_answers_for_what_it_keeps_about_people(house, make_person, filled):
    ada = make_person("Ada")
    with house.db.transaction() as session:
        service.pin(session, service_id="mail", title="Mine", body="", by=ada.id, now=NOON)

    (answer,) = house.plugins.one(house.plugins.get("example"), "personal_data", person_id=ada.id)[0]
    with house.db.reading() as session:
        titles = session.scalars(sa.select(answer.model.title).where(answer.where)).all()
    assert (titles, answer.on_erasure, answer.columns) == (["Mine"], "unname", ("author_id",))


def test_its_setting_and_its_permission_are_known(house):
    assert house.config.number("example.keep_days") == 30
    assert house.permissions["example.write"].roles == {"coach"}


def test_a_note_without_a_title_is_refused(session):
    with pytest.raises(Refused, match=r"^The note has no title\. Say in a few words what it is about\.$"):
        service.pin(session, service_id="mail", title="\t", body="", by=None, now=clock.now())


@pytest.fixture
def lines(house):
    """The lines of history: the core's and the example's."""
    return {owner.name: owner for owner in migrate.owners(house.root, house.plugins)}


def test_its_migrations_make_what_its_models_say(house, lines):
    inspector = sa.inspect(house.db.engine)
    for name in ("example_note", "example_heard"):
        model = Model.metadata.tables[name]
        columns = {each["name"]: (str(each["type"]), each["nullable"]) for each in inspector.get_columns(name)}
        assert columns == {
            column.name: (column.type.compile(house.db.engine.dialect), column.nullable) for column in model.columns
        }
        assert {each["name"] for each in inspector.get_indexes(name)} == {index.name for index in model.indexes}
    assert migrate.standing(house.db, lines["example"]) == migrate.Standing("example", "0002", "0002")


def test_its_migrations_go_down_and_up_with_rows(house, filled, lines):
    with house.db.reading() as session:
        before = session.execute(sa.text("SELECT ref, service_id, title, body, pinned_at FROM example_note")).all()
    house.db.close()

    migrate.downgrade(house.db, lines["example"], "0001")
    columns = {each["name"] for each in sa.inspect(house.db.engine).get_columns("example_note")}
    migrate.upgrade(house.db, [lines["example"]], backup_to=None, now=NOON)

    with house.db.reading() as session:
        after = session.execute(sa.text("SELECT ref, service_id, title, body, pinned_at FROM example_note")).all()
    assert ("seen_count" in columns, after) == (False, before)


def test_the_core_can_go_on_when_the_example_was_removed(house, filled):
    without = build({"instance": str(house.config.instance)}, environ={}, plugins=with_example()[:-1])
    owners = migrate.owners(without.root, without.plugins)

    migrate.upgrade(without.db, owners, backup_to=None, now=NOON)

    assert [owner.name for owner in owners if owner.name == "example"] == []
    with without.db.reading() as session:
        assert session.execute(sa.text("SELECT ref FROM example_note")).scalars().all() == ["N000001"]
        assert session.execute(sa.text("SELECT version_num FROM alembic_version_example")).scalars().all() == ["0002"]
    without.close()


def test_two_people_may_look_at_the_board_at_once(app, make_person, filled):
    names = [sign_in(app.test_client(), make_person(name)).get("/example").text for name in ("Ada Bell", "Bo Lind")]

    assert [("Ada Bell" in page, "Bo Lind" in page) for page in names] == [(True, False), (False, True)]


def test_a_look_that_a_page_of_the_board_noted_is_named_in_words_of_the_board(house, app, make_person):
    ana, eva = make_person("Ana Bell"), make_person("Eva Hall")
    with house.db.transaction() as session:
        looks.note(session, person_id=ana.id, looker_id=eva.id, what="example.board", now=NOON)

    assert "The notes that you pinned" in sign_in(app.test_client(), ana).get(f"/people/{ana.id}/looks").text

"""One's own log and choices, what a coach says does not count, and the second look, on their pages."""

from __future__ import annotations

import re

import pytest
import sqlalchemy as sa

from plugins.gamification import choices, doctor, recording
from plugins.gamification.models import Award, Choice, Contribution, Review
from portal.accounts import looks
from portal.accounts import service as accounts
from portal.core import clock
from portal.testing import send, sign_in

WHY = "The page was tried out, and nobody needed it."


@pytest.fixture
def town(company, app, make_person):
    """Clients and ids: ben, whom ana helped to be credited, and the coaches eva and fay."""
    made = {name: make_person(name.title(), unit_id="sales") for name in ("ana", "ben")}
    made |= {name: make_person(name.title(), roles=["coach"]) for name in ("eva", "fay")}
    return {name: sign_in(app.test_client(), person) for name, person in made.items()}, {
        name: person.id for name, person in made.items()
    }


@pytest.fixture
def solved(company, town, run_jobs):
    """The id of what credits ben, since an article of his helped ana."""
    _clients, ids = town
    with company.db.transaction() as session:
        (key,) = recording.record(
            session, "article.solved", key="KB7:1", occurred_at=clock.now(), actor_id=ids["ana"],
            credited=[ids["ben"]], subject=("article", "KB7"), source="articles", now=clock.now(),
        )  # fmt: skip
        found = session.scalars(sa.select(Contribution.id).where(Contribution.dedupe_key == key)).one()
    run_jobs()
    return found


def held(company, person_id):
    with company.db.reading() as session:
        return session.scalars(
            sa.select(Award.badge_id).where(Award.person_id == person_id, Award.revoked_at.is_(None))
        ).all()


def text_of(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text.partition("<main")[2]).split())


def retraction(company):
    with company.db.reading() as session:
        return session.scalars(sa.select(Contribution.id).where(Contribution.retracts.is_not(None))).one()


def test_a_coach_says_why_it_does_not_count_and_a_second_one_restores_it(company, town, solved, run_jobs):
    clients, ids = town
    assert held(company, ids["ben"]) == ["first-answer"]
    assert "An article fixed it for somebody" in text_of(clients["ben"].get("/recognition"))

    path = f"/recognition/people/{ids['ben']}"
    short = send(clients["eva"], f"{path}/void/{solved}", {f"{solved}-reason": "No."})
    assert (short.status_code, "20 to 1000" in short.text, "No.</textarea>" in short.text) == (422, True, True)
    assert send(clients["eva"], f"{path}/void/{solved}", {f"{solved}-reason": WHY}).status_code == 303
    run_jobs()
    assert held(company, ids["ben"]) == []
    assert WHY in text_of(clients["ben"].get("/recognition?only=out"))

    taken = retraction(company)
    assert send(clients["ana"], f"/recognition/again/{taken}", {f"{taken}-words": "I did."}).status_code == 404
    for _press in range(2):
        answer = send(clients["ben"], f"/recognition/again/{taken}", {f"{taken}-words": "Ana did need it."})
        assert answer.status_code == 303
    assert "Waits for a second coach" in text_of(clients["ben"].get("/recognition"))

    with company.db.reading() as session:
        review = session.scalars(sa.select(Review.id)).one()
    assert "for another coach" in text_of(clients["eva"].get("/recognition/reviews"))
    first = text_of(clients["eva"].get(f"/recognition/reviews/{review}"))
    assert "Another coach looks at this" in first
    page = f"/recognition/reviews/{review}"
    assert send(clients["eva"], page, {"outcome": "restored", "answer": WHY}).status_code == 422
    assert "Ana did need it." in text_of(clients["fay"].get(page))
    nothing = send(clients["fay"], page, {"answer": "She asked ana, and it was so."})
    assert (nothing.status_code, "She asked ana" in nothing.text) == (422, True)
    assert send(clients["fay"], page, {"outcome": "restored", "answer": "Ana told me about it."}).status_code == 303
    run_jobs()

    assert held(company, ids["ben"]) == ["first-answer"]
    own = text_of(clients["ben"].get("/recognition"))
    assert own.count("An article fixed it for somebody") == 1
    assert "It counts again, after a second look : Ana told me about it." in own
    assert "Nobody waits" in text_of(clients["fay"].get("/recognition/reviews"))
    assert "It counts again" in text_of(clients["fay"].get("/recognition/reviews?state=over"))


def test_a_look_is_written_down_and_ones_own_is_not(company, town, solved):
    clients, ids = town
    clients["eva"].head(f"/recognition/people/{ids['ben']}")
    with company.db.reading() as session:
        assert looks.at_person(session, ids["ben"])[1] == 0
    clients["eva"].get(f"/recognition/people/{ids['ben']}")
    assert clients["eva"].get(f"/recognition/people/{ids['eva']}").headers["Location"] == "/recognition"

    with company.db.reading() as session:
        found, total = looks.at_person(session, ids["ben"])
        assert (total, found[0].looker, found[0].what) == (1, "Eva", "contributions.of_person")
        assert looks.at_person(session, ids["eva"])[1] == 0


def test_no_page_says_who_voted(town, solved):
    clients, ids = town
    for name, path in (("ben", "/recognition"), ("eva", f"/recognition/people/{ids['ben']}")):
        assert "Ana" not in text_of(clients[name].get(path))


def test_a_coach_who_voted_is_offered_no_void(company, town, run_jobs):
    clients, ids = town
    with company.db.transaction() as session:
        recording.record(
            session, "article.solved", key="KB8:1", occurred_at=clock.now(), actor_id=ids["eva"],
            credited=[ids["ben"]], subject=("article", "KB8"), source="articles", now=clock.now(),
        )  # fmt: skip
        one = session.scalars(sa.select(Contribution.id)).one()

    path = f"/recognition/people/{ids['ben']}"
    assert "This does not count" not in text_of(clients["eva"].get(path))
    assert "This does not count" in text_of(clients["fay"].get(path))
    refused = send(clients["eva"], f"{path}/void/{one}", {f"{one}-reason": WHY})
    assert (refused.status_code, "Ask another coach" in refused.text, WHY in refused.text) == (422, True, True)


def test_whoever_leaves_holds_nothing_is_looked_at_by_nobody_and_returns_to_everything(company, town, solved, run_jobs):
    clients, ids = town
    assert send(clients["ben"], "/recognition/choices", {"shown_to": "everyone"}).status_code == 303
    run_jobs()
    assert held(company, ids["ben"]) == []
    assert clients["eva"].get(f"/recognition/people/{ids['ben']}").status_code == 404
    assert "What counted for them" not in clients["eva"].get(f"/people/{ids['ben']}").text
    assert "What counted for you" in clients["ben"].get(f"/people/{ids['ben']}").text

    assert send(clients["ben"], "/recognition/choices", {"is_on": "y", "shown_to": "team"}).status_code == 303
    run_jobs()
    assert held(company, ids["ben"]) == ["first-answer"]
    with company.db.reading() as session:
        assert choices.of(session, ids["ben"]).shown_to == "team"


def test_a_choice_that_is_not_offered_is_refused(company, town):
    clients, _ids = town
    answer = send(clients["ben"], "/recognition/choices", {"is_on": "y", "shown_to": "rivals"})

    assert (answer.status_code, "There is no such choice" in answer.text) == (422, True)
    with company.db.reading() as session:
        assert session.scalars(sa.select(Choice)).all() == []


def test_the_doctor_says_where_there_is_no_second_coach(company, town, solved):
    clients, ids = town
    send(clients["eva"], f"/recognition/people/{ids['ben']}/void/{solved}", {f"{solved}-reason": WHY})
    send(clients["ben"], f"/recognition/again/{retraction(company)}")

    def said():
        with company.db.reading() as session:
            return [line for check in doctor.checks() for line in check.run(session)]

    assert said() == []
    with company.db.transaction() as session:
        fay = session.get_one(accounts.Person, ids["fay"])
        accounts.leave(session, fay, by=None, now=clock.now())
    assert "no coach may decide" in said()[0]

"""The pages of badges: all of them by track, one of them, and what somebody's stand on."""

from __future__ import annotations

import re
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from plugins.gamification import catalogue, choices, evidence, recording, shelf, voiding
from plugins.gamification.definitions import TRACKS
from plugins.gamification.models import Contribution
from portal.accounts import looks
from portal.accounts import service as accounts
from portal.accounts.models import Person
from portal.articles.models import Revision
from portal.core import clock
from portal.testing import sign_in

WHY = "The page was tried out, and nobody needed it."
REUSED = "article.reused"


@pytest.fixture
def town(company, app, people):
    """Clients and ids: ana, ben, cem and dia of sales, and the coaches eva and fay."""
    with company.db.reading() as session:
        persons = {name: session.get_one(Person, each) for name, each in people.items()}
    return {name: sign_in(app.test_client(), person) for name, person in persons.items()}, people


def helped(company, run_jobs, credit_id, actor_ids, ref="KB7", kind="article.solved"):
    """An article fixed it for each of the actors, or helped them to fix it for others (``article.reused``)."""
    with company.db.transaction() as session:
        for actor_id in actor_ids:
            recording.record(
                session, kind, key=f"{ref}:{actor_id}", occurred_at=clock.now(), actor_id=actor_id,
                credited=[credit_id], subject=("article", ref), source="articles", now=clock.now(),
            )  # fmt: skip
    run_jobs()


@contextmanager
def asking(company):
    """What is asked of the database meanwhile."""
    found = []

    def note(_connection, _cursor, statement, *_more):
        found.append(statement)

    sa.event.listen(company.db.engine, "before_cursor_execute", note)
    try:
        yield found
    finally:
        sa.event.remove(company.db.engine, "before_cursor_execute", note)


def text_of(answer):
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text.partition("<main")[2]).split())


def test_all_badges_stand_by_track_with_ones_own_and_how_far_one_is(company, town, run_jobs):
    clients, ids = town
    helped(company, run_jobs, ids["ben"], [ids["ana"], ids["cem"]], kind=REUSED)
    page = text_of(clients["ben"].get("/badges"))

    for track in TRACKS:
        assert str(catalogue.TRACK_TITLE[track][0]) in page
    assert (page.count("yours since"), "1 person has it" in page) == (1, True)
    assert "on the way: 2 of 5 colleagues" in page
    assert "Recognition is not a performance measure." in page
    assert "yours since" not in text_of(clients["ana"].get("/badges"))


def test_the_catalogue_asks_nine_questions_at_most(company, town, run_jobs):
    _clients, ids = town
    helped(company, run_jobs, ids["ben"], [ids["ana"], ids["cem"], ids["dia"]])
    with company.db.reading() as session:
        with asking(company) as asked:
            tracks = catalogue.tracks(session, ids["ben"], now=clock.now())
        badges = shelf.active(session)
    shown = [card for track in tracks for card in (*track.cards, *track.later)]
    assert len(asked) <= 9
    assert {card.badge.id for card in shown} == {key for key, (badge, _v) in badges.items() if not badge.hidden}


def test_a_badge_says_its_rule_who_holds_it_and_what_ones_own_stands_on(company, town, run_jobs):
    clients, ids = town
    helped(company, run_jobs, ids["ben"], [ids["ana"]])
    own = text_of(clients["ben"].get("/badges/first-answer"))
    other = text_of(clients["dia"].get("/badges/first-answer"))

    assert ("How it is earned" in own, "An article fixed it for somebody" in own, "version 1" in own) == (
        True, True, True,
    )  # fmt: skip
    assert ("1 person who shows it to you" in other, "Ben" in other) == (True, True)
    assert "What yours stands on" not in other
    assert clients["ben"].get("/badges/no-such-badge").status_code == 404
    assert "There is no such badge." in text_of(clients["ben"].get("/badges/no-such-badge"))


def test_evidence_counts_people_and_names_neither_them_nor_what_one_may_not_read(company, town, run_jobs):
    clients, ids = town
    helped(company, run_jobs, ids["ben"], [ids["ana"], ids["cem"], ids["dia"], ids["eva"], ids["fay"]], kind=REUSED)
    with company.db.reading() as session:
        marks, total = evidence.marks_of(session, ids["ben"], ids["ana"])
        held = [mark.badge.id for mark in marks]
    assert total == len(held) > 1
    for badge_id in held:
        for viewer in ("ben", "ana"):
            page = text_of(clients[viewer].get(f"/badges/{badge_id}/{ids['ben']}"))
            assert "an article that you cannot read" in page
            assert "KB7" not in page
            assert not any(name in page for name in ("Cem", "Dia", "Eva", "Fay"))
    assert "5 colleagues" in text_of(clients["ben"].get(f"/badges/passed-on/{ids['ben']}"))


def test_a_look_at_the_evidence_of_somebody_is_written_down(company, town, run_jobs):
    clients, ids = town
    helped(company, run_jobs, ids["ben"], [ids["ana"]])
    path = f"/badges/first-answer/{ids['ben']}"

    def looked():
        with company.db.reading() as session:
            return [(look.looker, look.what) for look in looks.at_person(session, ids["ben"])[0]]

    clients["ben"].get(path)
    clients["dia"].head(path)
    clients["dia"].get(path, headers={"Sec-Purpose": "prefetch"})
    assert looked() == []
    assert "They see that you looked." in text_of(clients["dia"].get(path))
    assert looked() == [("Dia", "badges.stands_on")]
    assert clients["dia"].get(f"/badges/passed-on/{ids['ben']}").status_code == 404
    assert len(looked()) == 1


@pytest.mark.parametrize("shown_to", ["nobody", "left"])
def test_of_whoever_does_not_show_badges_others_see_nothing(company, town, run_jobs, shown_to):
    clients, ids = town
    helped(company, run_jobs, ids["ben"], [ids["ana"]])
    with company.db.transaction() as session:
        is_on, to = shown_to != "left", "nobody" if shown_to == "nobody" else "everyone"
        choices.choose(session, ids["ben"], is_on=is_on, shown_to=to, now=clock.now())
    run_jobs()

    assert clients["dia"].get(f"/badges/first-answer/{ids['ben']}").status_code == 404
    assert clients["dia"].get(f"/badges/of/{ids['ben']}").status_code == 404
    assert "Ben" not in text_of(clients["dia"].get("/badges/first-answer"))
    assert "1 person has it" not in text_of(clients["dia"].get("/badges"))
    assert "/badges/" not in clients["dia"].get(f"/people/{ids['ben']}").text.partition("<main")[2]
    own = text_of(clients["ben"].get(f"/badges/first-answer/{ids['ben']}"))
    assert ("Since" in own, "You do not have this badge." in own) == (shown_to == "nobody", shown_to == "left")


def test_what_was_taken_back_is_read_with_its_reason_by_whoever_had_it_and_by_nobody_else(company, town, run_jobs):
    clients, ids = town
    helped(company, run_jobs, ids["ben"], [ids["ana"]])
    with company.db.transaction() as session:
        row = session.scalars(sa.select(Contribution.id).where(Contribution.kind == "article.solved")).one()
        voiding.void(session, row, by=ids["eva"], reason=WHY, now=clock.now())
    run_jobs()

    assert WHY in text_of(clients["ben"].get("/badges/first-answer"))
    assert WHY in text_of(clients["ben"].get(f"/badges/first-answer/{ids['ben']}"))
    assert WHY not in text_of(clients["dia"].get("/badges/first-answer"))
    assert clients["dia"].get(f"/badges/first-answer/{ids['ben']}").status_code == 404


def test_badges_stand_on_the_page_of_a_person_and_all_of_them_on_one_of_their_own(company, town, run_jobs):
    clients, ids = town
    helped(company, run_jobs, ids["ben"], [ids["ana"]])
    assert f"/badges/first-answer/{ids['ben']}" in clients["dia"].get(f"/people/{ids['ben']}").text
    assert "/badges/first-answer" not in clients["dia"].get(f"/people/{ids['ana']}").text
    page = text_of(clients["dia"].get(f"/badges/of/{ids['ben']}"))
    assert ("Badges of Ben" in page, "First Answer" in page) == (True, True)
    assert clients["dia"].get("/badges/of/999999").status_code == 404


def test_what_stands_on_the_pages_of_others_takes_so_many_questions_whatever_it_is(
    company, town, run_jobs, make_article
):
    """The front page, the page of a person and that of an article, with recognition and without it."""
    clients, ids = town
    article = make_article()
    with company.db.transaction() as session:
        session.execute(sa.update(Revision).where(Revision.article_id == article.id).values(author_id=ids["ben"]))

    def of_both():
        return [_questions(company, clients, address) for address in ("/", f"/people/{ids['ben']}", "/kb/KB0101")]

    on = [of_both()]
    for number in range(3):
        helped(company, run_jobs, ids["ben"], [ids[name] for name in ("ana", "cem", "dia")], f"KB{number}", REUSED)
        on.append(of_both())
    with company.db.transaction() as session:
        company.plugins.switches.switch(session, "gamification", on=False, by=None, now=clock.now())
    off = of_both()

    assert [[more - less for more, less in zip(each, off, strict=True)] for each in on] == [[0, 3, 2]] * 4


def _questions(company, clients, address):
    """How many, without what is read anew every few seconds whoever asks."""
    counts = []
    for _time in range(4):
        with asking(company) as found:
            assert clients["dia"].get(address).status_code == 200
        counts.append(len([each for each in found if each.startswith("SELECT")]))
    return min(counts)


def test_somebody_who_left_holds_it_as_a_former_colleague(company, town, run_jobs):
    clients, ids = town
    helped(company, run_jobs, ids["ben"], [ids["ana"]])
    with company.db.transaction() as session:
        accounts.leave(session, session.get_one(Person, ids["ben"]), by=None, now=clock.now())
    page = text_of(clients["dia"].get("/badges/first-answer"))
    assert ("a former colleague" in page, "Ben" in page) == (True, False)
    assert clients["dia"].get(f"/badges/first-answer/{ids['ben']}").status_code == 200
    assert "Ben" not in text_of(clients["dia"].get(f"/badges/first-answer/{ids['ben']}"))


def test_beside_an_article_stand_the_badges_earned_with_it_first(company, town, run_jobs):
    _clients, ids = town
    everybody = [ids[name] for name in ("ana", "cem", "dia", "eva", "fay")]
    helped(company, run_jobs, ids["ben"], everybody, "KB7", REUSED)
    helped(company, run_jobs, ids["ben"], everybody, "KB8", REUSED)

    def beside(session: Session, viewer_id: int | None) -> list[str]:
        return [each.badge.id for each in evidence.beside_article(session, ids["ben"], "KB7", viewer_id, most=3)]

    with company.db.reading() as session:
        assert beside(session, ids["ana"])[0] == "passed-on"
        assert beside(session, None) == []

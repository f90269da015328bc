"""A small company for the walks: nine viewers and more, articles of every level, and a marker in each field.

A marker is a made-up word that stands in one field of one article and nowhere
else. ``Marker.may`` says who is allowed to meet it. A walk opens every address
of the portal as every viewer and looks which markers came.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask

from plugins.feedback import asking, inline, sealing
from plugins.feedback.models import Verbatim
from portal.accounts import proficiency, roster
from portal.accounts.models import Person
from portal.accounts.rights import rights_of
from portal.articles import drafts, keeping, loading, timing
from portal.articles import service as articles
from portal.articles.models import Article, Revision
from portal.articles.notice_words import OWN, WAITING, WATCHED
from portal.articles.states import ArticleState, RevisionState
from portal.core import clock
from portal.notices import digest
from portal.notices import service as notices
from portal.notices.service import News
from portal.organisation import loading as organisation
from portal.organisation.models import Unit
from portal.testing import NOON
from tests.house import town_answers, town_handover, town_recognition, town_searches, town_texts
from tests.house.markers import SPECIALISTS, SUPPORT, VIEWERS, WRITERS, Marks, Town, file_with


class NoValues(AssertionError):
    """A route has an argument that the walk was not taught."""


def addresses(town: Town, method: str) -> Iterator[str]:
    """Every address of the portal that answers to *method*, with all values of its arguments."""
    values = town.values()
    for rule in town.app.url_map.iter_rules():
        if method not in (rule.methods or ()) or rule.endpoint == "static":
            continue
        unknown = rule.arguments - values.keys()
        if unknown:
            raise NoValues(f"{rule}: teach tests/house/town.py values for {', '.join(sorted(unknown))}")
        names = sorted(rule.arguments)
        for chosen in itertools.product(*(values[name] for name in names)):
            built = rule.build(dict(zip(names, _typed(chosen), strict=True)))
            if built is not None:
                yield str(built[1])


def a_few(town: Town, *, most: int = 5) -> list[str]:
    """Of each page at most so many addresses, spread over all: for what is the same with whatever a page is about."""
    pages: dict[str, list[str]] = {}
    for address in addresses(town, "GET"):
        bound = town.app.url_map.bind("").match(address)[0]
        pages.setdefault(str(bound), []).append(address)
    return [each for of_page in pages.values() for each in of_page[:: -(-len(of_page) // most)]]


def _typed(values: tuple[str, ...]) -> list[Any]:
    return [int(value) if value.isdigit() else value for value in values]


def build(app: Flask, make_person: Callable[..., Person], folder: Path, run_jobs: Callable[[], int]) -> Town:
    """Found the town in *app*: organisation, people, articles with markers, verdicts, a draft and an index."""
    town = Town(app, app.extensions["portal"])
    with town.house.db.transaction() as session:
        organisation.load(session, organisation.read(organisation.SHIPPED), samples=True)
        session.flush()
        session.add(Unit(id="sales", name="Sales", parent_id="company", site_id="main"))
        session.add(Unit(id="legal", name="Legal", parent_id="company", site_id="main"))
    _people(town, make_person)
    _shift(town)
    _articles(town, folder)
    _grants(town)
    town_searches.search(town)
    _moves(town)
    town_texts.write(town)
    run_jobs()
    _notices(town)
    if town.has_questions:
        _asked(town)
        town_answers.follow_up(town)
    if town.has_recognition:
        town_recognition.recognise(town)
    if town.has_handover:
        town_handover.hand_over(town)
    run_jobs()
    return town


def _asked(town: Town) -> None:
    """Somebody was asked about an article and said it in their own words; what they typed is for them alone."""
    own = Marks(town, "answer")("own words", frozenset({"inside"}))
    key, person = town.app.config["SECRET_KEY"], town.people["inside"].id
    with town.house.db.transaction() as session:
        article = session.scalars(sa.select(Article).where(Article.ref == "KB0101")).one()
        asked = sealing.Asked(
            id=sealing.id_of(key, "N", "verdict", "1", person), template="N", about="verdict", about_id="1",
            at=int(NOON.timestamp()), person_id=person, article_id=article.id, ref=article.ref,
            revision_id=article.live_revision_id, service_id="mail", form=("N1", "N4"), known=(("A1", "no"),),
        )  # fmt: skip
        town.tokens.append(sealing.sealed(asked, key))
        invitation = inline.invitation_for(session, asked, NOON)
        given = {"N1": ["2"], "N4": [f"Mrs. {own.capitalize()} could not print"]}
        asking.save_answers(session, invitation, given, language="en", names=(), now=NOON)
        typed = session.scalars(sa.select(Verbatim).where(Verbatim.invitation_id == asked.id)).one()
        assert typed.text == "Mrs. [name] could not print", typed.text
        typed.own_text = f"Mrs. {own} could not print"


def _notices(town: Town) -> None:
    """Everybody has a notice about each article and each text, also those that are not theirs to read; mails go out."""
    with town.house.db.transaction() as session:
        news = []
        for (person_id,) in session.execute(sa.select(Person.id)):
            for article_id in session.scalars(sa.select(Article.id)):
                about = {"article_id": article_id, "say": "changed"}
                news.append(News(person_id=person_id, kind=WATCHED, key=f"a{article_id}", data=about))
            for revision in session.scalars(sa.select(Revision)):
                about = {"article_id": revision.article_id, "revision_id": revision.id}
                for kind, say in ((WAITING, "submit.deciders"), (OWN, "send_back.writer"), (OWN, "accept.writer")):
                    key, data = f"{say}{revision.id}", about | {"say": say}
                    news.append(News(person_id=person_id, kind=kind, key=key, data=data))
        notices.tell(session, news, now=NOON)
        session.execute(
            sa.update(Person).values(mail=sa.literal("person") + sa.cast(Person.id, sa.String) + "@example.org")
        )
        digest.ring(session, NOON)


def _people(town: Town, make_person: Callable[..., Person]) -> None:
    rows: dict[str, dict[str, Any]] = {
        "end_user": {},
        "superuser_mail": {"roles": ["superuser"], "services": ["mail"]},
        "superuser_printing": {"roles": ["superuser"], "services": ["printing"]},
        "front_line": {"roles": ["front_line"], "party_id": "front-line"},
        "specialist": {"roles": ["specialist"], "party_id": "workplace"},
        "inside": {"unit_id": "sales"},
        "outside": {"unit_id": "legal"},
        "admin": {"roles": ["admin"]},
        "coach": {"roles": ["coach"]},
        "contributor": {"roles": ["front_line"], "party_id": "front-line"},
        "publisher": {"roles": ["front_line"], "party_id": "front-line"},
    }
    for viewer, values in rows.items():
        town.people[viewer] = make_person(f"Person {viewer.replace('_', ' ')}", **values)


def _shift(town: Town) -> None:
    """Somebody of the front line is on shift; a note says what they do there."""
    note = f"At the phone {Marks(town, 'roster')('note', frozenset(SUPPORT | {'admin'}))}"
    with town.house.db.transaction() as session:
        person, team = session.get_one(Person, town.people["front_line"].id), roster.party(session, "front-line")
        roster.put_shift(session, person, team, NOON, NOON + timedelta(hours=8), by=None, now=NOON, note=note)


ARCHIVED = "KB0109"
EVERYBODY = frozenset(VIEWERS)
MAIL_SUPPORT = frozenset(SUPPORT | {"superuser_mail"})
# ref, audience, service, readers, confidence: who may open it, who may read its support part, who its specialists' part
CASES: tuple[tuple[str, str, str, str, str, frozenset[str], frozenset[str], frozenset[str]], ...] = (
    ("KB0101", "everyone", "mail", "", "not_validated", EVERYBODY, MAIL_SUPPORT, frozenset(SPECIALISTS)),
    ("KB0102", "support", "mail", "", "validated", MAIL_SUPPORT, MAIL_SUPPORT, frozenset(SPECIALISTS)),
    ("KB0103", "specialists", "mail", "", "validated", *([frozenset(SPECIALISTS)] * 3)),
    ("KB0104", "everyone", "mail", "unit:sales", "validated", frozenset({"inside"}), frozenset(), frozenset()),
    ("KB0105", "support", "printing", "", "validated", *([frozenset(SUPPORT | {"superuser_printing"})] * 2),
     frozenset(SPECIALISTS)),
    ("KB0106", "everyone", "mail", "", "wip", frozenset(WRITERS), MAIL_SUPPORT & WRITERS, frozenset(SPECIALISTS)),
    ("KB0107", "everyone", "mail", "role:admin", "validated", frozenset({"admin"}), frozenset(), frozenset()),
    ("KB0108", "support", "mail", "party:workplace", "validated", *([frozenset({"specialist"})] * 3)),
    ("KB0109", "everyone", "files", "", "validated", EVERYBODY, frozenset(SUPPORT), frozenset(SPECIALISTS)),
)  # fmt: skip


def _articles(town: Town, folder: Path) -> None:
    for ref, audience, service, readers, confidence, may, support, specialists in CASES:
        town.refs.append(ref)
        mark = Marks(town, ref)
        own, for_support, for_specialists = (
            file_with(town, mark(f"file for {who}", allowed), mark(f"name of the file for {who}", allowed))
            for who, allowed in (("readers", may), ("support", support), ("specialists", specialists))
        )
        found = ref != ARCHIVED
        text = f"""---
id: {ref}
title: "Trouble {mark("title", may, searchable=found)}"
kind: how_to
audience: {audience}
confidence: {confidence}
governance: experience
service: {service}
owner_role: workplace-team
tags: [walk, {mark("tag", may, searchable=found)}]
words: ["{mark("word", may, searchable=found, shown=False)} gone", "it stopped", "cannot work"]
review_every_days: 180
environment: ["{mark("environment", may)}"]
{f"readers: ['{readers}']" if readers else ""}
old_slugs: ["old-{ref.lower()}"]
---

Before you begin {mark("body", may, searchable=found)}, look at the common plan.[^1]

[^1]: A footnote {mark("footnote", may)}.

## Heading {mark("heading", may)}

1. One step {mark("step", may)}, with [a file]({own}).

::: support

## For support {mark("support-heading", support)}

Only for support {mark("support", support, searchable=found)}, with [a link][hidden] and [a file]({for_support}).[^2]

[^2]: Hidden {mark("support-footnote", support)}.

[hidden]: https://example.org/{mark("support-link", support)}

:::

::: specialists

Only for specialists {mark("specialists", specialists, searchable=found)}, with [a file]({for_specialists}).

| Sign | Cause |
| --- | --- |
| {mark("specialists-table", specialists)} | cause |

:::
"""
        (folder / f"{ref}-walk.md").write_text(text, encoding="utf-8")
    with town.house.db.reading() as session:
        words = loading.vocabulary(session)
    checked = loading.check([folder], words, max_bytes=100_000)
    assert not checked.errors, [str(problem) for problem in checked.errors]
    loading.load(town.house.db, checked, now=clock.now, samples=True)


def _grants(town: Town) -> None:
    """The specialist wrote what they read, and a coach granted, withdrew and granted again, each time with a reason."""
    mark, may = Marks(town, "proficiency"), frozenset({"coach", "specialist"})
    coach, specialist = town.people["coach"].id, town.people["specialist"].id
    with town.house.db.transaction() as session:
        theirs = sa.select(Article.id).where(Article.ref.in_([case[0] for case in CASES if "specialist" in case[5]]))
        live = sa.update(Revision).where(Revision.article_id.in_(theirs), Revision.state == RevisionState.LIVE)
        session.execute(live.values(author_id=specialist))
        person = session.get_one(Person, specialist)
        for kind in ("contributor", "", "publisher"):
            seen = proficiency.standing_of(session, specialist, rights_of(session, person)).seen
            why = f"Because {mark('granted ' + kind if kind else 'withdrawn', may)}."
            if kind:
                proficiency.grant(session, person, kind, reason=why, by=coach, seen=seen, now=NOON)
            else:
                proficiency.withdraw(session, person, reason=why, by=coach, seen=seen, now=NOON)
        for kind in ("contributor", "publisher"):
            person = session.get_one(Person, town.people[kind].id)
            seen = proficiency.standing_of(session, person.id, rights_of(session, person)).seen
            proficiency.grant(session, person, kind, reason="For the walk.", by=coach, seen=seen, now=NOON)


def _moves(town: Town) -> None:
    """What happens to articles later: a draft over a live text, one archived, a reason, verdicts with words."""
    nobody = frozenset[str]()
    draft, typed, reason = (
        Marks(town, "draft")("draft", frozenset({"specialist", "coach"}), shown=False),
        Marks(town, "verdict")("words", nobody),
        Marks(town, "reason")("reason", frozenset({"coach"})),
    )
    reads_draft = frozenset({"specialist", "coach"})
    drafted = file_with(town, Marks(town, "draft")("file", reads_draft), "draft")
    file_with(town, Marks(town, "nowhere")("file in no text", nobody), "nowhere")
    with town.house.db.transaction() as session:
        article = session.scalars(sa.select(Article).where(Article.ref == "KB0101")).one()
        session.add(
            Revision(
                article_id=article.id, number=2, state=RevisionState.DRAFT, title=f"Draft {draft}", front={},
                body=f"Draft {draft} with [a file]({drafted}).", author_id=town.people["specialist"].id,
                created_at=NOON, updated_at=NOON,
            )
        )  # fmt: skip
        article.withheld_reason = reason
        archived = session.scalars(sa.select(Article).where(Article.ref == ARCHIVED)).one()
        coach = drafts.writer_of(session, rights_of(session, session.get_one(Person, town.people["coach"].id)))
        gone = Marks(town, "archived")("why", frozenset(SPECIALISTS))
        keeping.archive(session, coach, ARCHIVED, successor=article.ref, why=f"Because {gone}.", now=NOON)
        assert archived.state == ArticleState.ARCHIVED
        later = timing.Moment(at=NOON + timedelta(days=400), zone="Europe/Berlin")
        timing.retire_at(session, coach, "KB0102", later, successor="KB0103", now=NOON)
    for viewer, ref in itertools.product(("coach", "specialist"), ("KB0101", "KB0102", "KB0103")):
        with town.house.db.transaction() as session:
            person = session.get_one(Person, town.people[viewer].id)
            articles.give_verdict(
                session, ref, rights=rights_of(session, person), visitor=None, value="yes", words=typed,
                revision_id=None, now=NOON,
            )  # fmt: skip

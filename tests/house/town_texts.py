"""Texts under way in the town: one in each state and at each level, with a marker in all that is said in and about it.

A text that is not live is for its writer and for whoever could publish it for
its readers. Who that is stands here by name, and is not asked of the portal.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from portal.accounts.models import Person
from portal.accounts.rights import rights_of
from portal.articles import attachments, drafts, keeping, reviewing, texts, timing
from portal.articles.models import Article, Revision
from portal.core.filestore import FileStore
from portal.testing import NOON
from tests.articles.writing import Desk
from tests.data import hostile_files
from tests.house.markers import SPECIALISTS, VIEWERS, Marks, Town, file_with

EVERYBODY = frozenset(VIEWERS)
OF_MAIL = frozenset({"superuser_mail", "front_line", "contributor", "publisher", *SPECIALISTS})
OF_PRINTING = frozenset({"superuser_printing", "front_line", "contributor", "publisher", *SPECIALISTS})
FOR_ALL = frozenset({"publisher", *SPECIALISTS})  # who publishes for everyone, in a text without a part for specialists
PLAIN = {"title": "A plain text", "service": "mail", "owner_role": "workplace-team"}
FOR_SUPPORT = FOR_ALL | {"contributor"}


def write(town: Town) -> None:
    """Let people write, hand in, remark, decide, put aside, publish, archive and merge."""
    desks = {name: _desk(town, name) for name in VIEWERS if name != "visitor"}
    _new_texts(town, desks)
    _suggestions(town, desks)
    _adapted(town, desks)
    _later(town, desks)
    _for_others_by_now(town, desks)
    _ended(town)


def _desk(town: Town, name: str) -> Desk:
    with town.house.db.reading() as session:
        return Desk(town.house, rights_of(session, session.get_one(Person, town.people[name].id)))


def _said(mark: Marks, writer: str, may: frozenset[str], audience: str, *, town: Town, specialists: bool) -> Any:
    """The fields and the body of a new text, with a marker in each place; of a draft only the title is for deciders."""
    file = file_with(town, mark("file", may), mark("name of the file", may))
    is_draft = mark.about.startswith("draft")
    title = mark("title", may, shown=not is_draft)
    may = frozenset({writer}) if is_draft else may
    by_fields = may if is_draft else may - {writer}  # whoever handed it in reads the page, and no fields
    hidden = f"\n::: specialists\n\nHidden {mark('specialists', may)}.\n\n:::\n" if specialists else ""
    return PLAIN | {
        "body": f"Words {mark('body', may)} with [a file]({file}).\n\n"
        f"::: support\n\nFor support {mark('support', may)}.\n\n:::\n{hidden}",
        "title": f"Text {title}",
        "tags": ["walk", mark("tag", may, shown=by_fields)],
        "words": [f"{mark('word', may, shown=by_fields)} gone", "it stopped", "cannot work"],
        "audience": audience,
    }


def _new_texts(town: Town, desks: dict[str, Desk]) -> None:
    """New articles: a draft, three that were handed in for different readers, and one that was put aside."""
    for name, writer, audience, deciders, hides in (
        ("draft for specialists", "specialist", "specialists", SPECIALISTS, True),
        ("draft for support", "contributor", "support", FOR_SUPPORT, False),
        ("handed in for everyone", "front_line", "everyone", FOR_ALL, False),
        ("handed in for support", "superuser_mail", "support", FOR_SUPPORT, False),
        ("handed in for specialists", "specialist", "support", SPECIALISTS, True),
        ("put aside", "front_line", "support", (), False),
    ):
        mark, may = Marks(town, name), frozenset({writer, *deciders})
        text = desks[writer].start_new(**_said(mark, writer, may, audience, town=town, specialists=hides))
        if name.startswith("handed in"):
            text = desks[writer].submit(text, why=f"Because {mark('note', may)}.")
        if name == "handed in for everyone":
            desks["publisher"].remark(text, line=1, text=f"Look {mark('remark', may)}.")
            desks["publisher"].answer(text, answers={1: "yes"})
        if name == "handed in for specialists":
            _set_a_time(town, text, mark("why at a time", may, shown=False))
        if name == "put aside":
            desks[writer].discard(text, why=f"Because {mark('why', may, shown=False)}.")


def _set_a_time(town: Town, text: Revision, why: str) -> None:
    later = timing.Moment(at=NOON + timedelta(days=300), zone="Europe/Berlin")
    with town.house.db.reading() as session:
        ready = reviewing.ready(session, session.get_one(Revision, text.id))
    with town.house.db.transaction() as session:
        coach = drafts.writer_of(session, rights_of(session, session.get_one(Person, town.people["coach"].id)))
        timing.publish_at(session, coach, ready, later, why=why, now=NOON)


def _suggestions(town: Town, desks: dict[str, Desk]) -> None:
    """Changes to live articles by people who may only suggest: sent back, declined, and one that waits."""
    for name, writer, ref, deciders in (
        ("sent back", "end_user", "KB0101", SPECIALISTS),
        ("declined", "outside", "KB0101", SPECIALISTS),
        ("suggested to few", "inside", "KB0104", ()),
    ):
        mark, may, desk = Marks(town, name), frozenset({writer, *deciders}), desks[writer]
        text = desk.start(ref)
        picture = _picture(town, desk, mark("what the picture shows", may))
        body = f"{text.body}\nA line {mark('body', may)}.\n\n{picture}\n"
        text = desk.save(
            text, body, title=f"Text {mark('title', may)}", tags=["walk", mark("tag", may, shown=may - {writer})]
        )
        text = desk.submit(text, significance="changed", why=f"Because {mark('note', may)}.")
        if name == "sent back":
            desks["coach"].remark(text, line=2, text=f"Look {mark('remark', may)}.")
            desks["specialist"].send_back(text, words=f"Because {mark('why', may)}.")
        if name == "declined":
            desks["specialist"].decline(text, reason=f"Because {mark('why', may)}.")


def _picture(town: Town, desk: Desk, shows: str) -> str:
    """A picture of one's own, as the line of a text."""
    accepted = attachments.accept(hostile_files.png(), "a.png", shows, max_bytes=10_000, max_pixels=10_000)
    store = FileStore(town.house.config.instance)
    with store.kept(accepted.data, accepted.ending) as name, town.house.db.transaction() as session:
        return attachments.add(session, name, accepted, rights=desk.rights, now=NOON).markdown


def _adapted(town: Town, desks: dict[str, Desk]) -> None:
    """A superuser changes an article that has parts above their level; a coach changes that, also in those parts."""
    mark, may = Marks(town, "adapted"), frozenset({"superuser_printing", *SPECIALISTS})
    desk = desks["superuser_printing"]
    text = desk.start("KB0105")
    text = desk.save(text, f"Handed in {mark('handed in', may)}.\n\n{text.body.lstrip()}")
    text = desk.submit(text, significance="changed", why=f"Because {mark('note', may)}.")
    with town.house.db.reading() as session:
        whole = reviewing.whole_text(session, session.get_one(Revision, text.id)).body
    handed_in = f"Handed in {town.markers[-2].word}."
    adapted = (
        f"Changed {mark('body', OF_PRINTING, searchable=True)}.\n\n"
        f"::: specialists\n\nAdded {mark('specialists', frozenset(SPECIALISTS), searchable=True)}.\n\n:::"
    )
    assert handed_in in whole
    desks["coach"].adapt(
        text, whole.replace(handed_in, adapted), significance="changed", why=f"Because {mark('why', may)}."
    )


def _later(town: Town, desks: dict[str, Desk]) -> None:
    """The article that people suggested changes to goes on without them, for readers of each level."""
    mark = Marks(town, "later")
    parts = (EVERYBODY, OF_MAIL, frozenset(SPECIALISTS))
    plain, support, specialists = (mark(f"part {level}", may, searchable=True) for level, may in enumerate(parts))
    text = desks["coach"].start("KB0101")
    body = f"{text.body}\nLater {plain}.\n\n::: support\n\nLater {support}.\n\n:::\n"
    text = desks["coach"].save(text, f"{body}\n::: specialists\n\nLater {specialists}.\n\n:::\n")
    desks["coach"].publish(text, significance="changed", why=f"Because {mark('why', frozenset(SPECIALISTS))}.")
    with town.house.db.reading() as session:
        its = sa.select(Article.id).where(Article.ref == "KB0101").scalar_subquery()
        first = session.scalars(sa.select(Revision).where(Revision.article_id == its, Revision.number == 1)).one()
    desks["coach"].restore(first, why=f"Because {mark('why restored', frozenset(SPECIALISTS))}.")


def _for_others_by_now(town: Town, desks: dict[str, Desk]) -> None:
    """Articles that their writers may open no more: one for specialists only, one for readers of another unit."""
    for name, changes, may in (
        ("for specialists by now", {"audience": "specialists"}, frozenset(SPECIALISTS)),
        ("for few by now", {"readers": ["role:coach"]}, frozenset({"coach"})),
    ):
        mark = Marks(town, name)
        own = frozenset({"front_line", *may})
        first = desks["contributor"].publish(desks["contributor"].start_new("Plain.\n", **PLAIN, audience="support"))
        under_way = desks["front_line"].start(_ref_of(town, first))
        desks["front_line"].save(under_way, f"Mine {mark('draft', own, shown=frozenset({'front_line'}))}.\n")
        text = desks["coach"].start(_ref_of(town, first))
        said = {"title": f"Text {mark('title', may)}", "words": [mark("word", may, shown=False), "two", "three"]}
        text = desks["coach"].save(text, f"{text.body}\nNow {mark('body', may)}.\n", **said, **changes)
        desks["coach"].publish(text, significance="changed", why=f"Because {mark('why', may)}.")


def _ref_of(town: Town, revision: Revision) -> str:
    with town.house.db.reading() as session:
        return session.get_one(Article, revision.article_id).ref


def _ended(town: Town) -> None:
    """Two articles for everyone that lead to one which few may read: the title of that one stays with them."""
    desk = _desk(town, "coach")
    refs = []
    for name in ("archived for a hidden one", "merged into a hidden one"):
        word = Marks(town, name)("title", EVERYBODY, shown=False)
        fields = PLAIN | {"title": f"Gone {word}", "audience": "everyone"}
        refs.append(_ref_of(town, desk.publish(desk.start_new("Plain.\n", **fields))))
    with town.house.db.transaction() as session:
        coach = drafts.writer_of(session, desk.rights)
        keeping.archive(session, coach, refs[0], successor="KB0103", why="It is old.", now=NOON)
        draft = keeping.merge(session, coach, refs[1], "KB0103", take_words=True, why="They are the same.", now=NOON)
        assert draft is not None
        assert texts.stored(draft).fields["words"]

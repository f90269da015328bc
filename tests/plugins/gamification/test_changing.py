"""A badge is changed with open eyes: checked, tried on the log, saved once, and nobody loses what they were to keep."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from plugins.gamification import changing, choices, projecting, recording, replaying, shelf
from plugins.gamification.changing import FRESH, KEEP, DoesNotFit, Moved
from plugins.gamification.models import AwardNotice, BadgeVersion, Contribution
from plugins.gamification.projecting import standing
from portal.core.errors import Refused
from portal.core.events import EventRow
from portal.testing import NOON, send

TEXT = """schema = 1

[[badge]]
id = "asked-for"
name = "Asked For"
tier = "bronze"
track = "care"
text = "Others used what you wrote."
[badge.when]
event = "article.reused"
count = {count}
"""


@pytest.fixture
def people(make_person):
    return [make_person(name) for name in ("Ana", "Ben", "Kim", "Lou")]


@pytest.fixture
def used(house, people, run_jobs):
    """Ana was used by two, Ben by one; the badge wants one."""
    ana, ben, kim, lou = people
    with house.db.transaction() as session:
        changing.save(session, TEXT.format(count=1), badge_id="", seen=0, how=FRESH, by=lou.id, now=NOON)
        for credit, actor in ((ana, kim), (ana, lou), (ben, kim)):
            recording.record(
                session, "article.reused", key=f"{actor.id}", occurred_at=NOON, actor_id=actor.id,
                credited=[credit.id], subject=("article", "KB7"), source="requests", now=NOON,
            )  # fmt: skip
    run_jobs()
    return house


def holders(session):
    return sorted(each.person_id for each in standing(session) if each.badge_id == "asked-for")


def test_a_preview_says_who_would_gain_and_lose_and_writes_nothing(used, people):
    ana, ben, kim, _lou = people
    with used.db.transaction() as session:
        before = session.scalar(sa.select(sa.func.count(EventRow.id)))
        badge = changing.check(TEXT.format(count=2), "asked-for")
        found = changing.preview(session, badge, how=FRESH, viewer_id=kim.id)
        assert (found.gained, found.lost, found.kept, found.stays) == (0, 1, 0, 1)
        assert [(each.name, each.is_gained) for each in found.examples] == [("Ben", False)]
        choices.choose(session, ben.id, is_on=True, shown_to="nobody", now=NOON)
        again = changing.preview(session, badge, how=KEEP, viewer_id=kim.id)
        assert (again.lost, again.kept, again.stays) == (0, 1, 1)
        assert [each.name for each in again.examples] == [""]
        with pytest.raises(Refused, match="no such choice"):
            changing.preview(session, badge, how="", viewer_id=kim.id)
        assert (holders(session), session.scalar(sa.select(sa.func.count(EventRow.id)))) == ([ana.id, ben.id], before)


@pytest.mark.parametrize("how", [FRESH, KEEP])
def test_starting_fresh_takes_what_is_not_fulfilled_and_keeping_leaves_it_in_silence(used, people, run_jobs, how):
    ana, ben, kim, _lou = people
    with used.db.transaction() as session:
        told = session.scalar(sa.select(sa.func.count()).where(EventRow.name == "gamification.badge_earned"))
        changing.save(session, TEXT.format(count=2), badge_id="asked-for", seen=1, how=how, by=kim.id, now=NOON)
    run_jobs()
    with used.db.reading() as session:
        assert holders(session) == ([ana.id] if how == FRESH else [ana.id, ben.id])
        kept = session.scalars(sa.select(Contribution.credit_id).where(Contribution.kind == "award.grandfathered"))
        assert kept.all() == ([] if how == FRESH else [ben.id])
        after = session.scalar(sa.select(sa.func.count()).where(EventRow.name == "gamification.badge_earned"))
        assert after == told
        assert replaying.differences(session, replaying.people(session)) == []


def test_who_gains_by_another_rule_is_not_told(used, people, run_jobs):
    _ana, _ben, kim, _lou = people
    with used.db.transaction() as session:
        changing.save(session, TEXT.format(count=2), badge_id="asked-for", seen=1, how=FRESH, by=kim.id, now=NOON)
    run_jobs()
    with used.db.transaction() as session:
        session.execute(sa.delete(AwardNotice))
        session.execute(sa.delete(projecting.Award).where(projecting.Award.badge_id == "asked-for"))
        changing.save(session, TEXT.format(count=1), badge_id="asked-for", seen=2, how=FRESH, by=kim.id, now=NOON)
    run_jobs()
    with used.db.reading() as session:
        assert len(holders(session)) == 2
        assert len(session.scalars(sa.select(AwardNotice.key)).all()) == 2


@pytest.mark.parametrize(
    ("text", "field", "said"),
    [
        ("", "badge", "There is no badge here"),
        (TEXT.format(count=0), "when.count", ""),
        (TEXT.format(count=1) + TEXT.format(count=1).replace("schema = 1", "").replace("asked", "b"), "badge", "One"),
        (TEXT.format(count=1).replace("asked-for", "other"), "id", "The id of a badge stays"),
        ("x" * 30_000, "", "Write it in at most"),
    ],
)
def test_what_does_not_fit_is_said_with_its_field(text, field, said):
    with pytest.raises(DoesNotFit) as refused:
        changing.check(text, "asked-for")
    assert [(each.field, each.sentence[: len(said)]) for each in refused.value.problems][-1] == (field, said)


def test_of_two_at_once_the_second_is_told(used, people):
    kim = people[2]
    with used.db.transaction() as session:
        more = {"badge_id": "asked-for", "seen": 1, "how": FRESH, "by": kim.id, "now": NOON}
        changing.save(session, TEXT.format(count=2), **more)
        with pytest.raises(Moved, match="while you wrote"):
            changing.save(session, TEXT.format(count=3), **more)
        assert shelf.active(session)["asked-for"][1] == 2


def test_an_id_is_taken_once_for_ever(used, people):
    with used.db.transaction() as session, pytest.raises(DoesNotFit) as refused:
        changing.save(session, TEXT.format(count=2), badge_id="", seen=0, how=FRESH, by=people[0].id, now=NOON)
    assert refused.value.problems[0].field == "id"


def test_an_administrator_checks_mends_and_saves_on_the_page(used, as_role, run_jobs):
    admin = as_role("admin")
    page = admin.get("/recognition/admin/badges/asked-for").text
    assert "count = 1" in page
    path = "/recognition/admin/badges/asked-for"
    wrong = send(admin, path, {"toml": TEXT.format(count=1) + "colour = 3", "seen": "1", "how": KEEP, "do": "save"})
    assert (wrong.status_code, "colour = 3" in wrong.text, "asked-for: when.colour" in wrong.text) == (422, True, True)

    fields = {"toml": TEXT.format(count=2), "seen": "1", "how": FRESH}
    tried = send(admin, path, fields | {"do": "preview"})
    assert "<dt>Would be lost</dt><dd>1</dd>" in tried.text
    mark = changing.mark_of(fields["toml"], FRESH)
    assert (f'value="{mark}"' in tried.text, "Nothing was saved yet." in tried.text) == (True, True)
    for unseen in ({}, {"tried": changing.mark_of(fields["toml"], KEEP)}):  # what nobody previewed is not saved
        shown = send(admin, path, fields | unseen | {"do": "save"})
        assert (shown.status_code, "Nothing was saved yet." in shown.text) == (200, True)
    fields |= {"tried": mark}
    assert send(admin, path, fields | {"do": "save"}).status_code == 303
    late = send(admin, path, fields | {"do": "save"})
    assert (late.status_code, "What stands there now" in late.text) == (422, True)
    run_jobs()
    with used.db.reading() as session:
        assert len(holders(session)) == 1
        assert session.scalar(sa.select(sa.func.max(BadgeVersion.version))) == 2


def test_the_list_shows_what_does_not_fit_and_what_differs(used, as_role, tmp_path):
    broken = tmp_path / "ours.toml"
    broken.write_text("[[badge]]", encoding="utf-8")
    with used.db.transaction() as session:
        shelf.keep(session, broken, now=NOON)
        session.execute(sa.delete(projecting.Award))
    replaying.run(used.db, because=replaying.COMMAND, write=False)
    page = as_role("admin").get("/recognition/admin").text
    for words in ("A file of badges was not used", "ours.toml", "Some awards are not what the log says", "Asked For"):
        assert words in page

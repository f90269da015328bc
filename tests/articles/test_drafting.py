"""Writing: nothing newer is ever overwritten, nothing is lost, and nobody publishes what they may not."""

import pytest
import sqlalchemy as sa

from portal.articles import beginning, drafting, drafts, keeping, texts
from portal.articles.models import Article, ArticleNumber, Revision, RevisionMove
from portal.articles.texts import Conflict, Incomplete
from portal.core.errors import Forbidden, NotFound, Refused
from portal.core.events import EventRow
from portal.testing import NOON
from tests.articles.writing import article, stand

BODY = "Look at the screen of the printer.\n"


def told(house) -> list[tuple]:
    with house.db.reading() as session:
        query = sa.select(EventRow.name, EventRow.actor_id).where(EventRow.name.startswith("article."))
        return [tuple(row) for row in session.execute(query.order_by(EventRow.id))]


def moves(house) -> list[tuple]:
    with house.db.reading() as session:
        query = sa.select(RevisionMove.move, RevisionMove.from_state, RevisionMove.to_state, RevisionMove.why)
        return [tuple(row) for row in session.execute(query.order_by(RevisionMove.id))]


def test_a_new_article_gets_the_next_free_number_and_is_not_live(desk, house):
    ana = desk("onsite")

    first, second = ana.start_new(), ana.start_new()

    assert [(each.title, each.state, each.saves, each.number) for each in (first, second)] == [
        ("Printing does not work", "draft", 0, 1)
    ] * 2
    made = article(house, "KB1001")
    assert (made.state, made.service_id, made.audience, made.owner_role, made.live_revision_id) == (
        "not_yet_live",
        "printing",
        1,
        "onsite-team",
        None,
    )
    assert article(house, "KB1002").id == second.article_id
    assert moves(house) == [("start", None, "draft", "")] * 2
    assert told(house) == [("article.draft_moved", ana.id)] * 2


@pytest.mark.parametrize(
    ("last", "expected"), [(1000, "KB1001"), (8999, "KB10001"), (10000, "KB10001"), (123456, "KB123457")]
)
def test_numbers_pass_by_those_of_the_handbook(organised, last, expected):
    with organised.db.transaction() as session:
        session.add(ArticleNumber(id=1, last=last))
        session.flush()

        assert beginning.next_ref(session) == expected


def test_a_number_that_a_file_took_is_passed_by(organised, make_article):
    make_article("KB1001")
    with organised.db.transaction() as session:
        assert [beginning.next_ref(session), beginning.next_ref(session)] == ["KB1002", "KB1003"]


def test_a_draft_may_be_incomplete_but_names_its_service(desk, house):
    ana = desk("onsite")

    for wrong in ({"service": "no-such"}, {"service": None}, {"service": ["printing"]}):
        with pytest.raises(Refused, match="which service"):
            ana.start_new(**wrong)
    draft = ana.start_new("", title="", tags=[], words=["one"])

    with pytest.raises(Incomplete) as refusal:
        ana.submit(draft)
    assert {problem.field for problem in refusal.value.problems} == {"title", "tags", ""}
    assert stand(house, "KB1001") == [(1, "draft", "")]


def test_what_was_to_be_written_over_is_not_handed_in_and_marks_of_ones_own_are(desk):
    ana = desk("onsite")
    body = "Press ‹Start› on the panel.\n\n## Steps\n\n1. %s\n"
    draft = ana.start_new(body % "‹one action›")

    with pytest.raises(Incomplete) as refusal:
        ana.submit(draft)
    (missing,) = refusal.value.problems
    assert (missing.message, missing.remedy) == (
        "This is still to be written: one action",
        "Write over it, or take it out.",
    )
    assert texts.file_of(texts.stored(draft), "KB1001").body.splitlines()[4] == "1. ‹one action›"
    assert missing.line == texts.file_of(texts.stored(draft), "KB1001").body_line + 4
    assert ana.submit(ana.save(draft, body % "Wait for the lamp.")).state == "submitted"


def test_fields_come_as_a_form_has_them_and_are_read_as_a_file(desk):
    ana = desk("onsite")
    draft = ana.start_new(
        kind="known_error",
        review_every_days="60",
        known_error={"status": "workaround", "since": "2026-02-01", "problem_ref": ""},
        checked_by="",
        practice=False,
    )

    assert (draft.front["known_error"], draft.front["review_every_days"]) == (
        {
            "status": "workaround",
            "problem_ref": None,
            "since": draft.front["known_error"]["since"],
            "fix_planned_for": None,
            "business_effect": None,
        },
        60,
    )
    assert texts.text_of(texts.stored(draft).fields, draft.body, ref="KB1001") == texts.stored(draft)


def test_saving_counts_and_the_same_text_again_changes_nothing(desk):
    ana = desk("onsite")
    draft = ana.start_new()

    once = ana.save(draft, "Other words.\r\n")
    again = ana.save(draft, "Other words.\n")

    assert [(each.body, each.saves) for each in (once, again)] == [("Other words.\n", 1)] * 2


def test_a_second_window_never_saves_over_the_first(desk, house):
    ana = desk("onsite")
    draft = ana.start_new()
    ana.save(draft, "From the first window.\n")

    with pytest.raises(Conflict, match="another window") as conflict:
        ana.save(draft, "From the second window.\n")

    both = conflict.value
    assert (both.mine.body, both.theirs.body, both.base, both.saves) == (
        "From the second window.\n",
        "From the first window.\n",
        None,
        1,
    )
    merged = ana.save(draft, "From both.\n", saves=both.saves, base_revision_id=both.base_revision_id)
    assert (merged.saves, stand(house, "KB1001")) == (2, [(1, "draft", "From both.\n")])


def test_what_is_far_too_long_is_refused_and_what_is_too_long_to_go_live_is_kept(desk):
    ana = desk("onsite")
    draft = ana.start_new()

    long = ana.save(draft, "word " * 30_000)

    with pytest.raises(Incomplete, match="longer than 100 KB"):
        ana.submit(long)
    with pytest.raises(Refused, match="longer than 400 KB"):
        ana.save(long, "word " * 90_000)


def test_whoever_begins_twice_goes_on_with_the_same_text(desk, make_article):
    make_article("KB0101")
    ana, ben = desk("onsite"), desk("onsite")

    first, again, other = ana.start("KB0101"), ana.start("KB0101"), ben.start("KB0101")

    assert (again.id, other.id != first.id) == (first.id, True)
    assert (first.number, first.base_revision_id, first.body, other.number) == (
        2,
        first.base_revision_id,
        "\n" + BODY,
        3,
    )


def test_a_text_handed_in_is_taken_back_put_aside_and_taken_up(desk, house):
    ana = desk("onsite")
    draft = ana.start_new()

    ana.submit(draft, why="Please look.")
    with pytest.raises(Refused, match="not yours to change at the moment"):
        ana.save(draft, "Late.\n")
    ana.take_back(draft)
    ana.discard(draft, why="Not now.")
    with pytest.raises(Refused, match="This text is put aside"):
        ana.submit(draft)
    ana.take_up(draft)

    assert moves(house) == [
        ("start", None, "draft", ""),
        ("submit", "draft", "submitted", "Please look."),
        ("take_back", "submitted", "draft", ""),
        ("discard", "draft", "discarded", "Not now."),
        ("take_up", "discarded", "draft", ""),
    ]
    assert [name for name, _actor in told(house)] == [
        "article.draft_moved",
        "article.submitted",
        "article.draft_moved",
        "article.draft_moved",
        "article.draft_moved",
    ]


def test_a_text_is_not_taken_up_while_another_is_under_way(desk, make_article):
    make_article("KB0101")
    ana = desk("onsite")
    first = ana.start("KB0101")
    ana.discard(first)
    ana.start("KB0101")

    with pytest.raises(Refused, match="another text of this article under way"):
        ana.take_up(first)


def test_nobody_moves_the_text_of_somebody_else(desk):
    ana, ben = desk("onsite"), desk("onsite", grant="publisher")
    draft = ana.start_new()

    for step in (ben.take_back, ben.discard, ben.take_up):
        with pytest.raises(NotFound, match="no such text"):
            step(draft)
    for step in (ben.save, ben.submit, ben.publish):
        with pytest.raises(NotFound, match="no such text"):
            step(draft)


def test_a_contributor_publishes_for_support_and_a_candidate_and_a_suggester_do_not(desk, house):
    kim = desk("onsite", grant="contributor")

    live = kim.publish(kim.start_new(), why="First.")

    made = article(house, "KB1001")
    assert (made.state, made.confidence, made.live_revision_id, made.slug) == (
        "live",
        "not_validated",
        live.id,
        "printing-does-not-work",
    )
    assert (live.significance, live.published_at, live.note, live.reach, live.needs) == (
        "new",
        NOON,
        "First.",
        1,
        "contributor",
    )
    for somebody, fields in (
        (desk("onsite"), {}),
        (kim, {"audience": "everyone"}),
        (desk(), {"audience": "everyone"}),
        (desk("onsite", grant="publisher"), {"governance": "compliance"}),
    ):
        with pytest.raises(Forbidden, match="second person"):
            somebody.publish(somebody.start_new(**fields))


def test_a_contributor_does_not_take_an_article_from_everyone_alone(desk, make_article):
    make_article("KB0101")
    kim = desk("onsite", grant="contributor")
    draft = kim.save(kim.start("KB0101"), audience="support")

    with pytest.raises(Forbidden, match="second person"):
        kim.publish(draft, significance="changed")


def test_nobody_writes_above_what_they_read_but_a_superuser_for_support(desk):
    colleague, superuser = desk(), desk("superuser")

    with pytest.raises(Forbidden, match="read more than you do"):
        colleague.submit(colleague.start_new(audience="support"))
    with pytest.raises(Forbidden, match="read more than you do"):
        superuser.submit(superuser.start_new(audience="specialists"))
    with pytest.raises(Forbidden, match="read more than you do"):
        colleague.submit(colleague.start_new("A.\n\n::: support\n\nB.\n\n:::\n", audience="everyone"))
    assert superuser.submit(superuser.start_new()).state == "submitted"


def test_a_change_says_how_much_it_changes(desk, make_article):
    make_article("KB0101", audience="support")
    kim = desk("onsite", grant="contributor")
    draft = kim.save(kim.start("KB0101"), "Better.\n")

    for wrong in (None, "new", "huge"):
        with pytest.raises(Refused, match="how much this changes"):
            kim.publish(draft, significance=wrong)
    assert kim.publish(draft, significance="old_is_wrong").significance == "old_is_wrong"


def test_the_text_before_is_superseded_and_a_file_that_did_not_change_is_not_loaded_over_it(
    desk, make_article, house, make_file
):
    make_article("KB0101", audience="support")
    kim = desk("onsite", grant="contributor")
    kim.publish(kim.save(kim.start("KB0101"), "By a person.\n"), significance="changed")

    make_article("KB0101", audience="support")

    assert stand(house, "KB0101") == [(1, "superseded", "\n" + BODY), (2, "live", "By a person.\n")]
    assert [each[0] for each in moves(house)] == ["start", "supersede", "publish"]


def test_who_publishes_over_a_newer_text_gets_both(desk, make_article):
    make_article("KB0101", audience="support")
    kim, ben = desk("onsite", grant="contributor"), desk("onsite", grant="contributor")
    late = ben.save(ben.start("KB0101"), "By Ben.\n")
    live = kim.publish(kim.save(kim.start("KB0101"), "By Kim.\n"), significance="changed")

    for step in (ben.publish, ben.submit):
        with pytest.raises(Conflict, match="went live since") as conflict:
            step(late, significance="changed")
    both = conflict.value
    assert (both.base.body, both.mine.body, both.theirs.body) == ("\n" + BODY, "By Ben.\n", "By Kim.\n")

    with pytest.raises(Conflict):
        ben.save(late, "By nobody.\n", base_revision_id=12345)
    merged = ben.save(late, "By both.\n", base_revision_id=both.base_revision_id)
    assert (merged.base_revision_id, ben.publish(merged, significance="changed").state) == (live.id, "live")


def test_what_was_saved_after_it_was_made_ready_does_not_go_live(desk, organised):
    kim = desk("onsite", grant="contributor")
    draft = kim.start_new()
    with organised.db.reading() as session:
        ready = texts.ready(session, session.get_one(Revision, draft.id))
    kim.save(draft, "Newer.\n")

    with pytest.raises(Conflict, match="saved again"):
        kim._do(lambda session, me: drafting.publish(session, me, ready, now=NOON))


def test_a_file_over_an_article_that_is_not_live_yet_keeps_the_draft(desk, make_article, house):
    ana = desk("onsite")
    ana.start_new("By a person.\n")

    make_article("KB1001")

    assert stand(house, "KB1001") == [(1, "draft", "By a person.\n"), (2, "live", "\n" + BODY)]
    assert article(house, "KB1001").state == "live"


def test_an_archived_article_is_not_written_on(desk, make_article):
    make_article("KB0101", confidence="archived")
    ana = desk("onsite")

    with pytest.raises(Refused, match="archived"):
        ana.start("KB0101")
    with pytest.raises(NotFound):
        ana.start("KB0999")


def test_a_text_of_an_article_that_was_archived_meanwhile_is_not_handed_in(desk, make_article):
    make_article("KB0101", audience="support")
    ana, coach = desk("onsite"), desk("coach")
    draft = ana.save(ana.start("KB0101"), "Other words.\n")
    with coach.house.db.transaction() as session:
        keeping.archive(session, drafts.writer_of(session, coach.rights), "KB0101", why="It is over.", now=NOON)

    with pytest.raises(Refused, match="archived meanwhile"):
        ana.submit(draft, significance="changed")


def test_a_typo_changes_no_trust_and_a_change_does(desk, make_article, house):
    make_article("KB0101", audience="support", confidence="validated")
    kim = desk("onsite", grant="contributor")

    seen = []
    for words, weight in (("Typo mended.\n", "typo"), ("Quite other.\n", "changed"), ("Again a typo.\n", "typo")):
        kim.publish(kim.save(kim.start("KB0101"), words), significance=weight)
        seen.append(article(house, "KB0101").confidence)

    assert seen == ["validated", "not_validated", "not_validated"]
    with house.db.reading() as session:
        live = session.get_one(Revision, article(house, "KB0101").live_revision_id)
        assert (live.front["confidence"], texts.stored(live).fields["confidence"]) == ("not_validated",) * 2
        assert session.scalar(sa.select(sa.func.count(Article.id))) == 1

"""Thanks are said in words, kept once, and count three times a week and once a month for each person."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

from plugins.gamification import choices, merging, reading, thanks
from plugins.gamification.choices import EVERYONE
from plugins.gamification.models import Contribution, Thanks
from plugins.gamification.thanks import ReasonRefused
from portal.accounts import service as accounts
from portal.accounts.models import Person
from portal.accounts.rights import ANONYMOUS, rights_of
from portal.core.errors import NotFound, Refused
from portal.core.events import EventRow
from portal.testing import NOON

BERLIN = ZoneInfo("Europe/Berlin")
REASON = "You stayed until my phone could sign in again."
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def rights(log, person_id):
    return rights_of(log, log.get_one(Person, person_id))


def say(log, giver, receiver, *, reason=REASON, now=NOON, ref=""):
    return thanks.say(
        log, giver_id=giver, receiver_id=receiver, reason=reason, rights=rights(log, giver), ref=ref, now=now
    )


def count_all(log):
    for each in log.scalars(sa.select(Thanks.id).order_by(Thanks.id)):
        thanks.count(log, each, zone=BERLIN, now=NOON + 90 * DAY)
    rows = log.scalars(sa.select(Contribution).where(Contribution.kind == thanks.RECEIVED).order_by(Contribution.id))
    return [int(row.subject_id) for row in rows]


def take(log, said, who, *, coaches=False, now=NOON):
    return thanks.take_from_wall(log, said.id, rights(log, who), coaches=coaches, now=now)


def withdrawn(log):
    query = sa.select(Contribution.retracts).where(Contribution.kind == "event.retracted")
    return log.scalars(query.where(Contribution.retract_mode == "withdraw")).all()


def test_thanks_are_kept_and_told_without_their_words(log, people):
    said = say(log, people["ana"], people["ben"], reason=f"  {REASON}\n ")

    told = log.scalars(sa.select(EventRow).where(EventRow.name == "gamification.thanked")).one()
    assert said.reason == REASON
    assert (told.actor_id, told.payload) == (people["ana"], {"thanks_id": said.id, "person_id": people["ben"]})


def test_the_same_words_within_ten_minutes_are_one_thanks(log, people):
    first = say(log, people["ana"], people["ben"])
    again = say(log, people["ana"], people["ben"], now=NOON + HOUR / 7)
    later = say(log, people["ana"], people["ben"], now=NOON + HOUR)

    assert (first.id == again.id, first.id == later.id) == (True, False)


@pytest.mark.parametrize("reason", ["", "x" * 19, f"  {'x' * 19} \n  ", "x" * 1001, "\u200b" * 40, "\0" * 40])
def test_thanks_need_a_reason_of_twenty_characters(log, people, reason):
    with pytest.raises(ReasonRefused, match="20 to 1000"):
        say(log, people["ana"], people["ben"], reason=reason)


def test_nobody_thanks_themselves_nor_who_left_or_is_not_there(log, people):
    accounts.leave(log, log.get_one(Person, people["cem"]), by=None, now=NOON)
    choices.choose(log, people["dia"], is_on=False, shown_to=EVERYONE, now=NOON)

    with pytest.raises(Refused, match="themselves"):
        say(log, people["ana"], people["ana"])
    for receiver in (people["cem"], people["dia"], 4711):
        with pytest.raises(Refused, match="cannot be thanked here"):
            say(log, people["ana"], receiver)
    with pytest.raises(Refused, match="left recognition"):
        say(log, people["dia"], people["ana"])


def test_nobody_thanks_themselves_from_an_account_that_became_theirs(log, people):
    merging.same_person(log, people["ana"], people["ben"], now=NOON)
    for giver, receiver in (("ana", "ben"), ("ben", "ana")):
        with pytest.raises(Refused, match="themselves"):
            say(log, people[giver], people[receiver])


def test_twenty_thanks_a_day_can_be_said(log, people):
    for number in range(20):
        say(log, people["ana"], people["ben"], reason=f"{REASON} {number}")

    with pytest.raises(Refused, match="20 times today"):
        say(log, people["ana"], people["ben"], reason="And once more for all of it.")
    say(log, people["ana"], people["ben"], reason="And once more for all of it.", now=NOON + DAY)


def test_an_article_that_the_giver_may_not_read_is_none(log, people):
    with pytest.raises(Refused, match="no article KB4711"):
        say(log, people["ana"], people["ben"], ref="KB4711")


def test_three_a_week_count_and_one_a_month_for_each_person(log, people):
    # NOON is the first Monday of a month.
    said = [
        say(log, people["ana"], people[name], reason=f"{REASON} {number}", now=NOON + number * HOUR)
        for number, name in enumerate(["ben", "ben", "cem", "dia", "eva"])
    ]
    next_week = [say(log, people["ana"], people[name], now=NOON + 7 * DAY) for name in ("eva", "ben")]

    assert count_all(log) == [said[0].id, said[2].id, said[3].id, next_week[0].id]
    assert count_all(log) == [said[0].id, said[2].id, said[3].id, next_week[0].id]


def test_a_week_that_begins_in_the_month_before_counts_what_counted_there(log, people):
    # Monday 31 August: ben was thanked on the first of that month already.
    for day, name in ((datetime(2026, 8, 1, 12, tzinfo=UTC), "ben"), (datetime(2026, 8, 31, 12, tzinfo=UTC), "ben")):
        say(log, people["ana"], people[name], now=day)
    others = [
        say(log, people["ana"], people[name], now=datetime(2026, 9, day, 12, tzinfo=UTC))
        for name, day in (("cem", 1), ("dia", 2), ("eva", 6))
    ]

    assert count_all(log)[1:] == [each.id for each in others]


def test_thanks_that_were_taken_from_the_wall_keep_their_place(log, people):
    first = say(log, people["ana"], people["ben"])
    say(log, people["ana"], people["ben"], reason=f"{REASON} Again.", now=NOON + HOUR)
    take(log, first, people["ben"], now=NOON + 2 * HOUR)

    assert count_all(log) == [first.id]


def test_what_the_giver_takes_back_within_a_day_does_not_count_any_more(log, people):
    said = say(log, people["ana"], people["ben"])
    count_all(log)
    take(log, said, people["ana"], now=NOON + 24 * HOUR)
    take(log, said, people["ana"], now=NOON + 48 * HOUR)  # pressed again, late

    assert withdrawn(log) == [f"thanks.received:{said.id}:{people['ben']}"]
    assert (said.hidden_at, said.hidden_by) == (NOON + 24 * HOUR, people["ana"])


def test_the_giver_takes_back_what_the_receiver_had_taken_from_the_wall_already(log, people):
    said = say(log, people["ana"], people["ben"])
    count_all(log)
    take(log, said, people["ben"], now=NOON + HOUR)
    kept = withdrawn(log)
    take(log, said, people["ana"], now=NOON + 2 * HOUR)

    assert (kept, withdrawn(log)) == ([], [f"thanks.received:{said.id}:{people['ben']}"])
    assert (said.hidden_at, said.hidden_by) == (NOON + HOUR, people["ben"])


def test_what_is_taken_back_before_the_log_heard_of_it_does_not_count_either(log, people):
    said = say(log, people["ana"], people["ben"])
    take(log, said, people["ana"], now=NOON + HOUR)
    counted = count_all(log)

    assert counted == [said.id]
    assert [fact.retraction for fact in reading.facts_of(log, people["ben"])] == ["withdraw"]


def test_words_that_were_taken_back_can_be_said_again_at_once(log, people):
    first = say(log, people["ana"], people["ben"])
    take(log, first, people["ana"])
    again = say(log, people["ana"], people["ben"], now=NOON + HOUR / 60)

    assert (again.id != first.id, again.hidden_at) == (True, None)


def test_only_whom_it_concerns_takes_thanks_from_the_wall(log, people):
    said = say(log, people["ana"], people["ben"])

    with pytest.raises(NotFound, match="no such thanks"):
        take(log, said, people["cem"])
    with pytest.raises(NotFound, match="no such thanks"):
        thanks.take_from_wall(log, said.id, ANONYMOUS, coaches=False, now=NOON)
    with pytest.raises(Refused, match="for a day"):
        take(log, said, people["ana"], now=NOON + 25 * HOUR)
    take(log, said, people["eva"], coaches=True, now=NOON + 25 * HOUR)

    assert said.hidden_by == people["eva"]


def test_a_coach_takes_own_thanks_back_as_everybody_does(log, people):
    said = say(log, people["eva"], people["ben"])

    with pytest.raises(Refused, match="for a day"):
        take(log, said, people["eva"], coaches=True, now=NOON + 25 * HOUR)

    assert (said.hidden_at, withdrawn(log)) == (None, [])


def test_a_coach_finds_no_thanks_of_who_left_recognition(log, people):
    said = say(log, people["ana"], people["ben"])
    choices.choose(log, people["ben"], is_on=False, shown_to=EVERYONE, now=NOON)

    with pytest.raises(NotFound, match="no such thanks"):
        take(log, said, people["eva"], coaches=True)
    take(log, said, people["ben"])

    assert said.hidden_by == people["ben"]


def test_the_button_pressed_twice_at_once_says_thanks_once(company, people):
    start, kept = threading.Barrier(2), []

    def press():
        start.wait()
        with company.db.transaction() as session:
            kept.append(say(session, people["ana"], people["ben"]).id)

    both = [threading.Thread(target=press) for _ in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()

    with company.db.reading() as session:
        assert kept == [session.scalars(sa.select(Thanks.id)).one()] * 2


def test_who_says_thanks_is_held_before_it_is_looked_what_they_said(log, people):
    asked = []

    def note(statement):
        if statement.is_select:
            asked.append(str(statement.statement.compile(dialect=postgresql.dialect())))

    sa.event.listen(log, "do_orm_execute", note)
    say(log, people["ana"], people["ben"])
    held = next(place for place, each in enumerate(asked) if each.endswith("FOR UPDATE"))
    looked = next(place for place, each in enumerate(asked) if "gamification_thanks" in each)

    assert "FROM person" in asked[held]
    assert held < looked

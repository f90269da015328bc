"""Where people work: their own time zone first, then that of their site; the holidays are those of the site."""

from portal.accounts.models import Person
from portal.accounts.places import calendars_of
from portal.organisation.calendar import Calendar
from portal.organisation.models import Site, Unit
from portal.testing import NOON

PEOPLE = {
    "at the site": {"unit_id": "quay"},
    "travelling": {"unit_id": "quay", "time_zone": "Asia/Tokyo"},
    "without a unit": {},
    "in a zone that is gone": {"unit_id": "quay", "time_zone": "Mars/Olympus"},
}


def test_each_has_the_calendar_of_where_they_are(house):
    with house.db.transaction() as session:
        session.add(Site(id="first", name="First", time_zone="Europe/London", holidays="GB", sort_order=-1))
        session.add(Site(id="quay", name="Quay", time_zone="Europe/Berlin", holidays="DE-HH", sort_order=5))
        session.flush()
        session.add(Unit(id="quay", name="Quay", site_id="quay"))
        session.flush()
        people = {name: Person(name=name, created_at=NOON, **values) for name, values in PEOPLE.items()}
        session.add_all(people.values())
        session.flush()

        found = calendars_of(session, [*(each.id for each in people.values()), 999_999])

    assert {name: found.pop(person.id) for name, person in people.items()} == {
        "at the site": Calendar("Europe/Berlin", "DE-HH"),
        "travelling": Calendar("Asia/Tokyo", "DE-HH"),
        "without a unit": Calendar("Europe/London", "GB"),
        "in a zone that is gone": Calendar("Europe/Berlin", "DE-HH"),
    }
    assert found == {}

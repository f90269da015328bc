"""The pages of services, units and contact, as visitors and colleagues see them."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pytest
import sqlalchemy as sa

from portal.app import create_app
from portal.core.hooks import hookimpl
from portal.core.plugins import Plugin
from portal.organisation import service
from portal.organisation.models import Organisation, Party, Service, Site
from portal.testing import NOON


class Counting(Plugin):
    """Says that everybody can read about mail, support people about the network as well, and shows one line."""

    name = "counting"

    @hookimpl
    def service_readable_counts(self, rights):
        return {"mail": 2, "network": 1 if rights.level else 0}

    @hookimpl
    def slot_service_main(self, service, viewer):
        return f"All about <{service.id}> for level {viewer.level}"

    @hookimpl
    def slot_unit_main(self, unit):
        return f"All about {unit.id}"


@pytest.fixture
def app(instance):
    application = create_app({"instance": str(instance)}, environ={}, plugins=[Counting()])
    yield application
    application.extensions["portal"].close()


def words(answer):
    """What a person reads in the main part of a page, in one line."""
    main = answer.text[answer.text.index("<main") : answer.text.index("</main>")]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def tiles(answer):
    return re.findall(r'class="tile" href="([^"]+)"', answer.text)


def test_anybody_can_read_how_to_reach_us(loaded, client, frozen_clock):
    with loaded.db.transaction() as session:
        session.get(Site, "main").address = "High street 1\nGround floor"

    answer = client.get("/contact")

    assert answer.status_code == 200
    assert words(answer) == (
        "How to reach us The service desk is here until 18:00. Phone: extension 4400 Hours Mon–Fri 08:00–18:00 "
        "Times are those of Europe/Berlin. The desk is closed on public holidays. "
        "Places Main office High street 1 Ground floor Time zone: Europe/Berlin "
        "While you wait, an article may already have the fix. Look through the services"
    )


def test_a_closed_desk_says_when_it_opens(loaded, client, frozen_clock):
    frozen_clock(datetime(2026, 3, 6, 20, 0, tzinfo=UTC))

    assert "The service desk is closed right now. It opens on Monday at 08:00." in words(client.get("/contact"))


def test_each_page_ends_with_a_way_to_people(loaded, client, frozen_clock):
    for path in ("/contact", "/services", "/nowhere"):
        foot = client.get(path).text.partition('<footer class="foot">')[2]

        assert "The desk is here until 18:00" in foot
        assert "extension 4400" in foot
        assert 'href="/contact"' in foot


def test_a_number_for_the_world_can_be_tapped(loaded, client):
    with loaded.db.transaction() as session:
        session.execute(sa.update(Organisation).values(desk_phone="+49 30 1234"))

    assert '<a href="tel:+49301234"><strong>+49 30 1234</strong></a>' in client.get("/contact").text


def test_before_anything_is_loaded_the_contact_page_stands(client):
    assert words(client.get("/contact")).startswith("How to reach us Phone and hours are not entered yet.")


def test_everybody_sees_the_services_with_something_to_read(loaded, client, as_role):
    assert tiles(client.get("/services")) == ["/services/mail"]
    assert tiles(as_role("front_line").get("/services")) == ["/services/mail", "/services/network"]
    assert "Mail and calendar 2 articles" in words(client.get("/services"))


def test_where_nothing_can_be_read_about_any_service_the_list_helps(house, client):
    answer = client.get("/services")

    assert tiles(answer) == []
    assert "Until then, people can help" in words(answer)


def test_a_service_says_what_there_is_and_who_looks_after_it(loaded, client, frozen_clock):
    with loaded.db.transaction() as session:
        session.get(Party, "workplace").contact = "Room 7\n<b>extension</b> 12"

    answer = client.get("/services/mail")

    assert answer.status_code == 200
    assert words(answer) == (
        "Services Mail and calendar All about &lt;mail&gt; for level 0 Who looks after it Team Workplace "
        "Hours Mon–Fri 08:00–18:00 (there now) How to reach them Room 7 &lt;b&gt;extension&lt;/b&gt; 12 "
        "Nothing here fits? The service desk is at extension 4400. All ways to reach us"
    )


@pytest.mark.parametrize(
    ("last_day", "sentence"),
    [
        (date(2026, 3, 31), "This service ends. Its last day is 31 Mar 2026."),
        (date(2026, 3, 2), "This service ends. Its last day is 2 Mar 2026."),
        (date(2026, 3, 1), "This service has ended. Its last day was 1 Mar 2026."),
    ],
)
def test_a_service_that_ends_says_so(loaded, client, frozen_clock, last_day, sentence):
    with loaded.db.transaction() as session:
        session.get(Service, "mail").retires_on = last_day

    assert sentence in words(client.get("/services/mail"))


@pytest.mark.parametrize("path", ["/services/network", "/services/nothing"])
def test_a_service_without_anything_to_read_is_not_there(loaded, client, path):
    answer = client.get(path)

    assert answer.status_code == 404
    assert words(answer).startswith("There is no such service here.")


def test_a_service_that_is_not_used_here_is_not_there(loaded, client):
    with loaded.db.transaction() as session:
        session.get(Service, "mail").is_used = False

    assert client.get("/services/mail").status_code == 404
    assert tiles(client.get("/services")) == []


def test_a_unit_shows_where_it_stands_to_who_is_signed_in(loaded, client, as_role):
    with loaded.db.transaction() as session:
        for key, parent in (("sales", "company"), ("north", "sales")):
            service.add(session, "unit", {"name": key.title(), "parent": parent}, key=key, by=None, now=NOON)

    visit = client.get("/units/sales")
    answer = as_role("end_user").get("/units/sales")

    assert (visit.status_code, visit.headers["Location"]) == (302, "/sign-in?next=/units/sales")
    assert words(answer) == "Your company Sales Site Main office All about sales Parts of it North"


def test_a_unit_that_is_not_there_is_said_kindly(loaded, as_role):
    answer = as_role("end_user").get("/units/moon")

    assert answer.status_code == 404
    assert words(answer).startswith("There is no such unit.")


def test_pages_ask_as_much_whether_there_is_one_or_three(loaded, client, count_queries):
    pages = ("/contact", "/services", "/services/mail")
    few = [count_queries(client, path) for path in pages]
    with loaded.db.transaction() as session:
        for key in ("a", "b"):
            service.add(session, "site", {"name": key, "time_zone": "UTC"}, by=None, now=NOON)

    assert [count_queries(client, path) for path in pages] == few
    assert max(few) < 6


def test_a_unit_asks_as_much_whether_one_or_three_are_below(loaded, as_role, count_queries):
    colleague, counts = as_role("end_user"), []
    for keys in (("a",), ("b", "c")):
        with loaded.db.transaction() as session:
            for key in keys:
                service.add(session, "unit", {"name": key, "parent": "company"}, key=key, by=None, now=NOON)
        counts.append(count_queries(colleague, "/units/company"))

    assert counts[0] == counts[1]

"""After a text went live, one press brings the former one back as a draft; nothing is offered where none was."""

from __future__ import annotations

import re

import pytest

from portal.testing import BODY, send
from tests.articles.paper import press, typed_on
from tests.articles.test_review_pages import NEW, browser, waiting
from tests.articles.writing import stand

__all__ = ["browser", "waiting"]  # fixtures

BUTTON = re.compile(
    r'<form class="flashes no-print" method="post" action="([^"]+)">.*?name="revision" value="(\d+)">.*?'
    r"Bring the former text back",
    re.DOTALL,
)


@pytest.mark.parametrize(("page_of", "form"), [("", "decide"), ("/adapt", "editor")])
def test_whoever_puts_a_text_of_somebody_live_is_offered_the_former_one_once(
    browser, waiting, organised, page_of, form
):
    text, _ana = waiting()
    page, _kim = browser("onsite", grant="contributor")
    address = f"/review/{text.id}{page_of}"
    former = [("/kb/KB0101/restore", str(text.base_revision_id))]

    page.post(address, data=typed_on(page.get(address).text, form) | {"do": "accept"})
    shown = [BUTTON.findall(page.get("/kb/KB0101").text) for _time in range(2)]
    back = send(page, former[0][0], {"revision": former[0][1]})

    assert shown == [former, []]
    assert back.status_code == 303
    texts = stand(organised, "KB0101")
    assert (texts[-1][1], texts[-1][2]) == ("draft", texts[0][2])


def test_whoever_publishes_alone_is_offered_the_former_text_and_nothing_where_there_was_none(browser, waiting):
    page, me = browser("onsite", grant="contributor")
    first = me.start_new(BODY, audience="support")
    pages = [page.get(press(page, f"/write/{first.id}", "publish").location).text]
    text = me.start("KB1001")

    pages.append(page.get(press(page, f"/write/{text.id}", "publish", body=NEW, significance="typo").location).text)

    assert ["It is live." in each for each in pages] == [True, True]
    assert [BUTTON.findall(each) for each in pages] == [[], [("/kb/KB1001/restore", str(first.id))]]

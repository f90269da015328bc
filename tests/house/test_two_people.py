"""Two people who are signed in at once stay two people.

pytest-flask pushes one request context around each test, and Flask-Login keeps
the person there: every client would become the first one, and each leak test
would pass or fail for no reason. ``portal.testing`` switches that off; this
test holds it to that.
"""

import re

from portal.testing import sign_in


def name_on(page: str) -> str:
    return re.search(r'<span class="menu-name">([^<]*)</span>', page)[1]


def test_each_browser_shows_its_own_person(app, make_person):
    ada = sign_in(app.test_client(), make_person("Ada Lovelace"))
    grace = sign_in(app.test_client(), make_person("Grace Hopper"))
    nobody = app.test_client()

    seen = [name_on(browser.get("/contact").text) for browser in (ada, grace, ada, grace)]

    assert seen == ["Ada Lovelace", "Grace Hopper", "Ada Lovelace", "Grace Hopper"]
    assert 'class="menu-name"' not in nobody.get("/contact").text

"""On closing a pack, what it knew becomes drafts of articles, of its owner, once."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from plugins.handover import keeping_drafts, plan
from plugins.handover.models import Pack
from plugins.handover.said_models import KeptDraft
from portal.accounts import service as people
from portal.accounts.models import Person
from portal.articles.models import Article, Revision
from tests.plugins.handover.company import GO_LIVE, NOW, Company, filled


@pytest.fixture
def pack_id(company: Company) -> int:
    """A pack that was closed."""
    with company.house.db.transaction() as session:
        pack = filled(session, company)
        pack.state = plan.CLOSED
        return pack.id


def _keep(company: Company, pack_id: int) -> list[str]:
    with company.house.db.transaction() as session:
        pack = session.get_one(Pack, pack_id)
        return keeping_drafts.keep(session, pack, closed_by=company.ids["lea"], now=GO_LIVE)


def _drafts(company: Company) -> list[tuple[str, str, str, int | None, str]]:
    with company.house.db.reading() as session:
        rows = session.scalars(sa.select(Revision).order_by(Revision.id))
        return [(row.title, row.state, row.front["kind"], row.author_id, row.body) for row in rows]


def test_known_errors_and_first_fixes_become_drafts_of_the_owner_once(company: Company, pack_id: int):
    made, again = _keep(company, pack_id), _keep(company, pack_id)

    assert (len(made), again) == (2, [])
    error, fixes = _drafts(company)
    ana = company.ids["ana"]
    assert error[:4] == ("The PDF opens behind the page", "draft", "known_error", ana)
    assert fixes[:4] == ("Payroll portal: new sign-in", "draft", "troubleshooting", ana)
    assert "Turn the phone sideways" in error[4]
    assert "Use your normal sign-in." in fixes[4]
    assert all("From the handover of CHG-0412" in draft[4] for draft in (error, fixes))
    with company.house.db.reading() as session:
        refs = set(session.scalars(sa.select(Article.ref)))
        assert set(session.scalars(sa.select(KeptDraft.article_ref))) == set(made) <= refs


def test_where_the_owner_is_gone_they_belong_to_whoever_closed_it(company: Company, pack_id: int):
    with company.house.db.transaction() as session:
        people.leave(session, session.get_one(Person, company.ids["ana"]), by=None, now=NOW)
    _keep(company, pack_id)

    assert {draft[3] for draft in _drafts(company)} == {company.ids["lea"]}


def test_a_pack_that_is_not_closed_keeps_what_it_knows_to_itself(company: Company, pack_id: int):
    with company.house.db.transaction() as session:
        session.get_one(Pack, pack_id).state = plan.EARLY_LIFE

    assert (_keep(company, pack_id), _drafts(company)) == ([], [])

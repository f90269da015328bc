"""Whether some who read one article may not read another: by audience, trust, service and lists of readers."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from portal.articles import audiences
from portal.organisation.models import Unit

SALES, NORTH = "unit:sales", "unit:north"


@pytest.fixture
def loses(organised, make_article):
    """Put two articles live with these fields; whether the second leaves out readers of the first."""

    def compare(gone, stays):
        make_article("KB0101", **gone)
        make_article("KB0102", title="The zebra plan", **stays)
        with organised.db.reading() as session:
            return audiences.loses_readers(session, "KB0101", "KB0102")

    return compare


@pytest.fixture
def units(organised):
    with organised.db.transaction() as session:
        company = session.scalars(sa.select(Unit).where(Unit.parent_id.is_(None))).one()
        for key, name, above in (("sales", "Sales", company.id), ("north", "North", "sales")):
            session.add(Unit(id=key, name=name, parent_id=above, site_id=company.site_id, sort_order=0))
            session.flush()


@pytest.mark.parametrize(
    ("gone", "stays", "said"),
    [
        ({}, {}, False),
        ({}, {"audience": "support"}, True),
        ({"audience": "support"}, {}, False),
        ({}, {"confidence": "wip"}, True),
        ({"confidence": "wip"}, {"confidence": "wip"}, False),
        ({}, {"readers": [SALES]}, True),
        ({"readers": [SALES]}, {}, False),
        ({"readers": [SALES]}, {"readers": [SALES, "role:admin"]}, False),
        ({"readers": [SALES, "role:admin"]}, {"readers": [SALES]}, True),
        ({"readers": [NORTH]}, {"readers": [SALES]}, False),
        ({"readers": [SALES]}, {"readers": [NORTH]}, True),
        ({"readers": [SALES, "party:network"]}, {"readers": ["role:end_user"]}, False),
        ({}, {"readers": ["role:end_user"]}, True),
        ({"audience": "support"}, {"audience": "support", "readers": ["role:end_user"]}, False),
        ({"audience": "support"}, {"audience": "support", "readers": ["role:specialist"]}, True),
        ({"audience": "support"}, {"audience": "support", "service": "mail"}, False),
    ],
)
def test_an_article_leaves_out_those_whom_its_audience_its_trust_or_its_readers_do_not_name(
    loses, units, gone, stays, said
):
    assert loses(gone, stays) is said


@pytest.mark.parametrize(
    ("named", "audiences_of_both", "said"),
    [
        (("printing",), ("support", "support"), True),
        (("printing", "mail"), ("support", "support"), False),
        (("mail",), ("support", "support"), False),
        (("printing",), ("everyone", "everyone"), False),
        (("printing",), ("specialists", "support"), False),
    ],
)
def test_a_superuser_of_one_service_does_not_read_what_support_reads_of_another(
    loses, make_person, named, audiences_of_both, said
):
    make_person(roles=["superuser"], services=named)
    gone, stays = audiences_of_both

    assert loses({"audience": gone}, {"audience": stays, "service": "mail"}) is said


def test_an_article_that_is_not_there_leaves_nobody_out(organised, make_article):
    make_article("KB0101")
    with organised.db.reading() as session:
        assert audiences.loses_readers(session, "KB0101", "KB0999") is False

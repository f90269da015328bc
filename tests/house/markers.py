"""Who walks through the portal, and the made-up words that they may or may not meet."""

from __future__ import annotations

from dataclasses import dataclass, field

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from plugins.feedback.loop_models import Callback, Improvement
from plugins.feedback.models import Invitation, Verbatim
from plugins.feedback.round_models import Round
from plugins.gamification.models import Contribution, Review, Thanks
from plugins.handover import plan
from plugins.handover.models import Contact, Edit, Item, Pack
from plugins.handover.said_models import Debt, Question
from portal.accounts.models import Person
from portal.accounts.rights import Rights
from portal.articles import attachments
from portal.articles.attachment_models import Attachment
from portal.articles.keeping_models import Timing
from portal.articles.models import Article, Revision, RevisionRemark
from portal.core.filestore import FileStore
from portal.core.portal import Portal
from portal.organisation.models import Party, Service, Unit
from portal.search.gap_models import SearchGap
from portal.search.models import SearchSynonym
from portal.testing import NOON, sign_in

VIEWERS = (
    "visitor",
    "end_user",
    "superuser_mail",
    "superuser_printing",
    "front_line",
    "specialist",
    "inside",
    "outside",
    "admin",
    "coach",
    "contributor",
    "publisher",
)
SUPPORT = {"front_line", "contributor", "publisher", "specialist", "coach"}
SPECIALISTS = {"specialist", "coach"}
WRITERS = SUPPORT | {"superuser_mail", "superuser_printing"}


@dataclass(frozen=True)
class Marker:
    """One made-up word: where it stands, and who may meet it.

    *shown* are those of them who meet it on some page, which proves that the walk comes by there.
    """

    word: str
    where: str
    may: frozenset[str]
    searchable: bool = False
    shown: frozenset[str] = frozenset()


@dataclass
class Town:
    """The portal of the walk with its people, articles and markers."""

    app: Flask
    house: Portal
    people: dict[str, Person] = field(default_factory=dict)
    markers: list[Marker] = field(default_factory=list)
    refs: list[str] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)

    def client(self, viewer: str) -> FlaskClient:
        """A new window of *viewer*."""
        client = self.app.test_client()
        return client if viewer == "visitor" else sign_in(client, self.people[viewer])

    def values(self) -> dict[str, list[str]]:
        """For each argument of a route: every value that leads somewhere, and one that does not."""
        with self.house.db.reading() as session:
            articles_ = session.scalars(sa.select(Article)).all()
            return (
                self._of_questions(session)
                | self._of_recognition(session)
                | self._of_handover(session)
                | {
                    "address": [
                        *(a.address for a in articles_),
                        *(a.ref for a in articles_),
                        "KB9999999",
                        "old-address-one",
                    ],
                    "ref": [*(a.ref for a in articles_), "KB9999999"],
                    "badge_id": ["first-answer", "well-worn", "nothing"],
                    "service_id": [*session.scalars(sa.select(Service.id)), "nothing"],
                    "unit_id": [*session.scalars(sa.select(Unit.id)), "nothing"],
                    "party_id": ["front-line", "network", "nothing"],
                    "person_id": [*(str(person.id) for person in self.people.values()), "999999"],
                    "kind": ["site", "unit", "party", "service"],
                    "key": ["main", "company", "mail", *session.scalars(sa.select(Party.id).limit(2))],
                    "name": ["nothing", *session.scalars(sa.select(Attachment.name))],
                    "timing_id": [*(str(each) for each in session.scalars(sa.select(Timing.id))), "999999"],
                    "row_id": [*(str(each) for each in session.scalars(sa.select(SearchSynonym.id))), "999999"],
                    "gap_id": [*(str(each) for each in session.scalars(sa.select(SearchGap.id))), "999999"],
                    "revision_id": [*(str(each) for each in session.scalars(sa.select(Revision.id))), "999999"],
                    "remark_id": [*(str(each) for each in session.scalars(sa.select(RevisionRemark.id))), "999999"],
                }
            )

    @property
    def has_questions(self) -> bool:
        """Whether people are asked anything here; a portal may never have had the questions."""
        return any(member.name == "feedback" for member in self.house.plugins)

    def _of_questions(self, session: Session) -> dict[str, list[str]]:
        if not self.has_questions:
            return {}
        return {
            "callback_id": [*(str(each) for each in session.scalars(sa.select(Callback.id))), "999999"],
            "improvement_id": [*(str(each) for each in session.scalars(sa.select(Improvement.id))), "999999"],
            "word_id": [*session.scalars(sa.select(Verbatim.id)), "nothing"],
            "invitation_id": ["nothing", *session.scalars(sa.select(Invitation.id))],
            "question_id": ["N1", "R3", "nothing"],
            "round_id": [*(str(each) for each in session.scalars(sa.select(Round.id))), "999999"],
            "template_key": ["N", "P", "nothing"],
            "token": ["nothing", *self.tokens],
        }

    @property
    def has_recognition(self) -> bool:
        """Whether anybody is recognised here."""
        return any(member.name == "gamification" for member in self.house.plugins)

    @property
    def has_handover(self) -> bool:
        """Whether changes are handed over here."""
        return any(member.name == "handover" for member in self.house.plugins)

    def _of_handover(self, session: Session) -> dict[str, list[str]]:
        if not self.has_handover:
            return {}
        ids = {"pack_id": Pack.id, "asked_id": Question.id, "item_id": Item.id, "debt_id": Debt.id, "edit_id": Edit.id,
               "contact_id": Contact.id}  # fmt: skip
        return {name: [*(str(each) for each in session.scalars(sa.select(column))), "999999"]
                for name, column in ids.items()} | {
            "party_id": ["front-line", "onsite", "nothing"],
            "state": [plan.DRAFT, plan.IN_REVIEW, plan.CLOSED, "nothing"],
            "to": [plan.IN_REVIEW, plan.CANCELLED],
            "how": ["accepted", "open"],
            "criterion": ["debts", "contacts"],
            "secret": ["nothing"],
        }  # fmt: skip

    def _of_recognition(self, session: Session) -> dict[str, list[str]]:
        if not self.has_recognition:
            return {}
        events = [str(each) for each in session.scalars(sa.select(Contribution.id))]
        return {
            "event_id": [*events, "999999"],
            "retraction_id": [*events, "999999"],
            "review_id": [*(str(each) for each in session.scalars(sa.select(Review.id))), "999999"],
            "thanks_id": [*(str(each) for each in session.scalars(sa.select(Thanks.id))), "999999"],
        }


def file_with(town: Town, word: str, title: str) -> str:
    """Add a file with *word* in it, which somebody added who is not among the viewers; return its address."""
    accepted = attachments.accept(f"Words {word}.".encode(), f"{title}.txt", "", max_bytes=1000, max_pixels=1)
    adder = Rights(person_id=None, level=2, permissions=frozenset({"articles.write"}))
    store = FileStore(town.house.config.instance)
    with store.kept(accepted.data, accepted.ending) as name, town.house.db.transaction() as session:
        return attachments.add(session, name, accepted, rights=adder, now=NOON).path


class Marks:
    """Makes the markers of one article: letters only, none within another, none a slip or two from another."""

    def __init__(self, town: Town, ref: str) -> None:
        self._town, self.about = town, ref

    def __call__(
        self, where: str, may: frozenset[str], *, searchable: bool = False, shown: bool | frozenset[str] = True
    ) -> str:
        met = shown if isinstance(shown, frozenset) else may if shown else frozenset[str]()
        number = len(self._town.markers)
        word = "zq" + "".join(3 * "bdfghjklmv"[int(digit)] for digit in f"{number:03}") + "x"
        self._town.markers.append(Marker(word, f"{self.about} {where}", may, searchable, met))
        return word

"""Texts under way, decided, and live one after the other, for `portal demo`: by the services, the same each time."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from PIL import Image, ImageDraw
from sqlalchemy.orm import Session

from portal.accounts.queries import with_login
from portal.accounts.rights import rights_of
from portal.articles import attachments, beginning, capturing, drafting, drafts, reviewing, starting, texts
from portal.articles.capturing import Capture
from portal.articles.models import Revision
from portal.articles.rules import Writer
from portal.articles.states import Significance
from portal.core import clock
from portal.core.filestore import FileStore
from portal.core.portal import Portal

MOST_BYTES, MOST_PIXELS = 2**20, 10**6

SCREEN = "KB0034"
HOURS = "KB0045"

CABLES = """Goal: the second screen shows a picture, with a cable that fits on both ends.

## You need

- the screen, and the laptop or its docking station

## Steps

1. Look at the socket of the screen.
2. Look at the sockets of the docking station.
3. Take a cable whose ends look like both of them.

{picture}

4. Plug it in until it sits tight.

## Check that it worked

You can move the mouse over to the second screen.

## If it goes wrong

| You see | Do this |
| --- | --- |
| No cable fits on both ends | [Ask us](/ask?service=devices) for one, and say which two ends it needs. |
| It fits, and the screen stays dark | See [The second screen stays dark](/kb/KB0034). |
"""

CALENDAR = """Goal: everybody in the team sees the same appointments.

## Steps

1. Open the calendar.
2. Choose **Add calendar**.
3. Type the name of the team.

## Check that it worked

It is there.
"""


class Colleague:
    """One invented person, who writes at the moment at which the clock stands."""

    def __init__(self, house: Portal, login: str) -> None:
        """Act as the person with this *login*."""
        self.house, self.login = house, login

    def do(self, act: Callable[..., Revision], *values: Any, **options: Any) -> Revision:
        """Make one step in a transaction of its own."""
        with self.house.db.transaction() as session:
            return act(session, self.writer(session), *values, **options, now=clock.now())

    def writer(self, session: Session) -> Writer:
        """The person as somebody who writes."""
        return drafts.writer_of(session, rights_of(session, with_login(session, self.login)))

    def changed(self, ref: str, old: str, new: str) -> Revision:
        """Begin a text on top of a live one, and save it with other words in one place."""
        begun = self.do(beginning.start, ref)
        if begun.body.count(old) != 1:
            raise ValueError(f"{ref} does not say {old!r} in one place.")
        return self.saved(begun, begun.body.replace(old, new))

    def saved(self, begun: Revision, body: str) -> Revision:
        """Save a text with another body."""
        fields, base = texts.stored(begun).fields, begun.base_revision_id
        return self.do(drafting.save, begun.id, fields, body, saves=begun.saves, base_revision_id=base)

    def submitted(self, text: Revision, *, significance: str | None = None, why: str) -> Revision:
        """Hand a text in."""
        return self._with_ready(drafting.submit, texts.ready, text, significance, why)

    def published(self, text: Revision, *, significance: str, why: str) -> Revision:
        """Put one's own text live."""
        return self._with_ready(drafting.publish, texts.ready, text, significance, why)

    def accepted(self, text: Revision, *, significance: str, why: str) -> Revision:
        """Put somebody else's text live."""
        return self._with_ready(reviewing.accept, reviewing.ready, text, significance, why)

    def _with_ready(
        self, act: Callable[..., Revision], ready: Callable[..., texts.Ready], text: Revision, weight: Any, why: str
    ) -> Revision:
        with self.house.db.reading() as session:
            made = ready(session, session.get_one(Revision, text.id))
        return self.do(act, made, significance=weight, why=why)


def fill(house: Portal, today: datetime) -> str:
    """Let people write, over the three weeks before *today*."""
    steps = (
        (20, _screen_by_a_lead), (13, _screen_by_onsite), (11, _hours_are_wrong), (9, _hours_typo), (8, _declined),
        (6, _sent_back), (5, _draft_on_a_live_one), (4, _with_a_picture), (2, _waiting), (1, _captured),
    )  # fmt: skip
    for days_ago, step in steps:
        with clock.frozen(today - timedelta(days=days_ago)):
            step(house)
    return "Six texts under way or decided, and two articles with a history."


def _screen_by_a_lead(house: Portal) -> None:
    mara = Colleague(house, "mara")
    text = mara.changed(SCREEN, "Count to ten, then plug it in again.", "Count to thirty, then plug it in again.")
    mara.published(text, significance=Significance.CHANGED, why="Ten seconds are too few for the newer ones.")


def _screen_by_onsite(house: Portal) -> None:
    text = Colleague(house, "emre").changed(SCREEN, "stays on for some minutes", "stays on for a few minutes")
    text = Colleague(house, "emre").submitted(text, significance=Significance.TYPO, why="Reads better.")
    Colleague(house, "grace").accepted(text, significance=Significance.TYPO, why="")


def _hours_are_wrong(house: Portal) -> None:
    ines = Colleague(house, "ines")
    text = ines.changed(
        HOURS, "Try `8.5`, `8,5` and `8:30`. Use the way that stays.", "Type `8:30`: hours, a colon, minutes."
    )
    text = ines.submitted(text, significance=Significance.OLD_IS_WRONG, why="Since the update it takes a colon only.")
    Colleague(house, "grace").accepted(text, significance=Significance.OLD_IS_WRONG, why="Tried it, and it is so.")


def _hours_typo(house: Portal) -> None:
    grace = Colleague(house, "grace")
    text = grace.changed(HOURS, "Mostly one line or one day is in the way.", "Mostly it is one line or one day.")
    grace.published(text, significance=Significance.TYPO, why="Shorter.")


def _declined(house: Portal) -> None:
    ben = Colleague(house, "ben")
    text = ben.changed(
        "KB0014", "I will be back on Monday 17 August.", "I am in Lisbon and will be back on Monday 17 August."
    )
    text = ben.submitted(text, significance=Significance.CHANGED, why="People know the time there.")
    reason = "Strangers read it too, so the page leaves out where somebody is. Thank you for looking."
    Colleague(house, "grace").do(reviewing.decline, text.id, reason=reason)


def _sent_back(house: Portal) -> None:
    sabine, grace = Colleague(house, "sabine"), Colleague(house, "grace")
    text = _new(
        sabine,
        CALENDAR,
        title="See the calendar of your team",
        kind="how_to",
        service="mail",
        words=["team calendar", "shared appointments", "calendar of colleagues"],
        finds=["I want to know who in purchasing is free tomorrow.", "Where do I see when the others are out?"],
    )
    text = sabine.submitted(text, why="Asked for each week.")
    with house.db.transaction() as session:
        writer = grace.writer(session)
        for line, said in ((5, "In Outlook, or in Teams? Name the program."), (11, "What exactly does one see?")):
            reviewing.remark(session, writer, text.id, line=line, text=said, now=clock.now())
    grace.do(reviewing.send_back, text.id, words="Nearly there. Two lines need a word more, see beside them.")


def _draft_on_a_live_one(house: Portal) -> None:
    Colleague(house, "nora").changed("KB0024", "That takes about five minutes.", "That takes two to five minutes.")


def _with_a_picture(house: Portal) -> None:
    emre = Colleague(house, "emre")
    accepted = attachments.accept(
        _plugs(), "plugs.png", "Three plugs: HDMI with two slanted corners, DisplayPort with one, USB-C round",
        max_bytes=MOST_BYTES, max_pixels=MOST_PIXELS,
    )  # fmt: skip
    # Named by what it shows, where chance names those of people: the demo is the same each time.
    name = hashlib.sha256(accepted.data).hexdigest()[:32] + accepted.ending
    FileStore(house.config.instance).write(name, accepted.data)
    with house.db.transaction() as session:
        rights = emre.writer(session).rights
        picture = attachments.add(session, name, accepted, rights=rights, now=clock.now())
    text = _new(
        emre,
        CABLES.format(picture=picture.markdown),
        title="Find the right cable for a second screen",
        kind="how_to",
        service="devices",
        words=["monitor cable", "which plug fits", "hdmi or displayport"],
        finds=["None of the leads in the drawer goes into my display.", "What do I connect the new monitor with?"],
    )
    emre.submitted(text, why="We carry cables to people who have the right one in the drawer.")


def _waiting(house: Portal) -> None:
    ana = Colleague(house, "ana")
    text = ana.changed(
        "KB0027", "1. Read the name on the label of the printer.",
        "1. Read the name on the label of the printer. It is white, and mostly on the front.",
    )  # fmt: skip
    ana.submitted(text, significance=Significance.CHANGED, why="I looked for it for ten minutes.")


def _captured(house: Portal) -> None:
    draft = capturing.draft_of(
        Capture(
            said="The badge printer wants my badge twice",
            was="The reader beeps before it has read the card.",
            helped="Hold the badge still until the light is green\nThen choose the document",
            who="Anybody",
        )
    )
    jo = Colleague(house, "jo")
    with house.db.transaction() as session:
        writer = jo.writer(session)
        fields = starting.captured_fields(session, draft, writer, service="printing", language="en")
        beginning.start_new(session, writer, fields, draft.body, now=clock.now())


def _new(colleague: Colleague, body: str, *, title: str, kind: str, service: str, **more: Any) -> Revision:
    with colleague.house.db.transaction() as session:
        writer = colleague.writer(session)
        fields = starting.new_fields(
            session, writer, title=title, kind=kind, service=service, audience="everyone", language="en"
        )
        return beginning.start_new(session, writer, fields | more, body, now=clock.now())


def _plugs() -> bytes:
    """Three plugs from the front, drawn."""
    picture = Image.new("RGB", (720, 200), "#f3f1ea")
    draw = ImageDraw.Draw(picture)
    ink, metal = "#1c2321", "#dcd8cc"
    draw.polygon([(40, 60), (220, 60), (220, 110), (195, 140), (65, 140), (40, 110)], fill=metal, outline=ink, width=5)
    draw.rectangle((75, 88, 185, 104), fill=ink)
    draw.polygon([(280, 60), (460, 60), (460, 140), (310, 140), (280, 110)], fill=metal, outline=ink, width=5)
    draw.rectangle((315, 92, 430, 108), fill=ink)
    draw.rounded_rectangle((520, 70, 680, 130), radius=30, fill=metal, outline=ink, width=5)
    draw.rounded_rectangle((555, 94, 645, 106), radius=6, fill=ink)
    out = io.BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()

"""Badges: all of them by track, one of them with its rule and who holds it, and what somebody's stand on."""

from __future__ import annotations

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from plugins.gamification import catalogue, choices, evidence, fresh, in_words, marks
from portal.accounts import looks
from portal.accounts.login import Viewer, current_viewer
from portal.accounts.models import Person
from portal.core.clock import now
from portal.core.errors import NotFound
from portal.core.i18n import gettext as _
from portal.core.i18n import language
from portal.core.web import paging, reading, require, row_id, transaction
from portal.notices import queries, service

bp = Blueprint("badges", __name__, template_folder="../templates")

SEE = "gamification.see"
LAST_PAGE = 10_000
ON_A_PERSON = 12


@bp.get("/badges")
@require(SEE)
def index() -> ResponseReturnValue:
    """All badges, by track."""
    session, person_id = reading(), current_viewer().rights.person_id or 0
    return render_template(
        "gamification/badges.html",
        tracks=catalogue.tracks(session, person_id, now=now()),
        is_on=choices.of(session, person_id).is_on,
        tiers=catalogue.TIER_TITLE,
        mark=marks.mark,
        language=language(),
    )


@bp.get("/badges/<badge_id>")
@require(SEE)
def show(badge_id: str) -> ResponseReturnValue:
    """One badge: its rule in words, who holds it, and what one's own stand on."""
    session, rights = reading(), current_viewer().rights
    person_id, wanted = rights.person_id or 0, _wanted()
    badge, version = catalogue.one(session, badge_id, person_id)
    mine, mine_total = evidence.of_badge(session, badge_id, person_id, rights)
    if mine:
        _seen(badge_id)
    rows, total = catalogue.holders(session, badge_id, person_id, page=wanted)
    return render_template(
        "gamification/badge.html",
        badge=badge,
        version=version,
        rule=in_words.rule(badge),
        waits=catalogue.waits(badge),
        mine=mine,
        more=mine_total > len(mine),
        progress="" if mine else catalogue.progress(session, badge, person_id, now=now()),
        holders=rows,
        total=total,
        track=catalogue.TRACK_TITLE[badge.track][0],
        tier=catalogue.TIER_TITLE[badge.tier],
        mark=marks.mark,
        language=language(),
        paging=paging(wanted, max(-(-total // catalogue.PER_PAGE), 1), ".show", badge_id=badge_id),
    )


@bp.get("/badges/of/<int:person_id>")
@require(SEE)
def of_person(person_id: int) -> ResponseReturnValue:
    """All badges that somebody holds and shows."""
    session, rights, wanted = reading(), current_viewer().rights, _wanted()
    name = evidence.whose(session, row_id(str(person_id)), rights)
    held, total = evidence.marks_of(session, person_id, rights.person_id, page=wanted)
    return render_template(
        "gamification/badges_of.html",
        name=name,
        person_id=person_id,
        held=held,
        mark=marks.mark,
        language=language(),
        paging=paging(wanted, max(-(-total // evidence.MARKS), 1), ".of_person", person_id=person_id),
    )


@bp.get("/badges/<badge_id>/<int:person_id>")
@require(SEE)
def stands_on(badge_id: str, person_id: int) -> ResponseReturnValue:
    """What a badge of somebody stands on. That somebody else looked is written down, and read by that person."""
    session, rights, wanted = reading(), current_viewer().rights, _wanted()
    badge, _version = catalogue.one(session, badge_id, rights.person_id or 0)
    name = evidence.whose(session, row_id(str(person_id)), rights)
    awards, total = evidence.of_badge(session, badge_id, person_id, rights, page=wanted)
    if not total and person_id != rights.person_id:
        raise NotFound(_("There is nothing to see here."), hint=_("All badges stand on the page “Badges”."))
    if person_id == rights.person_id:
        _seen(badge_id)
    elif _is_opened():
        with transaction() as writing:
            looks.note(
                writing, person_id=person_id, looker_id=rights.person_id or 0, what="badges.stands_on", now=now()
            )
    return render_template(
        "gamification/stands_on.html",
        badge=badge,
        name=name,
        person_id=person_id,
        is_own=person_id == rights.person_id,
        awards=awards,
        mark=marks.mark,
        language=language(),
        paging=paging(
            wanted, max(-(-total // evidence.PER_PAGE), 1), ".stands_on", badge_id=badge_id, person_id=person_id
        ),
    )


def person_main(person: Person, viewer: Viewer) -> Markup | None:
    """The badges of somebody on their page, as far as they show them; nothing where there are none."""
    held, total = evidence.marks_of(reading(), person.id, viewer.person_id, most=ON_A_PERSON)
    if not held or not person.name:
        return None
    values = {"person": person, "held": held, "total": total, "mark": marks.mark, "language": language()}
    return Markup(render_template("gamification/_person_badges.html", **values))  # noqa: S704


def front_now(viewer: Viewer) -> Markup | None:
    """One line about a badge that is new to the viewer; one query, and none where nothing waits to be read."""
    if viewer.person_id is None or not viewer.counts.get(queries.UNREAD) or not viewer.rights.may(SEE):
        return None
    found = fresh.unseen(reading(), viewer.person_id, now=now())
    if not found:
        return None
    values = {"badge": found[0], "others": len(found) - 1, "mark": marks.mark, "language": language()}
    return Markup(render_template("gamification/_fresh.html", **values))  # noqa: S704


def _seen(badge_id: str) -> None:
    """Whoever opens their badge has read that it is new."""
    viewer = current_viewer()
    if viewer.person_id is None or not viewer.counts.get(queries.UNREAD) or not _is_opened():
        return
    if ids := fresh.unread(reading(), badge_id, viewer.person_id):
        with transaction() as writing:
            for each in ids:
                service.mark_read(writing, viewer.person_id, now=now(), notice_id=each)


def _is_opened() -> bool:
    """Whether somebody opens the page: not where a browser only asks for its head, or fetches it in advance."""
    asked = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    return request.method == "GET" and "prefetch" not in asked


def _wanted() -> int:
    return min(max(request.args.get("page", 1, int), 1), LAST_PAGE)

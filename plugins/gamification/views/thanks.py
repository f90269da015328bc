"""Thanks: the wall on which they stand, saying them, and taking them away."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session

from plugins.gamification import choices, evidence, marks, thanks, wall
from plugins.gamification.models import LONGEST_REASON
from plugins.gamification.thanks_form import ThanksForm
from plugins.gamification.wall import Somebody
from portal.accounts.login import current_viewer
from portal.accounts.models import Person
from portal.accounts.rights import Rights
from portal.articles.models import Article
from portal.articles.queries import by_ref
from portal.core.clock import now
from portal.core.errors import Refused
from portal.core.i18n import gettext as _
from portal.core.i18n import language
from portal.core.web import paging, reading, require, row_id, transaction

bp = Blueprint("thanks", __name__, template_folder="../templates")

SEE, VOID = "gamification.see", "gamification.void"
LAST_PAGE = 10_000
ON_A_PERSON, BESIDE = 3, 3


@bp.get("/thanks")
@require(SEE)
def index() -> ResponseReturnValue:
    """The thanks wall, or the thanks to one person (``to``)."""
    session, rights = reading(), current_viewer().rights
    wanted = min(max(request.args.get("page", 1, int), 1), LAST_PAGE)
    to = request.args.get("to", None, row_id)
    kept = {"to": to} if to is not None else {}
    rows, total = wall.page_of(session, rights, receiver_id=to, coaches=rights.may(VOID), now=now(), page=wanted)
    return render_template(
        "gamification/thanks.html",
        name=wall.whose(session, to, rights) if to is not None else "",
        to=to,
        rows=rows,
        page=wanted,
        paging=paging(wanted, max(-(-total // wall.PER_PAGE), 1), ".index", **kept),
    )


@bp.get("/thanks/new")
@require(SEE)
def new() -> ResponseReturnValue:
    """A form for thanks; ``to`` and ``about`` name whom and which article."""
    session, rights = reading(), current_viewer().rights
    form = ThanksForm(None, data={"about": request.args.get("about", "")})
    to = request.args.get("to", None, row_id)
    person = wall.one(session, to, rights.person_id or 0) if to is not None else None
    if to is not None and person is None:
        form.name.errors = [_("This person cannot be thanked here. Look for somebody by their name.")]
    return _page(session, form, rights, person)


@bp.post("/thanks/new")
@require(SEE)
def say() -> ResponseReturnValue:
    """Keep thanks (``do=say``), or let somebody else be chosen (``do=other``)."""
    form, rights, session = ThanksForm(), current_viewer().rights, reading()
    giver_id = rights.person_id or 0
    if request.form.get("do") == "other":
        form.to.data = form.name.data = form.asked.data = ""
        return _page(session, form, rights, None)
    person, is_sure = form.receiver(session, giver_id)
    try:
        thanks.said_well(form.reason.data or "")
    except Refused as fault:
        form.refuse(fault)
    if person is None or form.errors:
        return _page(session, form, rights, person), 422
    if not is_sure:
        return _page(session, form, rights, person, ask=True)
    try:
        with transaction() as db:
            thanks.say(
                db,
                giver_id=giver_id,
                receiver_id=person.id,
                reason=form.reason.data or "",
                rights=rights,
                ref=form.ref(),
                now=now(),
            )
    except Refused as fault:
        form.refuse(fault)
        return _page(reading(), form, rights, None if fault.field == "name" else person), 422
    flash(_("Said. %(name)s reads it on the thanks wall.", name=person.name))
    return redirect(url_for(".index"), 303)


@bp.post("/thanks/<int:thanks_id>/take")
@require(SEE)
def take(thanks_id: int) -> ResponseReturnValue:
    """Take thanks from the wall; whoever said them takes them back."""
    rights = current_viewer().rights
    with transaction() as session:
        taken = thanks.take_from_wall(session, thanks_id, rights, coaches=rights.may(VOID), now=now())
    is_back = taken.giver_id == rights.person_id
    flash(_("Taken back. It does not count.") if is_back else _("Taken from the wall."))
    to, page = (request.args.get(name, None, row_id) for name in ("to", "page"))
    return redirect(url_for(".index", to=to, page=page), 303)


def _page(session: Session, form: ThanksForm, rights: Rights, person: Somebody | None, *, ask: bool = False) -> str:
    if person is not None:
        form.to.data, form.name.data = str(person.id), ""
    ref = form.ref()
    return render_template(
        "gamification/thanks_new.html",
        form=form,
        person=person,
        ask=ask,
        article=by_ref(session, ref, rights) if ref else None,
        takes_part=choices.of(session, rights.person_id or 0).is_on,
        least=thanks.SHORTEST_REASON,
        most=LONGEST_REASON,
        a_week=thanks.A_WEEK,
    )


def on_person(person: Person, rights: Rights) -> Markup | None:
    """The last thanks to somebody, on their page, and the way to say more."""
    said, may = wall.latest(reading(), person, rights, count=ON_A_PERSON, now=now())
    if not said and not may:
        return None
    html = render_template("gamification/_person_thanks.html", person=person, said=said, may=may)
    return Markup(html)  # noqa: S704 - a template of ours, which escapes what it is given


def on_article(article: Article, rights: Rights) -> Markup | None:
    """Whoever wrote an article, beside it: some of their badges, those for this article first, and the way to thank."""
    session = reading()
    writer = wall.writer_of(session, article.id, rights.person_id)
    if writer is None:
        return None
    values = {
        "article": article,
        "writer": writer,
        "held": evidence.beside_article(session, writer.id, article.ref, rights.person_id, most=BESIDE),
        "mark": marks.mark,
        "language": language(),
    }
    html = render_template("gamification/_article_thanks.html", **values)
    return Markup(html)  # noqa: S704 - a template of ours, which escapes what it is given

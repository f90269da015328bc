"""Pages of the knowledge: an article, the verdict on it, the list of all, and what is withheld and why."""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from datetime import timedelta
from itertools import groupby
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from werkzeug.wrappers import Response

from portal.accounts.login import Viewer, current_viewer
from portal.accounts.rights import Rights
from portal.articles import deciding, drafts, keeping, opening, queries, rules, service, wording
from portal.articles.addresses import ref_in
from portal.articles.forms import WithheldForm
from portal.articles.models import Article, Verdict
from portal.articles.search import SOURCE
from portal.articles.views import finds
from portal.core.clock import now
from portal.core.errors import NotFound
from portal.core.i18n import format_date
from portal.core.i18n import gettext as _
from portal.core.web import check, paging, portal, reading, require, row_id, transaction
from portal.search.asking import note_opened

bp = Blueprint("articles", __name__, template_folder="../templates")

PER_PAGE = 50
VIEWS = "article_view"
VISITOR_DAYS = 180
_TOKEN = re.compile(r"[\w-]{43}\Z", re.ASCII)


@bp.get("/kb")
def index() -> ResponseReturnValue:
    """All articles that the reader may read, by service, of one service or kind where asked."""
    reader = _reader()
    service_id, kind = request.args.get("service", ""), request.args.get("kind", "")
    page = min(max(request.args.get("page", 1, int), 1), 10_000)
    articles, total = queries.page_of_list(
        reading(), reader.rights, service_id=service_id, kind=kind, page=page, per_page=PER_PAGE
    )
    pages = max(-(-total // PER_PAGE), 1)
    return render_template(
        "articles/index.html",
        groups=[(name, list(group)) for name, group in groupby(articles, lambda each: each.service_name)],
        kinds=wording.KINDS,
        service_id=service_id,
        kind=kind,
        service_name=articles[0].service_name if service_id and articles else "",
        kind_name=wording.KINDS.get(kind, kind),
        **paging(page, pages, "articles.index", service=service_id or None, kind=kind or None),
    )


def _reader() -> Viewer:
    """Who reads; where visitors may not, they are asked to sign in. Raises ``Forbidden``."""
    reader = current_viewer()
    if reader.rights.level < 0:
        check("")
    return reader


@bp.get("/kb/<address>")
def show(address: str) -> ResponseReturnValue:
    """One article; its ref alone opens it as well, and other words behind the ref lead to the right address."""
    page = _open(address)
    article = page.article
    if address not in {article.ref, article.address}:
        kept = {name: request.args.get(name) for name in ("q", "pane")}
        return redirect(url_for(".show", **{"address": article.address} | kept), 301)  # type: ignore[arg-type]
    if article.is_merged and page.successor is not None:
        kept = {name: request.args.get(name) for name in ("q", "pane")} | {"merged": article.ref}
        address = page.successor.path.rpartition("/")[2]
        return redirect(url_for(".show", **{"address": address} | kept), 302)  # type: ignore[arg-type]
    _count(article)
    if request.method == "GET":
        note_opened(SOURCE, article.ref, _searched())
    if request.args.get("pane") or "HX-Request" in request.headers:
        return render_template("articles/_article.html", **_context(page, in_pane=True))
    return render_template("articles/show.html", **_context(page, in_pane=False))


def pane(address: str) -> Markup | None:
    """The article at *address* as it stands in the desk's pane, for a page that has one; ``None`` without a reader."""
    rights = _reader().rights
    page = _page_of(address, rights)
    if page is not None and page.article.is_merged and page.successor is not None:
        page = _page_of(page.successor.path.rpartition("/")[2], rights)
    if page is None:
        return None
    _count(page.article)
    return Markup(render_template("articles/_article.html", **_context(page, in_pane=True)))  # noqa: S704 - a template


def _open(address: str) -> opening.OpenPage:
    """Read the page at *address*, which may be an old slug. Raises ``NotFound``."""
    rights = _reader().rights
    page = _page_of(address, rights)
    if page is None and ref_in(address) is None:
        path = queries.path_for(reading(), address, rights)
        page = _page_of(path.rpartition("/")[2], rights) if path else None
    if page is None:
        raise NotFound(
            _("There is no such article here."),
            hint=_("Search for it in your own words. Some articles open only for people who are signed in."),
        )
    return page


def _page_of(address: str, rights: Rights) -> opening.OpenPage | None:
    return opening.page_of(reading(), address, rights, since=now() - rules.LATELY, visitor=_visitor_key())


def _count(article: Article) -> None:
    if request.method == "GET":
        portal().tally.put(VIEWS, (now().date(), article.id))


def _context(page: opening.OpenPage, *, in_pane: bool) -> dict[str, Any]:
    """What the template of an article needs."""
    article, reader = page.article, current_viewer()
    holder = page.holder if reader.is_authenticated else None
    return {
        "page": page,
        "in_pane": in_pane,
        "standing": wording.standing_of(article, page.owner.name if page.owner else ""),
        "kind": wording.KINDS[article.kind],
        "audience": wording.AUDIENCES[article.audience],
        "minutes": wording.minutes(article.time_needed_minutes),
        "known_error": wording.known_error(page.front),
        "environment": ", ".join(page.front.get("environment", ())),
        "tags": page.front.get("tags", ()),
        "helped": wording.helped(page.helped),
        "holder": holder,
        "owner_words": wording.role_words(article.owner_role),
        "close": opening.close_to(reading(), article, reader.rights),
        "path": (path := url_for("articles.show", address=article.address)),
        "permanent": _permanent(path),
        "searched": _searched(),
        "merged": keeping.merged_into(reading(), ref_in(request.args.get("merged", "")), article, reader.rights),
        "may_write": reader.may("articles.write"),
        "missed": finds.missing(page, reader),
        "may_check": not in_pane and _may_check(page, reader),
        **_wrong_before(article, reader.rights),
        "today": format_date(now(), "long"),
        **_verdict_context(article, page.verdict, page.level, fresh=False),
    }


def _may_check(page: opening.OpenPage, reader: Viewer) -> bool:
    if not reader.may("articles.write"):
        return False
    writer = drafts.writer_of(reading(), reader.rights, granted=page.granted)
    return deciding.may_check(reading(), writer, page.article)


def _wrong_before(article: Article, rights: Rights) -> dict[str, Any]:
    """Since when the text before is known to be wrong, for a month, and where it is compared with this one."""
    since = article.wrong_before
    if since is None or now() - since > rules.LATELY:
        return {"wrong_before": None, "what_was_wrong": ""}
    old = article.wrong_revision_id
    path = ""
    if old is not None and keeping.may_compare(reading(), old, rights):
        path = url_for("history.compare", address=article.ref, before=old, after=article.live_revision_id)
    return {"wrong_before": since, "what_was_wrong": path}


def _permanent(path: str) -> str:
    return (portal().config.text("public_url").rstrip("/") or request.host_url.rstrip("/")) + path


def _searched() -> str:
    """The words that led here, as the results page puts them into its links."""
    return request.args.get("q", "").strip()[: rules.SEARCHED_LENGTH]


# The verdict


def _verdict_context(article: Article, own: Verdict | None, level: int, *, fresh: bool) -> dict[str, Any]:
    action = url_for(
        "articles.verdict",
        address=article.address,
        revision=article.live_revision_id,
        q=_searched() or None,
    )
    return {
        "article": article,
        "verdict": own,
        "asked": rules.asked_of(level),
        "verdict_action": action,
        "fresh": fresh,
    }


@bp.post("/kb/<address>/verdict")
def verdict(address: str) -> ResponseReturnValue:
    """Take down whether an article helped; answers with the question again, and thanks."""
    reader = _reader()
    ref = ref_in(address)
    if ref is None:
        raise NotFound(_("There is no such article here."), hint=_("Search for it in your own words."))
    token = "" if reader.is_authenticated else _visitor_token() or secrets.token_urlsafe(32)
    with transaction() as session:
        given = service.give_verdict(
            session,
            ref,
            rights=reader.rights,
            visitor=service.visitor_key(token) if token else None,
            value=request.form.get("verdict", ""),
            words=_searched(),
            revision_id=request.args.get("revision", None, row_id),
            now=now(),
        )
        article = session.get_one(Article, given.article_id)
    answer = _verdict_answer(article, given, reader)
    if token and token != _visitor_token():
        _remember(answer, token)
    return answer


def _verdict_answer(article: Article, given: Verdict, reader: Viewer) -> Response:
    if "HX-Request" not in request.headers:
        path = url_for(".show", address=article.address, q=_searched() or None, _anchor="verdict")
        return redirect(path, 303)
    level = reader.rights.level_for(article.service_id)
    return make_response(
        render_template("articles/_verdict.html", **_verdict_context(article, given, level, fresh=True))
    )


def _visitor_cookie() -> str:
    return "__Host-visitor" if portal().config.on("tls") else "visitor"


def _visitor_token() -> str:
    """The token of a visitor who has voted before; empty for others, and for one that is not ours."""
    token = request.cookies.get(_visitor_cookie(), "")
    return token if _TOKEN.match(token) else ""


def _visitor_key() -> str | None:
    token = _visitor_token()
    return service.visitor_key(token) if token else None


def _remember(answer: Response, token: str) -> None:
    """Keep the token in the visitor's browser, so that a second answer replaces the first; never set without a vote."""
    answer.set_cookie(
        _visitor_cookie(),
        token,
        max_age=timedelta(days=VISITOR_DAYS),
        secure=portal().config.on("tls"),
        httponly=True,
        samesite="Lax",
    )


# What only specialists read


@bp.get("/coach/withheld")
@require("articles.see_withheld")
def withheld() -> ResponseReturnValue:
    """Every live article with a part for specialists only, and the reason."""
    return _withheld_page({})


@bp.post("/coach/withheld/<ref>")
@require("articles.see_withheld")
def give_reason(ref: str) -> ResponseReturnValue:
    """Write down why a part of one article is for specialists only."""
    form = WithheldForm(prefix=ref)
    if not form.validate():
        return _withheld_page({ref: form}), 422
    with transaction() as session:
        rights = current_viewer().rights
        service.give_withheld_reason(session, ref, form.reason.data or "", rights=rights, now=now())
    flash(_("The reason for %(ref)s is saved.", ref=ref))
    return redirect(url_for(".withheld", page=request.args.get("page", None, int), _anchor=ref), 303)


def _withheld_page(typed: dict[str, WithheldForm]) -> str:
    page = min(max(request.args.get("page", 1, int), 1), 10_000)
    articles, total = queries.withheld(reading(), current_viewer().rights, page=page, per_page=PER_PAGE)
    return render_template(
        "articles/withheld.html",
        rows=_with_forms(articles, typed),
        **paging(page, max(-(-total // PER_PAGE), 1), "articles.withheld"),
    )


def _with_forms(articles: Sequence[Article], typed: dict[str, WithheldForm]) -> list[tuple[Article, WithheldForm]]:
    return [
        (each, typed.get(each.ref) or WithheldForm(None, prefix=each.ref, data={"reason": each.withheld_reason}))
        for each in articles
    ]


@bp.get("/ask")
def ask() -> ResponseReturnValue:
    """Where articles send people who are stuck: to all ways to reach a person."""
    return redirect(url_for("organisation.contact"))

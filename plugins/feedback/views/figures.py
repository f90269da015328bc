"""What came of answers, for those who look after something: an article, a unit, a service."""

from __future__ import annotations

import csv
import io

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from markupsafe import Markup

from plugins.feedback import charts, figures, reporting, sums
from plugins.feedback.figures import KINDS
from plugins.feedback.snapshots import SERVICE, UNIT
from plugins.feedback.sums import PERIODS, Figures, Series
from portal.accounts.login import current_viewer
from portal.accounts.rights import Rights
from portal.articles.models import Article
from portal.core.clock import now
from portal.core.errors import NotFound
from portal.core.i18n import gettext as _
from portal.core.i18n import language
from portal.core.web import check, paging, reading
from portal.organisation import queries as organisation

bp = Blueprint("figures", __name__, template_folder="../templates")

LAST_PAGE = 10_000
FILTERS = ("weeks", "service", "unit")
RISKY = ("=", "+", "-", "@", "\t", "\r")


def article_card(article: Article, rights: Rights) -> Markup | None:
    """A few numbers beside an article, for whoever looks after it."""
    found = figures.recent(reading(), article, rights, now())
    if found is None:
        return None
    html = render_template("feedback/_article_card.html", article=article, recent=found)
    return Markup(html)  # noqa: S704 - a template of ours, which escapes what it is given


def link_card(scope: str, scope_id: str, rights: Rights) -> Markup | None:
    """The way to the figures of a unit or service, for whoever may see them."""
    if not sums.may_see(reading(), rights, scope, scope_id):
        return None
    html = render_template("feedback/_figures_link.html", scope=scope, scope_id=scope_id)
    return Markup(html)  # noqa: S704 - a template of ours, which escapes what it is given


@bp.get("/feedback/articles/<ref>")
def article(ref: str) -> ResponseReturnValue:
    """How an article did: verdicts over time beside its texts, reasons, words, and the working time that it cost."""
    check("")
    page = min(max(request.args.get("page", 1, int), 1), LAST_PAGE)
    found = figures.article(reading(), ref, current_viewer().rights, now=now(), page=page)
    counts = [[(kind, week.get(kind, 0)) for kind in KINDS] for week in found.counts]
    happened = [(at, str(number)) for at, number in found.revisions]
    weeks = [
        (monday, dict(week), [number for at, number in found.revisions if 0 <= (at.date() - monday).days < 7])
        for monday, week in zip(found.weeks, counts, strict=True)
    ]
    return render_template(
        "feedback/article_figures.html",
        found=found,
        chart=charts.columns(found.weeks, counts, happened) if found.total else None,
        shown=[week for week in reversed(weeks) if any(week[1].values()) or week[2]],
        first_page=page == 1,
        paging=paging(page, found.pages, ".article", ref=ref),
    )


@bp.get("/feedback/units/<unit_id>")
def unit(unit_id: str) -> ResponseReturnValue:
    """The figures of a unit and all below it."""
    name, found = _of_unit(unit_id)
    return _page(UNIT, unit_id, name, found)


@bp.get("/feedback/units/<unit_id>/figures.csv")
def unit_table(unit_id: str) -> ResponseReturnValue:
    """The same figures as a CSV file."""
    _name, found = _of_unit(unit_id)
    return _table(unit_id, found)


@bp.get("/feedback/services/<service_id>")
def service(service_id: str) -> ResponseReturnValue:
    """The figures of a service."""
    name, found = _of_service(service_id)
    return _page(SERVICE, service_id, name, found)


@bp.get("/feedback/services/<service_id>/figures.csv")
def service_table(service_id: str) -> ResponseReturnValue:
    """The same figures as a CSV file."""
    _name, found = _of_service(service_id)
    return _table(service_id, found)


def _of_unit(unit_id: str) -> tuple[str, Figures]:
    _let_in(UNIT, unit_id)
    found = organisation.unit(reading(), unit_id)
    if found is None:
        raise _nothing()
    chosen = _chosen()
    figures_of = sums.of_unit(reading(), unit_id, weeks=_weeks(), service=chosen.get("service", ""), now=now())
    return found.name, figures_of


def _of_service(service_id: str) -> tuple[str, Figures]:
    _let_in(SERVICE, service_id)
    found = organisation.service(reading(), service_id)
    if found is None:
        raise _nothing()
    chosen = _chosen()
    figures_of = sums.of_service(reading(), service_id, weeks=_weeks(), unit=chosen.get("unit", ""), now=now())
    return found.name, figures_of


def _let_in(scope: str, scope_id: str) -> None:
    check("")
    if not sums.may_see(reading(), current_viewer().rights, scope, scope_id):
        raise _nothing()


def _nothing() -> NotFound:
    return NotFound(_("There are no figures here for you."), hint=_("Those who lead a unit or a service see them."))


def _chosen() -> dict[str, str]:
    chosen = {name: request.args[name] for name in FILTERS if request.args.get(name)}
    reporting.check_filters(chosen.keys())
    return chosen


def _weeks() -> int:
    return sums.period(request.args.get("weeks", ""))


def _page(scope: str, scope_id: str, name: str, found: Figures) -> str:
    chosen = _chosen()
    other = "service" if scope == UNIT else "unit"
    names = organisation.service_names(reading()) if scope == UNIT else organisation.names(reading(), "unit")
    known = set(found.services) | {chosen.get(other, "")} if scope == UNIT else set(names)
    return render_template(
        "feedback/figures.html",
        scope=scope,
        scope_id=scope_id,
        name=name,
        found=found,
        charts={each[0].question.id: _chart(each) for each in found.asked},
        figure_words=sums.figure_words,
        language=language(),
        weeks=_weeks(),
        periods=PERIODS,
        other=other,
        chosen=chosen.get(other, ""),
        choices=[(key, label) for key, label in names.items() if key in known],
        filters=chosen,
    )


def _chart(wordings: tuple[Series, ...]) -> charts.Chart | None:
    """All wordings of a question in one chart, each a series of its own."""
    points = sorted(
        ((monday, each.question.version, share) for each in wordings for monday, share in each.points),
        key=lambda point: point[:2],
    )
    return charts.over_time(points) if len(points) > 1 else None


def _table(name: str, found: Figures) -> Response:
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow(
        [
            _("Question"),
            _("Version"),
            _("Answer"),
            _("Answers"),
            _("Share"),
            _("Lower bound"),
            _("Upper bound"),
            _("As of"),
        ]
    )
    as_of = found.monday.isoformat() if found.monday else ""
    for each in (series for wordings in found.asked for series in wordings):
        said = _safe(each.question.said(language()))
        for choice, share in each.choices:
            bounds = [f"{value:.3f}" for value in (share.value, share.low, share.high)]
            table.writerow([said, each.question.version, _safe(choice), share.whole, *bounds, as_of])
    answer = Response(out.getvalue(), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="figures-{name}.csv"'
    return answer


def _safe(text: str) -> str:
    """A text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(RISKY) else text

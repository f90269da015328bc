"""The pages on which administrators define badges, and see whether the awards fit the log."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, TextAreaField

from plugins.gamification import changing, in_words, marks, replaying, shelf
from plugins.gamification.changing import FRESH, KEEP, DoesNotFit, Preview
from portal.core.clock import now
from portal.core.errors import Refused
from portal.core.i18n import gettext as _
from portal.core.i18n import language
from portal.core.i18n import lazy_gettext as _l
from portal.core.web import paging, reading, require, transaction, viewer

bp = Blueprint("badge_rules", __name__, template_folder="../templates")

PERMISSION = "gamification.define"
PER_PAGE = 60
BEGINNING = """schema = 1

[[badge]]
id = ""
name = ""
name_de = ""
tier = "bronze"
track = "knowledge"
text = ""
text_de = ""
[badge.when]
event = "article.solved"
count = 3
distinct = "actor"
"""


class RuleForm(FlaskForm):  # type: ignore[misc]
    """A badge as a text, and what becomes of those who have it; *tried* is the mark of what was previewed last."""

    class Meta:
        """The page's own token guards it."""

        csrf = False

    seen = HiddenField()
    tried = HiddenField()
    toml = TextAreaField(_l("Definition"), render_kw={"rows": 22, "maxlength": changing.LONGEST, "spellcheck": "false"})
    how = RadioField(_l("What becomes of those who have it"), default=KEEP)

    def __init__(self, *args: Any, **values: Any) -> None:
        """Offer what can be chosen."""
        super().__init__(*args, **values)
        self.how.choices = [
            (KEEP, _("Keep what was earned: nobody loses it by this change")),
            (FRESH, _("Start fresh: only who fulfils it now has it")),
        ]


@bp.get("/recognition/admin")
@require(PERMISSION)
def index() -> ResponseReturnValue:
    """All badges that are awarded, what does not fit in files, and how the last replay went."""
    session = reading()
    held = list(shelf.active(session).values())
    pages = max(-(-len(held) // PER_PAGE), 1)
    page = max(request.args.get("page", 1, int), 1)
    return render_template(
        "gamification/badge_rules.html",
        mark=marks.mark,
        held=held[(page - 1) * PER_PAGE : page * PER_PAGE],
        paging=paging(page, pages, ".index"),
        problems=shelf.problems(session),
        replay=replaying.last(session),
        command="portal gamification replay --write",
        language=language(),
    )


@bp.get("/recognition/admin/gallery")
@require(PERMISSION)
def gallery() -> ResponseReturnValue:
    """The marks of all badges that are awarded, in every size, to be looked at."""
    badges = [badge for badge, _version in shelf.active(reading()).values()]
    return render_template("gamification/gallery.html", gallery=marks.gallery(badges))


@bp.route("/recognition/admin/badges/new", methods=["GET", "POST"])
@require(PERMISSION)
def add() -> ResponseReturnValue:
    """A badge more."""
    return _edit("", BEGINNING, 0)


@bp.route("/recognition/admin/badges/<badge_id>", methods=["GET", "POST"])
@require(PERMISSION)
def edit(badge_id: str) -> ResponseReturnValue:
    """One badge: its definition, what a change would do, and saving it."""
    text, version = changing.text_of(reading(), badge_id)
    return _edit(badge_id, text, version)


def _edit(badge_id: str, text: str, version: int) -> ResponseReturnValue:
    form = RuleForm()
    if request.method == "GET":
        form.toml.data, form.seen.data, form.how.data = text, str(version), KEEP
        return _page(form, badge_id)
    try:
        badge = changing.check(form.toml.data or "", badge_id)
        mark = changing.mark_of(form.toml.data or "", form.how.data or "")
        if request.form.get("do") == "save" and form.tried.data == mark:
            return _save(form, badge_id)
    except DoesNotFit as fault:
        form.toml.errors = [": ".join(filter(None, (each.badge, each.field, each.sentence))) for each in fault.problems]
        return _page(form, badge_id), 422
    except Refused as fault:
        form.form_errors = [" ".join(filter(None, (fault.message, fault.hint)))]
        stands = text if isinstance(fault, changing.Moved) else ""
        form.seen.data = str(version)
        return _page(form, badge_id, stands=stands), 422
    form.tried.data = mark
    tried = changing.preview(reading(), badge, how=form.how.data or "", viewer_id=viewer().person_id)
    return _page(form, badge_id, tried=tried, rule=in_words.rule(badge))


def _save(form: Any, badge_id: str) -> ResponseReturnValue:
    seen = form.seen.data or ""
    with transaction() as session:
        saved = changing.save(
            session,
            form.toml.data or "",
            badge_id=badge_id,
            seen=int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 9 else 0,
            how=form.how.data or "",
            by=viewer().person_id or 0,
            now=now(),
        )
    flash(_("Saved. All awards are worked out anew now, and nobody is told."))
    return redirect(url_for(".edit", badge_id=saved.id), 303)


def _page(form: Any, badge_id: str, *, tried: Preview | None = None, rule: Sequence[str] = (), stands: str = "") -> str:
    return render_template(
        "gamification/badge_rule.html",
        form=form,
        badge_id=badge_id,
        is_new=not badge_id,
        tried=tried,
        rule=rule,
        stands=stands,
    )

"""Reading a pack, on a phone first; the quiz; and what waits for the viewer."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from plugins.handover import mine, people, plan, quizzing, reading, reading_pack, texts, writing
from plugins.handover.models import Pack
from portal.accounts.login import current_viewer
from portal.core.clock import now
from portal.core.errors import Refused
from portal.core.i18n import gettext as _
from portal.core.web import paging, require, transaction
from portal.core.web import reading as reading_session

bp = Blueprint("handover_reading", __name__, template_folder="../templates")

READ = "handover.read"
LAST_PAGE = 10_000


@bp.get("/handover/my")
@require(READ)
def my() -> str:
    """What waits for the viewer: to read, their packs, their questions."""
    session, me = reading_session(), _me()
    page = min(max(request.args.get("page", 1, int), 1), LAST_PAGE)
    rows, total = reading.to_read(session, me, page=page)
    return render_template(
        "handover/my.html",
        rows=rows,
        packs=mine.packs(session, me, today=now()),
        questions=mine.questions(session, me),
        paging=paging(page, max(-(-total // reading.PER_PAGE), 1), ".my"),
    )


@bp.get("/handover/<int:pack_id>/read")
@require(READ)
def show(pack_id: int) -> str:
    """What is to be read of a pack."""
    return _page(pack_id)


@bp.post("/handover/<int:pack_id>/read")
@require(READ)
def confirm(pack_id: int) -> ResponseReturnValue:
    """Say “I could support this tomorrow”, or ask for help."""
    text = request.form.get("text", "")
    try:
        with transaction() as session:
            pack = reading_pack.pack(session, pack_id)
            if request.form.get("act") == "help":
                reading.ask_for_help(session, pack, _me(), request.form.get("section", ""), text, now=now())
            else:
                typed = request.form.get("version", "")
                version = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 6 else 0
                reading.confirm(session, pack, _me(), version=version, now=now())
    except Refused as fault:
        return _page(pack_id, fault=fault, text=text), 422
    flash(_("Asked. You hear when it is answered.") if request.form.get("act") == "help" else _("Thank you."))
    return redirect(url_for(".show", pack_id=pack_id), 303)


@bp.get("/handover/<int:pack_id>/quiz")
@require(READ)
def quiz(pack_id: int) -> str:
    """The quiz of a large pack."""
    session = reading_session()
    pack = reading_pack.pack(session, pack_id)
    return render_template("handover/quiz.html", pack=pack, questions=reading.quiz(session, pack), results={}, given={})


@bp.post("/handover/<int:pack_id>/quiz")
@require(READ)
def answer(pack_id: int) -> ResponseReturnValue:
    """Answer the quiz; each answer is explained, and none is kept."""
    given = {}
    for position in range(1, reading.QUIZ_COUNT + 1):
        typed = request.form.get(f"q{position}", "")
        if typed.isdecimal() and len(typed) == 1:
            given[position] = int(typed)
    with transaction() as session:
        pack = reading_pack.pack(session, pack_id)
        passed, results = reading.take_quiz(session, pack, _me(), given, now=now())
        said = {question.position: is_right for question, is_right in results}
    if passed:
        flash(_("Passed. Now say that you could support it."))
        return redirect(url_for(".show", pack_id=pack_id), 303)
    session = reading_session()
    pack = reading_pack.pack(session, pack_id)
    return render_template(
        "handover/quiz.html", pack=pack, questions=reading.quiz(session, pack), results=said, given=given
    ), 422


@bp.get("/handover/<int:pack_id>/quiz/write")
@require(READ)
def write_quiz(pack_id: int) -> str:
    """The form in which the front line's reviewer writes the quiz."""
    return _quiz_form(pack_id)


@bp.post("/handover/<int:pack_id>/quiz/write")
@require(READ)
def save_quiz(pack_id: int) -> ResponseReturnValue:
    """Keep the quiz."""
    written = _written()
    try:
        with transaction() as session:
            pack = reading_pack.pack(session, pack_id)
            actor = people.actor(session, pack, current_viewer().rights)
            quizzing.save(session, pack, written, actor, now=now())
    except Refused as fault:
        return _quiz_form(pack_id, written, fault), 422
    flash(_("Saved."))
    return redirect(url_for("handover_packs.show", pack_id=pack_id), 303)


def _written() -> list[quizzing.Written]:
    found = []
    for number in range(1, reading.QUIZ_COUNT + 1):
        right = request.form.get(f"right{number}", "")
        choices = tuple(request.form.get(f"choice{number}-{each}", "") for each in range(quizzing.CHOICES))
        found.append(
            quizzing.Written(
                text=request.form.get(f"text{number}", ""),
                choices=choices,
                right=int(right) if right.isdecimal() and len(right) == 1 else -1,
                because=request.form.get(f"because{number}", ""),
            )
        )
    return found


def _quiz_form(pack_id: int, written: list[quizzing.Written] | None = None, fault: Refused | None = None) -> str:
    session = reading_session()
    pack = reading_pack.pack(session, pack_id)
    actor = people.actor(session, pack, current_viewer().rights)
    if written is None:
        written = [
            quizzing.Written(text=each.text, choices=tuple(each.choices), right=each.right, because=each.because)
            for each in reading.quiz(session, pack)
        ]
    written += [quizzing.Written(text="", choices=(), right=-1, because="")] * (reading.QUIZ_COUNT - len(written))
    return render_template(
        "handover/quiz_write.html",
        pack=pack,
        written=written,
        fault=fault,
        may=quizzing.may_write(session, pack, actor),
        choices=quizzing.CHOICES,
    )


def _page(pack_id: int, *, fault: Refused | None = None, text: str = "") -> str:
    session = reading_session()
    pack: Pack = reading_pack.pack(session, pack_id)
    held = reading.of_person(session, pack, _me())
    parts = {part.key: part.before for part in reading.what_is_new(session, pack, held)}
    shown = [each for each in reading_pack.sections(session, pack) if each.kind.key in parts]
    has_quiz = plan.plan().sizes[pack.size].has_quiz and bool(reading.quiz(session, pack))
    return render_template(
        "handover/read.html",
        pack=pack,
        held=held,
        sections=shown,
        before=parts,
        is_again=held is not None and held.version is not None and held.version != pack.version,
        is_due=reading.is_due(held, pack),
        wants_quiz=has_quiz and held is not None and held.quiz_passed_at is None,
        contacts=reading_pack.contacts(session, pack),
        html_of=texts.html_of,
        plain_now=writing.plain_now,
        fault=fault,
        text=text,
    )


def _me() -> int:
    person_id = current_viewer().person_id
    assert person_id is not None  # noqa: S101 - whoever may read packs is signed in
    return person_id

"""Two people, or two windows, changed the same text: both are put together, in at most two steps.

First somebody chooses for each place that both changed; where nothing clashes
this step is left out. Then the text is shown whole, and its form goes to the
page that the conflict came from, as if it had been typed there: that page
saves it, with the rights and the checks of every save. Nothing is written
here, so a conflict on top of the conflict simply begins again.

The first form carries all that it shows, part by part. It is the writer's own
text that comes back, so nothing in it has to be believed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue

from portal.accounts.login import current_viewer
from portal.articles import drafts, field_words, merging
from portal.articles.matching import blocks
from portal.articles.merging import Merged, Part, Taken, as_lines, as_text
from portal.articles.models import Article, Revision
from portal.articles.texts import Conflict, Text, text_of
from portal.articles.writing_form import BLOCKS, COMMAS, LINES, WritingForm, form_of
from portal.core.errors import NotFound
from portal.core.i18n import gettext as _
from portal.core.web import reading, require, safe_path

bp = Blueprint("conflicts", __name__, template_folder="../templates")

MINE, THEIRS, BOTH, OWN = "mine", "theirs", "both", "own"
CARRIED, SAID_MINE = "extra.", "said.mine."
SAVED_AT = ("/write/", "/review/")
_APART = frozenset({"saves", "base_revision_id", "body"})


@dataclass(frozen=True)
class Place:
    """One part of the text on the page. What is to be decided has *choice* and *own* as somebody left them."""

    number: int
    part: Part
    choice: str = ""
    own: str = ""
    fault: str = ""

    @property
    def is_open(self) -> bool:
        """Whether somebody has to decide."""
        return isinstance(self.part, merging.Conflict)

    def lines(self) -> tuple[str, ...]:
        """What stands here in the end. Raises ``LookupError`` where nothing was chosen."""
        if isinstance(self.part, Merged):
            return self.part.lines
        return {MINE: self.part.mine, THEIRS: self.part.theirs, BOTH: _both(self.part), OWN: as_lines(self.own)}[
            self.choice
        ]


@dataclass(frozen=True)
class Field:
    """A field that both changed. *names* are those of the form, with what the other text says in each."""

    name: str
    mine: str
    theirs: str
    names: Mapping[str, str]
    is_list: bool
    choice: str = ""
    fault: str = ""

    @property
    def label(self) -> str:
        """Its name as people read it."""
        return field_words.label(self.name)


@dataclass(frozen=True)
class Carried:
    """What goes along: where the text is saved, what it is saved on top of, its fields, and more for that page."""

    action: str
    saves: str
    base_revision_id: str
    values: Mapping[str, str]
    extra: Mapping[str, str]


def conflict_page(
    conflict: Conflict, revision: Revision, article: Article, *, action: str, extra: Mapping[str, str] | None = None
) -> ResponseReturnValue:
    """Answer a save that came too late with both texts, to be put together; the status is 409.

    *revision* and *article* are read after the refused save, so that nothing of it is in them. The text
    goes to *action* in the end, under the names of the editor's form, with ``saves`` and
    ``base_revision_id`` of the conflict, with ``do=save``, and with *extra*, which may name another ``do``.
    """
    base = conflict.base or _common(conflict.mine, conflict.theirs)
    merged = merging.merge(base.body, conflict.mine.body, conflict.theirs.body)
    front = merging.merge_fields(base.fields, conflict.mine.fields, conflict.theirs.fields)
    theirs = _values(form_of(conflict.theirs, revision))
    form = form_of(_with_fields(conflict.mine, front.values, article.ref), revision)
    fields = [found for each in front.conflicts if (found := _field(each, theirs))]
    places = [
        Place(number, part, own="" if isinstance(part, Merged) else as_text(_both(part)))
        for number, part in enumerate(merged.parts)
    ]
    base_id = "" if conflict.base_revision_id is None else str(conflict.base_revision_id)
    carried = Carried(action, str(conflict.saves), base_id, _values(form), extra or {})
    if merged.is_clean and not fields:
        return _whole(article, merged.text(), carried, conflict=conflict), 409
    return _choices(revision.id, article, places, fields, carried, conflict=conflict), 409


def _common(mine: Text, theirs: Text) -> Text:
    """What both texts say, as what they began with where that is not known: so each keeps what the other has not."""
    ours, others = mine.body.split("\n"), theirs.body.split("\n")
    kept = [line for block in blocks(ours, others) for line in ours[block.before : block.before + block.length]]
    left, right = mine.fields, theirs.fields
    same = {name: value for name, value in left.items() if name in right and right[name] == value}
    return _with_fields(Text("", "\n".join(kept)), same, str(left.get("id", "")))


def _with_fields(text: Text, fields: Mapping[str, Any], ref: str) -> Text:
    from_fields = text_of(fields, "", ref=ref)
    return Text(from_fields.front_text, text.body)


def _both(part: merging.Conflict) -> tuple[str, ...]:
    return (*part.mine, *part.theirs)


def _values(form: WritingForm) -> dict[str, str]:
    """What a form of the editor sends, by the names of its fields, but for the body and what it is saved on top of."""
    return {each.name: _sent(each.data) for each in form if each.name not in _APART}


def _sent(data: Any) -> str:
    if isinstance(data, bool):
        return "y" if data else ""
    return "" if data is None else str(data)


def _field(conflict: merging.FieldConflict, theirs: Mapping[str, str]) -> Field | None:
    """A conflict of fields for the page; ``None`` for a field that the editor keeps as it is stored."""
    name = conflict.name
    names = [f"{name}.{inner}" for inner in BLOCKS[name][1]] if name in BLOCKS else [name]
    if not all(each in theirs for each in names):
        return None
    return Field(
        name,
        _in_words(name, conflict.mine),
        _in_words(name, conflict.theirs),
        {each: theirs[each] for each in names},
        is_list=name in COMMAS or name in LINES,
    )


def _in_words(name: str, value: Any) -> str:
    if isinstance(value, Mapping):
        inner = {f"{name}.{key}": each for key, each in value.items()}
        return "; ".join(f"{field_words.label(key)}: {field_words.value(key, each)}" for key, each in inner.items())
    return field_words.value(name, value)


@bp.post("/write/<int:revision_id>/merge")
@require("articles.suggest")
def merge(revision_id: int) -> ResponseReturnValue:
    """Put the chosen parts together and show the whole text, to be saved; nothing is written here."""
    session = reading()
    writer = drafts.writer_of(session, current_viewer().rights)
    revision = drafts.text_for(session, revision_id, writer)
    article = session.get_one(Article, revision.article_id)
    carried = _carried()
    places = [_decided(each) for each in _posted_places()]
    fields = [_chosen(each) for each in _posted_fields(carried.values)]
    if any(each.fault for each in places) or any(each.fault for each in fields):
        return _choices(revision.id, article, places, fields, carried), 422
    values = dict(carried.values)
    for field in fields:
        values |= _answer(field, values)
    body = "\n".join(line for place in places for line in place.lines())
    return _whole(article, body, replace(carried, values=values))


def _carried() -> Carried:
    """What the form of the choices carried along. Raises ``NotFound`` for an address where no text is saved."""
    action = safe_path(request.form.get("action"), "")
    if not action.removeprefix(request.script_root).startswith(SAVED_AT):
        raise NotFound(_("There is no such text."), hint=_("Open the article, and start from there."))
    extra = {name.removeprefix(CARRIED): each for name, each in request.form.items() if name.startswith(CARRIED)}
    saves, base_id = (request.form.get(name, "") for name in ("saves", "base_revision_id"))
    return Carried(action, saves, base_id, _values(WritingForm()), extra)


def _posted_places() -> Iterator[Place]:
    """The parts of the text in their order, as the form of the choices sent them."""
    sent, number = request.form, 0
    while f"part-{number}" in sent or f"mine-{number}" in sent:
        if f"part-{number}" in sent:
            taken = sent.get(f"taken-{number}", "")
            known = Taken(taken) if taken in list(Taken) else Taken.UNCHANGED
            yield Place(number, Merged(as_lines(sent[f"part-{number}"]), known))
        else:
            sides = (as_lines(sent.get(f"{side}-{number}", "")) for side in ("base", MINE, THEIRS))
            part = merging.Conflict(*sides)
            yield Place(number, part, sent.get(f"choice-{number}", ""), sent.get(f"own-{number}", ""))
        number += 1


def _decided(place: Place) -> Place:
    """The same place, with what is still to be said about it."""
    if isinstance(place.part, Merged):
        return place
    if place.choice not in {MINE, THEIRS, BOTH, OWN}:
        return _asked(place, place.choice, _("Choose what stands here."))
    if place.choice != OWN and as_lines(place.own) != _both(place.part):
        return _asked(place, OWN, _("You wrote words of your own here, and chose others. Choose once more."))
    return place


def _asked(place: Place, choice: str, fault: str) -> Place:
    return replace(place, choice=choice, fault=fault)


def _posted_fields(values: Mapping[str, str]) -> Iterator[Field]:
    """The fields that both changed, as the form of the choices sent them."""
    sent = request.form
    for name in [key.removeprefix(SAID_MINE) for key in sent if key.startswith(SAID_MINE)]:
        names = [f"{name}.{inner}" for inner in BLOCKS[name][1]] if name in BLOCKS else [name]
        if all(each in values for each in names):
            yield Field(
                name,
                sent[f"{SAID_MINE}{name}"],
                sent.get(f"said.theirs.{name}", ""),
                {each: sent.get(f"theirs.{each}", "") for each in names},
                is_list=name in COMMAS or name in LINES,
                choice=sent.get(f"choose.{name}", ""),
            )


def _chosen(field: Field) -> Field:
    if field.choice in {MINE, THEIRS} or (field.choice == BOTH and field.is_list):
        return field
    return replace(field, fault=_("Choose which of the two holds."))


def _answer(field: Field, values: Mapping[str, str]) -> dict[str, str]:
    """What the form says in the end where both had changed a field."""
    if field.choice == MINE:
        return {}
    if field.choice == THEIRS:
        return dict(field.names)
    between = "\n" if field.name in LINES else ","
    sides = f"{values[field.name]}{between}{field.names[field.name]}".replace("\r\n", "\n").split(between)
    once = dict.fromkeys(each.strip() for each in sides if each.strip())
    return {field.name: ("\n" if between == "\n" else ", ").join(once)}


def _choices(
    revision_id: int,
    article: Article,
    places: Sequence[Place],
    fields: Sequence[Field],
    carried: Carried,
    *,
    conflict: Conflict | None = None,
) -> str:
    return render_template(
        "articles/conflict.html",
        article=article,
        places=places,
        fields=fields,
        open_count=sum(place.is_open for place in places) + len(fields),
        carried=carried,
        conflict=conflict,
        merge_url=url_for("conflicts.merge", revision_id=revision_id),
        as_text=as_text,
    )


def _whole(article: Article, body: str, carried: Carried, *, conflict: Conflict | None = None) -> str:
    return render_template("articles/merged.html", article=article, body=body, carried=carried, conflict=conflict)

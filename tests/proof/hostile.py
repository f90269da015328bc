"""Hostile input as articles: every payload in every place that an author fills, each either stored or refused.

``articles_of`` asks the portal itself which places refuse which payload, and
writes files that hold all the others.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.served import portal_command

DATA = Path(__file__).parents[1] / "data" / "hostile"
PLACES = ("body", "link", "title", "tags", "words")
MOST = {"body": 10, "link": 10, "title": 1, "tags": 5, "words": 5}
FRONT = """---
id: {ref}
title: {title}
kind: how_to
audience: everyone
confidence: not_validated
governance: experience
service: accounts
owner_role: identity-team
tags: {tags}
words: {words}
review_every_days: 180
---

# A heading of its own

The text that the author meant.

"""


def payloads() -> list[str]:
    """All payloads of all collections, in their order; names of event attributes as an element that has one.

    Where a collection has no-break spaces, which keep a tag from being one, the
    payload comes once more with plain ones.
    """
    found = []
    for path in sorted(DATA.glob("xss_*.json")):
        collection = json.loads(path.read_text())
        texts = [each["payload"] for each in collection["payloads"]]
        if collection["kind"] == "attribute-name":
            texts = [f'<b {name}="alert(1)" tabindex="0">{name}</b>' for name in texts]
        found += texts
    return found + [text.replace("\xa0", " ") for text in found if "\xa0" in text]


@dataclass
class Draft:
    """One article: for each place the payloads that stand there."""

    ref: str
    places: dict[str, list[str]] = field(default_factory=dict)

    def text(self) -> str:
        """The file as an author would write it. YAML reads JSON strings, whatever they hold."""
        front = FRONT.format(
            ref=self.ref,
            title=json.dumps((self.places.get("title") or [f"Hostile text {self.ref}"])[0], ensure_ascii=False),
            tags=json.dumps([*self.places.get("tags", []), "hostile"], ensure_ascii=False),
            words=json.dumps([*self.places.get("words", []), "one", "two", "three"], ensure_ascii=False),
        )
        links = [f"[a link](<{each}>) and ![a picture](<{each}>)" for each in self.places.get("link", [])]
        return front + "\n\n".join([*links, *self.places.get("body", [])]) + "\n\nThe end.\n"


def _write(folder: Path, drafts: Iterable[Draft]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for draft in drafts:
        # A lone carriage return is part of what some payloads try.
        (folder / f"{draft.ref}-hostile.md").write_text(draft.text(), encoding="utf-8", errors="replace", newline="")


def _refused(instance: Path, folder: Path) -> dict[str, set[str]]:
    """By ref, the fields that `portal articles check` refuses; an empty name stands for the text."""
    checked = portal_command(instance, "articles", "check", "--json", str(folder))
    found: dict[str, set[str]] = {}
    for problem in json.loads(checked.stdout):
        if problem["severity"] == "error":
            found.setdefault(Path(problem["path"]).name.partition("-")[0], set()).add(problem["field"])
    return found


def sorted_out(instance: Path, folder: Path, texts: Sequence[str]) -> tuple[dict[str, list[str]], Counter[str]]:
    """By place, the payloads that the portal takes there; and how many it refused.

    The front matter is told by its field, a text as a whole: so bodies and
    links are asked for in files of their own.
    """
    taken: dict[str, list[str]] = {}
    refused: Counter[str] = Counter()
    for group in (("body",), ("link",), ("title", "tags", "words")):
        drafts = [Draft(f"KB8{at:06d}", {place: [text] for place in group}) for at, text in enumerate(texts)]
        kept = {draft.ref: dict(draft.places) for draft in drafts}
        # A file that cannot be read hides what else is wrong with it: ask again until nothing is.
        for ask in range(len(group) + 1):
            _write(folder / f"{group[0]}{ask}", [Draft(ref, places) for ref, places in kept.items() if places])
            faults = _refused(instance, folder / f"{group[0]}{ask}")
            if not faults:
                break
            for ref, fields in faults.items():
                for place in [each for each in group if each in fields or group[0] in {"body", "link"}]:
                    kept[ref].pop(place, None)
        else:
            raise AssertionError(f"Still refused: {faults}")
        for place in group:
            taken[place] = [text for at, text in enumerate(texts) if place in kept[f"KB8{at:06d}"]]
            refused[place] = len(texts) - len(taken[place])
    return taken, refused


def articles_of(taken: dict[str, list[str]], *, together: bool) -> list[Draft]:
    """Articles that hold all of *taken*: one payload in each place, or (*together*) as many as fit."""
    drafts: list[Draft] = []
    for place in PLACES:
        most, left = (MOST[place] if together else 1), list(taken[place])
        at = 0
        while left:
            if at == len(drafts):
                drafts.append(Draft(f"KB8{at:06d}"))
            some = list({each.casefold(): each for each in left[:most]}.values())  # nothing may stand twice in a list
            drafts[at].places[place] = some
            left = [each for each in left[:most] if each not in some] + left[most:]
            at += 1
    return drafts


def write(folder: Path, drafts: Sequence[Draft]) -> None:
    """Put the articles into *folder*."""
    _write(folder, drafts)

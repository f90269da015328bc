"""Articles for measuring: real sentences of support pages, recombined by a seed.

The sentences come from MicrosoftDocs/OfficeDocs-Support (CC-BY-4.0); origin and
licence stand in the file and in tests/data/README.md.
"""

from __future__ import annotations

import gzip
import json
import random
from pathlib import Path

SOURCE = Path(__file__).resolve().parents[1] / "data" / "support_sentences.json.gz"
SERVICES = ("accounts", "mail", "meetings", "remote-access", "network", "printing", "devices", "files", "security")


def write(folder: Path, count: int, *, seed: int = 1) -> None:
    """Write *count* article files of about 3 KB to *folder*; every tenth has a part for support."""
    words = json.loads(gzip.decompress(SOURCE.read_bytes()))
    chance = random.Random(seed)
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(1, count + 1):
        ref = f"KB{10000 + number}"
        (folder / f"{ref}-measured.md").write_text(_article(ref, number, words, chance), encoding="utf-8")


def queries(count: int, *, seed: int = 2) -> list[str]:
    """What people type: some words of a sentence, by a seed."""
    words = json.loads(gzip.decompress(SOURCE.read_bytes()))
    chance = random.Random(seed)
    found = []
    for _ in range(count):
        said = chance.choice(words["sentences"]).rstrip(".").split()
        start = chance.randrange(max(1, len(said) - 6))
        found.append(" ".join(said[start : start + chance.randint(3, 9)]))
    return found


def _article(ref: str, number: int, words: dict[str, list[str]], chance: random.Random) -> str:
    title = _short(chance.choice(words["titles"]), 70)
    pick = lambda n: " ".join(chance.sample(words["sentences"], n))  # noqa: E731
    said = [_short(each, 50) for each in chance.sample(words["titles"], 3)]
    steps = "\n".join(f"{step}. {pick(1)}" for step in range(1, 8))
    hidden = f"\n::: support\n\n## For support\n\n{pick(4)}\n\n:::\n" if number % 10 == 0 else ""
    return f"""---
id: {ref}
title: "{title}"
kind: how_to
audience: everyone
confidence: not_validated
governance: experience
service: {chance.choice(SERVICES)}
owner_role: workplace-team
tags: [measured, made]
words: ["{said[0]}", "{said[1]}", "{said[2]}"]
review_every_days: 180
---

{pick(4)}

## Steps

{steps}

## Check that it worked

{pick(3)}

| You see | Do this |
| --- | --- |
| {pick(1)} | {pick(1)} |
| {pick(1)} | {pick(1)} |

## If it goes wrong

{pick(5)}
{hidden}"""


def _short(text: str, length: int) -> str:
    return " ".join(text[:length].split()).replace('"', "'")

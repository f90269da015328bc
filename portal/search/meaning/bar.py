"""Working out what texts mean while somebody waits: on all cores, with a bar."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from portal.search.documents import Document

if TYPE_CHECKING:
    from portal.search.meaning.comparing import Meaning


def learn_with_bar(meaning: Meaning, documents: Iterable[Document]) -> None:
    """Let *meaning* know the passages of *documents*."""
    waiting = meaning.waiting(documents)
    with click.progressbar(length=len(waiting), label="Working out what texts mean") as bar:
        for count in meaning.learn(waiting, threads=os.cpu_count() or 1):
            bar.update(count)

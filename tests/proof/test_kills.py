"""SIGKILL during loads and index batches, drawn per stage, loses no article and no job.

Each round takes a portal of some articles and a folder in which some changed
and some are new, kills a load-and-index at a drawn point, looks at what is
left, and lets a second process finish. ``make proof`` runs 200 rounds on each
search engine, ``make proof ROUNDS=small`` 21.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from portal.search.engines import NAMES
from tests.bench import corpus
from tests.served import ROOT, environment, portal_command

STAGES = ("read", "render", "write", "commit", "claim", "index", "close")
ROUNDS = 200 if os.environ.get("PROOF_ROUNDS", "full") == "full" else 21
BEFORE, ADDED, CHANGED = 20, 30, 10


@pytest.fixture(scope="module", params=NAMES)
def start(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """An instance with twenty articles, and the folder that the rounds load: ten changed, thirty new."""
    folder = tmp_path_factory.mktemp("kills")
    instance, articles = folder / "instance", folder / "articles"
    instance.mkdir()
    (instance / "portal.toml").write_text(f'search_engine = "{request.param}"\n')
    corpus.write(articles, BEFORE, seed=5)
    for arguments in (
        ("db", "upgrade"),
        ("organisation", "load"),
        ("articles", "load", str(articles)),
        ("search", "rebuild"),
        ("jobs", "run"),
    ):
        done = portal_command(instance, *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
    corpus.write(articles, BEFORE + ADDED, seed=5)
    for path in sorted(articles.glob("*.md"))[:CHANGED]:
        path.write_text(path.read_text() + "\nOne sentence more.\n")
    return instance, articles


def _plan(chance: random.Random, stage: str, note: Path) -> dict[str, object]:
    often = {"read": 50, "render": 40, "write": 40, "commit": 8, "claim": 2, "index": 1, "close": 1}[stage]
    return {
        "stage": stage,
        "nth": chance.randint(1, often),
        # right at the beginning, somewhere inside, or right at the end
        "delay": chance.choice((0.0, chance.random() * 0.05, chance.random() * 0.3, None)),
        "note": str(note),
        "rebuild": chance.random() < 0.2,
    }


def _victim(instance: Path, articles: Path, plan: dict[str, object]) -> int:
    command = [sys.executable, "-W", "ignore", "-m", "tests.proof.victim", str(articles), json.dumps(plan)]
    done = subprocess.run(command, cwd=ROOT, env=environment(instance), capture_output=True, check=False, timeout=120)
    assert done.returncode in {0, -9}, done.stderr.decode()
    return done.returncode


def _rows(instance: Path, query: str) -> list[tuple[object, ...]]:
    with sqlite3.connect(instance / "portal.sqlite") as connection:
        rows = connection.execute(query).fetchall()
    connection.close()
    return rows


def _round(number: int, start: tuple[Path, Path], folder: Path) -> tuple[str, list[str]]:
    instance, articles = folder / f"{number}", start[1]
    shutil.copytree(start[0], instance)
    chance = random.Random(number)
    stage, note = STAGES[number % len(STAGES)], folder / f"{number}.note"
    killed = _victim(instance, articles, _plan(chance, stage, note)) == -9
    faults = _half_there(instance)
    for arguments in (("articles", "load", str(articles)), ("jobs", "retry")):
        done = portal_command(instance, *arguments)
        faults += [] if done.returncode == 0 else [f"{arguments}: {done.stderr}"]
    # Jobs that the dead worker had taken come back after their lease; here the lease is over at once.
    with sqlite3.connect(instance / "portal.sqlite") as connection:
        connection.execute("UPDATE job SET taken_at = NULL, taken_by = NULL")
    connection.close()
    portal_command(instance, "jobs", "run")
    faults += _not_finished(instance)
    shutil.rmtree(instance)
    return (note.read_text() if killed and note.exists() else "not reached"), [f"{number} {stage}: {f}" for f in faults]


def _half_there(instance: Path) -> list[str]:
    """What must never be, even right after the kill."""
    missing = """SELECT ref FROM article a WHERE live_revision_id IS NULL OR NOT EXISTS (
        SELECT 1 FROM rendering r WHERE r.revision_id = a.live_revision_id)"""
    untold = """SELECT a.ref FROM article a WHERE NOT EXISTS (
        SELECT 1 FROM event e WHERE e.name = 'article.published' AND json_extract(e.payload, '$.ref') = a.ref)"""
    faults = [f"half an article: {row[0]}" for row in _rows(instance, missing)]
    faults += [f"published and not told: {row[0]}" for row in _rows(instance, untold)]
    before = _rows(instance, "SELECT count(*) FROM article")[0][0]
    return faults + ([] if isinstance(before, int) and before >= BEFORE else [f"only {before} articles left"])


def _not_finished(instance: Path) -> list[str]:
    """What must be so once a second process has finished."""
    faults = []
    count = _rows(instance, "SELECT count(*) FROM article WHERE state = 'live'")[0][0]
    faults += [] if count == BEFORE + ADDED else [f"{count} articles"]
    changed = _rows(instance, "SELECT count(*) FROM revision WHERE body LIKE '%One sentence more.%' AND state = 'live'")
    faults += [] if changed[0][0] == CHANGED else [f"{changed[0][0]} changed articles"]
    jobs = _rows(instance, "SELECT count(*) FROM job")[0][0]
    faults += [] if jobs == 0 else [f"{jobs} jobs left"]
    verified = portal_command(instance, "search", "verify")
    faults += [] if verified.returncode == 0 else [f"index: {verified.stdout}{verified.stderr}"]
    return faults


@pytest.mark.proof
def test_no_kill_loses_an_article_or_a_job(
    start: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
):
    with ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        results = list(pool.map(lambda number: _round(number, start, tmp_path), range(ROUNDS)))

    kills = Counter(stage for stage, _ in results)
    with capsys.disabled():
        print(f"\nkills per stage, {ROUNDS} rounds: {dict(sorted(kills.items()))}")
    assert [fault for _, faults in results for fault in faults] == []
    assert {stage.partition(",")[0] for stage in kills} >= set(STAGES)
    assert kills["not reached"] <= ROUNDS // 10

"""What only the tantivy engine promises: a clear word when its files are damaged, or when somebody else writes."""

from __future__ import annotations

import sys

import pytest

from portal.core.errors import ConfigError, TooSoon
from portal.search.engine import IndexUnusable
from portal.search.engines import engine_named
from portal.search.engines.tantivy_engine import TantivyEngine
from portal.search.engines.tantivy_state import LAYOUT, META
from portal.search.engines.whoosh_engine import WhooshEngine
from tests.search.samples import document, found


@pytest.fixture
def engine(tmp_path):
    engine = TantivyEngine.open(tmp_path / "index", create=True)
    yield engine
    engine.close()


def largest(folder):
    return max((each for each in folder.iterdir() if each.suffix == ".store"), key=lambda each: each.stat().st_size)


def contents_list(folder):
    return folder / META


def test_a_folder_without_an_index_says_so(tmp_path):
    with pytest.raises(IndexUnusable, match="no search index yet") as refused:
        TantivyEngine.open(tmp_path)
    assert refused.value.hint == "Build it again with: portal search rebuild"


@pytest.mark.parametrize("which", [largest, contents_list])
@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.unlink(),
        lambda path: path.write_bytes(b""),
        lambda path: path.write_bytes(path.read_bytes()[: path.stat().st_size // 2]),
        lambda path: path.write_bytes(bytes(path.stat().st_size)),
        lambda path: path.write_bytes(b"\xff" * 500),
    ],
    ids=["missing", "empty", "cut short", "zeroed", "overwritten"],
)
def test_a_damaged_index_says_how_to_mend_it(engine, tmp_path, which, damage):
    engine.write([document(f"KB{n:04}", body=f"vpn {n}") for n in range(50)], ())
    damage(which(tmp_path / "index" / LAYOUT))

    with pytest.raises(IndexUnusable) as refused:
        found(TantivyEngine.open(tmp_path / "index"), "vpn")
    assert refused.value.hint == "Build it again with: portal search rebuild"


def test_an_index_that_was_built_again_elsewhere_says_so_before_it_is_asked(engine, tmp_path):
    engine.write([document()], ())
    contents_list(tmp_path / "index" / LAYOUT).unlink()

    with pytest.raises(IndexUnusable):  # who keeps answers looks at this first
        engine.generation()


def test_a_second_writer_waits_and_is_then_asked_to_come_back(engine, tmp_path):
    other = TantivyEngine.open(tmp_path / "index")
    other.lock_wait = 0.2
    writer = engine._writer()

    with pytest.raises(TooSoon, match="written by another process"):
        other.write([document()], ())

    writer.wait_merging_threads()
    other.write([document(body="vpn")], ())
    assert found(engine, "vpn") == ["KB0001"]


def test_another_layout_is_no_index(engine, tmp_path):
    (tmp_path / "index" / LAYOUT).rename(tmp_path / "index" / "older")
    with pytest.raises(IndexUnusable):
        TantivyEngine.open(tmp_path / "index")


def test_an_engine_that_is_not_installed_is_refused_with_the_remedy(monkeypatch):
    assert (engine_named("whoosh"), engine_named("tantivy")) == (WhooshEngine, TantivyEngine)
    monkeypatch.setattr(sys, "path", [])
    monkeypatch.delitem(sys.modules, "tantivy")
    with pytest.raises(ConfigError, match="not installed") as refused:
        engine_named("tantivy")
    assert "frontline-portal[fast]" in refused.value.hint

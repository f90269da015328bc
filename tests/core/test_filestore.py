"""Stored files are there as a whole or not at all."""

from __future__ import annotations

import os

import pytest

from portal.core.filestore import FileStore


@pytest.fixture
def store(tmp_path):
    return FileStore(tmp_path)


def everything(store):
    return sorted(path for path in store.folder.rglob("*") if path.is_file()) if store.folder.exists() else []


def test_a_file_is_kept_under_a_made_up_name_that_only_its_owner_reads(store):
    with store.kept(b"words", "-4x3.png") as name:
        pass

    path = store.path(name)
    assert (len(name), name[32:], path) == (40, "-4x3.png", store.folder / name[:2] / name)
    assert (store.read(name), store.sizes(), oct(path.stat().st_mode & 0o777)) == (b"words", {name: 5}, "0o600")
    assert everything(store) == [path]


def test_two_files_have_two_names(store):
    with store.kept(b"same", ".txt") as first, store.kept(b"same", ".txt") as second:
        assert first != second
        assert store.sizes() == {first: 4, second: 4}


def test_nothing_stays_when_the_block_fails(store):
    with pytest.raises(ZeroDivisionError), store.kept(b"words", ".txt"):
        _ = 1 / 0

    assert (everything(store), list(store.folder.iterdir())) == ([], [])


def test_nothing_stays_of_a_file_that_cannot_be_written(store, monkeypatch):
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)

    with pytest.raises(OSError, match="No space left"), store.kept(b"words", ".txt"):
        pytest.fail("The block must not begin.")

    assert everything(store) == []


def test_removing_twice_is_well(store):
    with store.kept(b"words", ".txt") as name:
        pass

    store.remove(name)
    store.remove(name)

    assert store.sizes() == {}
    with pytest.raises(FileNotFoundError):
        store.read(name)


@pytest.mark.parametrize("name", ["", "../secret_key", "a" * 32, "a" * 32 + "/../x.txt", "A" * 32 + ".txt", "a" * 33])
def test_a_name_that_was_not_made_here_leads_nowhere(store, name):
    with pytest.raises(ValueError, match="no name of a stored file"):
        store.path(name)


def test_what_a_kill_left_half_written_goes_after_a_while(store):
    with store.kept(b"words", ".txt") as name:
        pass
    part = store.path(name).with_name(f"{name}.0badcafe.part")
    part.write_bytes(b"wor")
    os.utime(part, (1_000, 1_000))

    store.remove_parts(older_than=1_000)
    there = part.exists()
    store.remove_parts(older_than=1_001)

    assert (there, part.exists(), store.sizes()) == (True, False, {name: 5})

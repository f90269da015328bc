"""Keep the database of the demo as it is today: ``python -m tests.house.snapshot 02``.

Each closing step of the work leaves one in ``tests/schemas``; the suite brings
every one of them to the present.
"""

from __future__ import annotations

import lzma
import sqlite3
import sys
import tempfile
from contextlib import closing
from pathlib import Path

from tests.served import portal_command

FOLDER = Path(__file__).resolve().parents[1] / "schemas"


def main(name: str) -> None:
    """Make a demo and write its database, packed, to ``tests/schemas/NAME.sqlite.xz``."""
    with tempfile.TemporaryDirectory() as folder:
        instance = Path(folder) / "instance"
        made = portal_command(instance, "demo")
        assert made.returncode == 0, made.stderr
        whole = Path(folder) / "whole.sqlite"
        with closing(sqlite3.connect(instance / "portal.sqlite")) as connection:
            connection.execute("VACUUM INTO ?", (str(whole),))
        FOLDER.mkdir(exist_ok=True)
        packed = FOLDER / f"{name}.sqlite.xz"
        packed.write_bytes(lzma.compress(whole.read_bytes(), preset=9))
    print(f"{packed.name}: {packed.stat().st_size} bytes")


if __name__ == "__main__":
    main(sys.argv[1])

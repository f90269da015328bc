"""Changes from CSV and on the command line: the same file twice is once, a line that does not fit stops nobody."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path

import pytest
import sqlalchemy as sa
from click.testing import CliRunner
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from plugins.handover import csv_import, moving, plan
from plugins.handover.cli import handover
from plugins.handover.models import Change
from portal.core.errors import Refused
from tests.plugins.handover.company import NOW, Company, filled

GOOD = """ref,title,kind,go_live,services,units,people_affected,owner,quickly_back
CHG-1,Payroll: new sign-in,change,2026-03-02T06:00,payroll,finance people,320,person-1,no
CHG-2,Printers: new program,change,2026-03-03T06:00+00:00,printing,sales,40,,yes
"""


def _run(company: Company, *arguments: str):
    return CliRunner().invoke(handover, list(arguments), obj=company.house)


def _file(tmp_path: Path, text: str) -> str:
    (tmp_path / "changes.csv").write_text(text, encoding="utf-8")
    return str(tmp_path / "changes.csv")


def _refs(company: Company) -> list[str]:
    with company.house.db.reading() as session:
        return list(session.scalars(sa.select(Change.ref).order_by(Change.ref)))


def test_the_same_file_twice_is_once(company: Company, tmp_path: Path):
    path = _file(tmp_path, GOOD)

    first, second = _run(company, "import", path), _run(company, "import", path)

    assert (first.exit_code, first.output) == (0, "2 new, 0 changed, 0 same, 0 not read.\n")
    assert second.output == "0 new, 0 changed, 2 same, 0 not read.\n"
    assert _refs(company) == ["CHG-1", "CHG-2"]


def test_a_dry_run_keeps_nothing(company: Company, tmp_path: Path):
    said = _run(company, "import", _file(tmp_path, GOOD), "--dry-run")

    assert said.output == "2 new, 0 changed, 0 same, 0 not read. Nothing was kept.\n"
    assert _refs(company) == []


def test_lines_that_do_not_fit_are_told_and_the_others_are_kept(company: Company, tmp_path: Path):
    bad = GOOD + "CHG-3,,change,2026-03-02,,,,,\nCHG-4,Title,change,soon,,,,,\n,No number,change,2026-03-02,,,,,\n"
    bad += "CHG-5,Title,change,2026-03-02,nothing,,,,\nCHG-6,Title,wish,2026-03-02,,,,,\n"

    said = _run(company, "import", _file(tmp_path, bad))

    assert said.exit_code == 1
    assert said.output.splitlines()[-1] == "2 new, 0 changed, 0 same, 5 not read."
    assert [line.partition(":")[0] for line in said.output.splitlines()[:-1]] == [
        "Line 4 (CHG-3)", "Line 5 (CHG-4)", "Line 6 (no number)", "Line 7 (CHG-5)", "Line 8 (CHG-6)",
    ]  # fmt: skip
    assert _refs(company) == ["CHG-1", "CHG-2"]


def test_a_file_of_semicolons_from_a_spreadsheet_is_read(company: Company, tmp_path: Path):
    text = "\ufeffRef;Title;Kind;Go_live;Services\nCHG-1;Payroll;change;2026-03-02T06:00;payroll, mail\n"
    said = _run(company, "import", _file(tmp_path, text.replace("payroll, mail", "payroll mail")))

    assert said.output == "1 new, 0 changed, 0 same, 0 not read.\n"


@pytest.mark.parametrize(("text", "words"), [
    ("", "does not name"),
    ("ref,title\nCHG-1,x\n", "does not name: kind, go_live"),
    ("a\0b", "too large, or no text"),
    ("ref,title,kind,go_live\n" + "x,y,z,w\n" * 5_001, "more than 5000 lines"),
])  # fmt: skip
def test_a_file_that_is_none_is_refused_with_a_sentence(text: str, words: str):
    with pytest.raises(Refused, match=words):
        csv_import.read(text)


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(text=st.text(max_size=400))
def test_whatever_a_file_says_it_is_read_or_refused(text: str):
    with contextlib.suppress(Refused):
        assert all(number > 1 for number, _row in csv_import.read("ref,title,kind,go_live\n" + text))


def _gate(company: Company, *more: str):
    return _run(company, "gate", "CHG-0412", *more)


def test_the_gate_says_by_its_exit_status_whether_a_pipeline_may_deploy(company: Company):
    with company.house.db.transaction() as session:
        pack = filled(session, company)
        moving.move(session, pack, plan.IN_REVIEW, company.actor(session, pack, "ana"), now=NOW)
    said, told = _gate(company), _gate(company, "--json")

    assert (said.exit_code, said.output.splitlines()[-1]) == (1, "It may not go live.")
    answer = json.loads(told.output)
    assert (answer["ready"], answer["ref"], answer["state"]) == (False, "CHG-0412", "in_review")
    assert {each["id"] for each in answer["red"]} >= {"G1", "G4", "G6"}
    assert _run(company, "gate", "CHG-9").exit_code == 2

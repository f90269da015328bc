"""`portal feedback check` on a bank that is well put, on one that is not, and on what was worded here."""

from dataclasses import replace

import pytest
from click.testing import CliRunner

from plugins.feedback import bank, wordings
from portal.cli import command
from portal.testing import NOON

ONE_THING = "Ask one thing, and make a question of its own from the other."


@pytest.fixture
def run(house):
    def run(*words):
        done = CliRunner().invoke(command(house), ["feedback", "check", *words], obj=house)
        return done.exit_code, done.output

    return run


def test_the_questions_that_come_with_the_portal_are_well_put(run):
    assert run() == (0, "56 questions in questions.toml, 0 worded here: 0 to mend.\n")


def test_what_was_worded_here_past_the_rules_is_found(run, house):
    question = wordings.shipped().questions["R9"]
    with house.db.transaction() as session:
        bad = replace(question, text={**question.text, "en": "Was the help quick and friendly?"})
        wordings.put(session, bad, by=None, now=NOON)

    code, said = run()

    assert (code, said.splitlines()) == (
        1,
        [
            f"mend  R9 (en): It asks for more than one thing: “and”. {ONE_THING}",
            "56 questions in questions.toml, 1 worded here: 1 to mend.",
        ],
    )


def test_a_file_of_ones_own_is_looked_at_instead(run, tmp_path):
    file = tmp_path / "ours.toml"
    text = bank.SHIPPED.read_text(encoding="utf-8")
    file.write_text(text.replace('text = "What got in the way?"', 'text = "Was it slow and wrong?"'), encoding="utf-8")

    code, said = run(str(file))
    gone = run(str(tmp_path / "nowhere.toml"))

    assert (code, [line[:11] for line in said.splitlines()]) == (1, ["mend  N1 (e", "56 question"])
    assert (gone[0] != 0, "cannot be read" in gone[1]) == (True, True)

"""Who may open and send what: every route as every role, from one table.

A route that is not in the table fails the test, so that nobody adds a page
without saying for whom it is.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from portal.testing import csrf_of
from tests.house import town as towns
from tests.house.town import Town

ROLES = (
    "visitor", "end_user", "superuser", "front_line", "onsite", "specialist", "project", "coach", "lead",
    "coordinator", "change_manager", "admin",
)  # fmt: skip
EVERYBODY = frozenset(ROLES)
SIGNED_IN = EVERYBODY - {"visitor"}
DESK = frozenset({"front_line", "onsite", "specialist", "project", "coach", "lead", "change_manager"})
HANDS_OVER = frozenset({"specialist", "project", "coach", "lead", "change_manager"})
WRITERS = frozenset({"superuser", "front_line", "onsite", "specialist", "project", "coach", "lead"})
ADMIN, COACH = frozenset({"admin"}), frozenset({"coach"})

# endpoint -> who may; everybody else is asked to sign in (visitors) or refused.
TABLE: dict[str, frozenset[str]] = {
    "core.healthz": EVERYBODY,
    "core.readyz": EVERYBODY,
    "core.admin": ADMIN,
    "core.plugins": ADMIN,
    "core.switch_plugin": ADMIN,
    "core.job_list": ADMIN,
    "core.retry_jobs": ADMIN,
    "core.event_list": ADMIN,
    "core.mail_list": ADMIN,
    "core.send_mail_again": ADMIN,
    "organisation.services": EVERYBODY,
    "organisation.service": EVERYBODY,
    "organisation.unit": SIGNED_IN,
    "organisation.contact": EVERYBODY,
    "organisation_admin.overview": ADMIN,
    "organisation_admin.about": ADMIN,
    "organisation_admin.records": ADMIN,
    "organisation_admin.add": ADMIN,
    "organisation_admin.edit": ADMIN,
    "organisation_admin.move": ADMIN,
    "accounts.sign_in": EVERYBODY,
    "accounts.do_sign_in": EVERYBODY,
    "accounts.sign_out": EVERYBODY,
    "accounts.language": EVERYBODY,
    "accounts.person": SIGNED_IN,
    "accounts.settings": frozenset(),  # one's own alone; the page of another person refuses everybody
    "accounts.password": frozenset(),
    "accounts.sign_in_list": frozenset(),
    "accounts.end_sign_in": frozenset(),
    "accounts.look_list": frozenset(),
    "accounts.away": ADMIN,  # and one's own
    "accounts.note_absence": ADMIN,
    "accounts.remove_absence": ADMIN,
    "accounts.roster": DESK | ADMIN,
    "accounts.put_shift": ADMIN,  # and who leads the team or signs for it
    "accounts.remove_shift": ADMIN,
    "accounts.try_roster_file": ADMIN,
    "accounts.import_roster_file": ADMIN,
    "accounts.people": ADMIN,
    "accounts.add_person": ADMIN,
    "accounts.edit_person": ADMIN,
    "accounts.reset_password": ADMIN,
    "accounts.set_presence": ADMIN,
    "accounts.name_duty": ADMIN,
    "accounts.withdraw_duty": ADMIN,
    "accounts.owner_roles": ADMIN,
    "accounts.coach_services": COACH,
    "accounts.name_services": COACH,
    "accounts.withdraw_service": COACH,
    "accounts.writers": COACH | ADMIN,
    "accounts.grant_proficiency": COACH,
    "accounts.withdraw_proficiency": COACH,
    "search.results": EVERYBODY,
    "search.begin": EVERYBODY,
    "search.why": WRITERS | ADMIN,
    "search.figures": COACH | ADMIN,
    "own_words.every": COACH,
    "own_words.new": COACH,
    "own_words.show": COACH,
    "own_words.add": COACH,
    "own_words.change": COACH,
    "gaps.every": WRITERS,
    "gaps.show": WRITERS,
    "gaps.claim": WRITERS,
    "gaps.leave": WRITERS,
    "gaps.answer": WRITERS,
    "gaps.reject": COACH,
    "articles.index": EVERYBODY,
    "articles.show": EVERYBODY,
    "articles.verdict": EVERYBODY,
    "articles.ask": EVERYBODY,
    "articles.withheld": COACH,
    "articles.give_reason": COACH,
    "finds.failing": COACH,
    "care.show": WRITERS,
    "care.archive": frozenset({"coach", "lead"}),
    "care.merge": frozenset({"coach", "lead"}),
    "care.bring_back": frozenset({"coach", "lead"}),
    "care.set_time": WRITERS,
    "care.take_time_back": WRITERS,
    "writing.own_texts": SIGNED_IN,
    "writing.start": SIGNED_IN,
    "writing.edit": SIGNED_IN,
    "writing.act": SIGNED_IN,
    "writing.autosave": SIGNED_IN,
    "attachments.index": SIGNED_IN,
    "attachments.add": SIGNED_IN,
    "attachments.describe": SIGNED_IN,
    "attachments.show": EVERYBODY,
    "previews.show": SIGNED_IN,
    "previews.links": SIGNED_IN,
    "previews.found_by": SIGNED_IN,
    "starting.capture": SIGNED_IN,
    "starting.add_captured": SIGNED_IN,
    "starting.new": SIGNED_IN,
    "starting.add_new": SIGNED_IN,
    "starting.similar": SIGNED_IN,
    "history.show": EVERYBODY,
    "history.compare": EVERYBODY,
    "history.restore": SIGNED_IN,
    "conflicts.merge": SIGNED_IN,
    "reviews.queue": WRITERS,
    "reviews.show": SIGNED_IN,
    "reviews.decide": SIGNED_IN,
    "reviews.add_remark": SIGNED_IN,
    "reviews.settle": SIGNED_IN,
    "reviews.validate": WRITERS,
    "adapting.show": SIGNED_IN,
    "adapting.accept": SIGNED_IN,
    "notices.index": SIGNED_IN,
    "notices.read": SIGNED_IN,
    "notices.choices": SIGNED_IN,
    "notices.choose": SIGNED_IN,
    "watching.watch": SIGNED_IN,
    "asking.answer": EVERYBODY,
    "asking.page": EVERYBODY,
    "asking.mine": SIGNED_IN,
    "invited.form": EVERYBODY,
    "invited.colleague": SIGNED_IN,
    "invited.named": SIGNED_IN,
    "rounds.form": EVERYBODY,
    "rounds.thanks": EVERYBODY,
    "words.index": SIGNED_IN,
    "words.show": SIGNED_IN,
    "words.act": SIGNED_IN,
    "callbacks.index": SIGNED_IN,
    "callbacks.show": SIGNED_IN,
    "callbacks.act": SIGNED_IN,
    "callbacks.settled": EVERYBODY,
    "callbacks.say_settled": EVERYBODY,
    "improvements.index": SIGNED_IN,
    "improvements.new": SIGNED_IN,
    "improvements.add": SIGNED_IN,
    "improvements.show": SIGNED_IN,
    "improvements.act": SIGNED_IN,
    "improvements.said": EVERYBODY,
    "improvements.told": SIGNED_IN,
    "improvements.confirm": SIGNED_IN,
    "badge_rules.index": ADMIN,
    "badge_rules.add": ADMIN,
    "badge_rules.gallery": ADMIN,
    "badge_rules.edit": ADMIN,
    "bank.questions": ADMIN,
    "bank.question": ADMIN,
    "bank.add": ADMIN,
    "bank.use": ADMIN,
    "rounds_admin.index": ADMIN,
    "rounds_admin.begin": ADMIN,
    "rounds_admin.show": ADMIN,
    "rounds_admin.end": ADMIN,
    "rounds_admin.publish": ADMIN,
    "survey_templates.index": ADMIN,
    "survey_templates.show": ADMIN,
    "survey_templates.preview": ADMIN,
    "figures.article": SIGNED_IN,  # who may, follows from what they look after: others find nothing there
    "figures.unit": SIGNED_IN,
    "figures.unit_table": SIGNED_IN,
    "figures.service": SIGNED_IN,
    "figures.service_table": SIGNED_IN,
    "badges.index": SIGNED_IN,
    "badges.show": SIGNED_IN,
    "badges.of_person": SIGNED_IN,
    "badges.stands_on": SIGNED_IN,  # of whoever shows it to the viewer
    "recognition.index": SIGNED_IN,  # one's own
    "recognition.choose": SIGNED_IN,
    "recognition.again": SIGNED_IN,
    "contributions.of_person": COACH,
    "contributions.void": COACH,
    "contributions.give": COACH,
    "thanks.index": SIGNED_IN,
    "thanks.new": SIGNED_IN,
    "thanks.say": SIGNED_IN,
    "thanks.take": SIGNED_IN,
    "second_looks.index": COACH,
    "second_looks.show": COACH,
    "second_looks.decide": COACH,
    "handover.index": DESK,
    "handover.of_state": DESK,
    "handover.owed": DESK,
    "handover_changes.new": HANDS_OVER,
    "handover_changes.begin": HANDS_OVER,
    "handover_changes.edit": HANDS_OVER,
    "handover_changes.amend": HANDS_OVER,
    "handover_writing.write": HANDS_OVER,
    "handover_writing.save": HANDS_OVER,
    "handover_writing.check": HANDS_OVER,
    "handover_writing.who": HANDS_OVER,
    "handover_writing.choose": HANDS_OVER,
    "handover_writing.ready": HANDS_OVER,
    "handover_writing.add_item": HANDS_OVER,
    "handover_writing.change_item": HANDS_OVER,
    "handover_writing.tool": HANDS_OVER,
    "handover_writing.contact": HANDS_OVER,
    "handover_writing.remove_contact": HANDS_OVER,
    "handover_packs.show": DESK,
    "handover_packs.errors": DESK,
    "handover_packs.sheet": DESK,
    "handover_packs.sign": DESK,
    "handover_packs.send_back": DESK,
    "handover_packs.ask": DESK,
    "handover_packs.answer": DESK,
    "handover_packs.settle": DESK,
    "handover_packs.vouch": DESK,
    "handover_decisions.move": DESK,
    "handover_decisions.size": DESK,
    "handover_decisions.contest": DESK,
    "handover_decisions.tick": DESK,
    "handover_decisions.reusable": DESK,
    "handover_decisions.settle": DESK,
    "handover_decisions.debt": DESK,
    "handover_decisions.exception": frozenset({"change_manager"}),
    "handover_decisions.except_it": frozenset({"change_manager"}),
    "handover_signing.send": DESK,
    "handover_reading.my": DESK,
    "handover_reading.show": DESK,
    "handover_reading.confirm": DESK,
    "handover_reading.quiz": DESK,
    "handover_reading.answer": DESK,
    "handover_reading.write_quiz": DESK,
    "handover_reading.save_quiz": DESK,
    "handover_signing.show": EVERYBODY,  # whoever has the link
    "handover_signing.sign": EVERYBODY,  # whoever has the link
    "home.front": EVERYBODY,
    "home.desk": DESK,
}
# One value for each argument: somebody else's page, an article for everyone, a service that has something to read.
VALUES = {"address": "KB0101", "ref": "KB0101", "service_id": "mail", "unit_id": "sales", "kind": "unit",
          "key": "sales", "name": "nothing", "token": "nothing", "question_id": "N2", "template_key": "N",
          "word_id": "nothing", "invitation_id": "nothing", "state": "draft", "to": "in_review", "how": "open",
          "criterion": "debts", "party_id": "front-line", "secret": "nothing"}  # fmt: skip


@pytest.fixture
def town(app: Flask, make_person: Callable, tmp_path: Path, run_jobs: Callable[[], int], frozen_clock: object) -> Town:
    (tmp_path / "walk").mkdir()
    return towns.build(app, make_person, tmp_path / "walk", run_jobs)


class _Window:
    """The browser of somebody, with what a form of theirs carries."""

    def __init__(self, client: FlaskClient) -> None:
        self._client, self._token = client, csrf_of(client)

    def answer_of(self, method: str, address: str) -> str:
        if method == "GET":
            answer = self._client.get(address)
        else:
            answer = self._client.post(address, data={"csrf_token": self._token})
        assert answer.status_code < 500, (method, address, answer.status_code)
        if answer.status_code == 403:
            return "refused"
        if answer.status_code in {302, 303} and "/sign-in?" in answer.headers["Location"]:
            return "asked to sign in"
        return "let in"


def test_every_route_lets_in_exactly_those_in_the_table(town: Town, as_role: Callable[..., FlaskClient]):
    somebody_else = town.people["outside"].id
    routes = []
    for rule in town.app.url_map.iter_rules():
        if rule.endpoint != "static":
            values = {name: VALUES.get(name, somebody_else) for name in rule.arguments}
            built = rule.build(values)
            assert built is not None, rule
            routes += [
                (rule.endpoint, method, built[1]) for method in sorted((rule.methods or set()) & {"GET", "POST"})
            ]
    expected, found = {}, {}

    for role in ROLES:
        window = _Window(as_role(role))
        for endpoint, method, address in routes:
            if endpoint == "accounts.sign_out":
                window = _Window(as_role(role))
            outside = "asked to sign in" if role == "visitor" else "refused"
            expected[role, method, endpoint] = "let in" if role in TABLE.get(endpoint, ()) else outside
            found[role, method, endpoint] = window.answer_of(method, address)
            if endpoint == "accounts.sign_out":
                window = _Window(as_role(role))

    assert {endpoint for endpoint, _, _ in routes} == set(TABLE)
    assert {key: value for key, value in found.items() if value != expected[key]} == {}

"""The pages of questions and templates: what was typed stays, and what does not fit stands beside its field."""

from __future__ import annotations

import html
import re

import pytest

from plugins.feedback import changes, surveys, wordings
from portal.core.i18n import LANGUAGES

pytestmark = pytest.mark.usefixtures("frozen_clock")

QUESTIONS, TEMPLATES = "/feedback/admin/questions", "/feedback/admin/templates"
ERROR = re.compile(r'<p class="field-error" id="([^"]+)-error[^"]*">.*?</span>(.*?)</span></p>', re.DOTALL)


@pytest.fixture
def admin(as_role):
    return as_role("admin")


def fields_of(page, number=-1) -> dict[str, object]:
    """What the form of a page sends, as it stands there."""
    form = re.findall(r"<form .*?</form>", page.partition("<main")[2], re.DOTALL)[number]
    found: dict[str, object] = {}
    for tag in re.findall(r"<input [^>]*>", form):
        values = dict(re.findall(r'([\w-]+)="([^"]*)"', tag))
        if values.get("type") in {"checkbox", "radio"} and " checked" not in tag:
            continue
        if values.get("type") == "checkbox" and values["name"] == "questions":
            found.setdefault("questions", []).append(values["value"])
        else:
            found[values["name"]] = html.unescape(values.get("value", ""))
    for name, text in re.findall(r'<textarea[^>]* name="([^"]+)"[^>]*>(.*?)</textarea>', form, re.DOTALL):
        found[name] = html.unescape(text).strip()
    for name, options in re.findall(r'<select[^>]* name="([^"]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        found[name] = next(iter(re.findall(r'<option selected value="([^"]*)"', options)), "")
    return found


def errors_on(page) -> dict[str, str]:
    return {name: " ".join(html.unescape(said).split()) for name, said in ERROR.findall(page)}


def question_now(house, question_id):
    with house.db.reading() as session:
        return wordings.bank_now(session).questions[question_id]


def survey_now(house, key):
    with house.db.reading() as session:
        return surveys.survey_now(session, wordings.bank_now(session), key)


def test_all_questions_stand_by_their_occasion(admin):
    page = admin.get(QUESTIONS).text

    assert len(re.findall(rf'href="{QUESTIONS}/[A-Z]+\d+"', page)) == 56
    assert re.findall(rf'<h2 [^>]*><a href="{TEMPLATES}/(\w+)">', page) == [each.key for each in surveys.SHIPPED]
    assert "version 1 · one of several · Which work people got back to" in page


@pytest.mark.parametrize("question_id", ["N1", "R1", "R3", "N4", "V9", "P9"])
def test_what_is_sent_as_it_stands_changes_nothing(admin, house, question_id):
    before = question_now(house, question_id)
    form = fields_of(admin.get(f"{QUESTIONS}/{question_id}").text)

    answer = admin.post(f"{QUESTIONS}/{question_id}", data=form)

    assert (answer.status_code, answer.location) == (303, f"{QUESTIONS}/{question_id}")
    assert question_now(house, question_id) == before
    with house.db.reading() as session:
        assert list(wordings.versions_of(session, question_id)) == []


def test_a_new_wording_is_asked_back_saved_and_remembered_with_the_old_one(admin, house):
    form = fields_of(admin.get(f"{QUESTIONS}/N1").text) | {"text_en": "What was in the way?"}
    assert "This is a new wording" not in admin.get(f"{QUESTIONS}/N1").text

    asked = admin.post(f"{QUESTIONS}/N1", data=form)
    form = fields_of(asked.text)
    saved = admin.post(f"{QUESTIONS}/N1", data=form | {"new_series": "y"}, follow_redirects=True)

    assert (asked.status_code, form["text_en"], question_now(house, "N1").version) == (422, "What was in the way?", 2)
    assert list(errors_on(asked.text)) == ["new_series"]
    assert "<strong>This is a new wording</strong>" in asked.text
    assert "Saved. It is version 2." in saved.text
    assert re.findall(r"<summary>(Version \d: [^<]*)</summary>", saved.text) == [
        "Version 2: What was in the way?",
        "Version 1: What got in the way?",
    ]


def test_what_is_badly_put_stands_beside_its_field_and_all_that_was_typed_stays(admin, house):
    form = fields_of(admin.get(f"{QUESTIONS}/N1").text)
    form |= {"text_en": "Was the help quick and friendly?", "answer2_de": "", "new_series": "y"}

    refused = admin.post(f"{QUESTIONS}/N1", data=form)

    assert refused.status_code == 422
    assert list(errors_on(refused.text)) == ["text_en", "answer2_de"]
    assert "It asks for more than one thing: “and”." in errors_on(refused.text)["text_en"]
    assert {name: value for name, value in fields_of(refused.text).items() if name != "csrf_token"} == {
        name: value for name, value in form.items() if name != "csrf_token"
    }
    assert question_now(house, "N1").version == 1


def test_a_range_that_is_no_number_or_leaves_a_gap_is_said_beside_it(admin):
    form = fields_of(admin.get(f"{QUESTIONS}/R3").text)

    word = admin.post(f"{QUESTIONS}/R3", data=form | {"mid2": "five"})
    gap = admin.post(f"{QUESTIONS}/R3", data=form | {"high2": "8"})

    assert errors_on(word.text) == {"mid2": "A whole number from 0 to 99999 belongs here."}
    assert list(errors_on(gap.text)) == ["low1"]
    assert (word.status_code, gap.status_code) == (422, 422)


def test_a_row_and_a_language_more_are_shown_and_nothing_is_saved(admin, house):
    form = fields_of(admin.get(f"{QUESTIONS}/N1").text) | {"text_en": "Typed just now?"}

    row = fields_of(admin.post(f"{QUESTIONS}/N1", data=form | {"do": "answer"}).text)
    french = fields_of(admin.post(f"{QUESTIONS}/N1", data=row | {"do": "language", "more": "fr"}).text)
    nowhere = admin.post(f"{QUESTIONS}/N1", data=row | {"do": "language", "more": "zq"})

    assert (int(row["rows"]), row["text_en"]) == (int(form["rows"]) + 1, "Typed just now?")
    assert (french["languages"], french["text_fr"], french["text_en"]) == ("en,de,fr", "", "Typed just now?")
    assert (nowhere.status_code, list(errors_on(nowhere.text))) == (422, ["more"])
    assert question_now(house, "N1") == wordings.shipped().questions["N1"]


def test_a_language_more_is_saved_without_a_new_series_once_it_is_whole(admin, house):
    form = fields_of(admin.get(f"{QUESTIONS}/R9").text)
    form = fields_of(admin.post(f"{QUESTIONS}/R9", data=form | {"do": "language", "more": "fr"}).text)

    half = admin.post(f"{QUESTIONS}/R9", data=form | {"text_fr": "Assez vite ?"})
    whole = admin.post(
        f"{QUESTIONS}/R9", data=form | {"text_fr": "Assez vite ?", "answer1_fr": "Oui", "answer2_fr": "Non"}
    )

    assert (half.status_code, list(errors_on(half.text))) == (422, ["answer1_fr"])
    now = question_now(house, "R9")
    assert (whole.status_code, now.version, now.said("fr")) == (303, 1, "Assez vite ?")
    assert [choice.said("fr") for choice in now.choices] == ["Oui", "Non"]


def test_two_administrators_at_one_question_lose_nothing(admin, as_role, house):
    other = as_role("admin")
    mine, theirs = (fields_of(each.get(f"{QUESTIONS}/R9").text) for each in (admin, other))
    other.post(f"{QUESTIONS}/R9", data=theirs | {"text_en": "Was it soon enough?", "new_series": "y"})

    told = admin.post(f"{QUESTIONS}/R9", data=mine | {"text_en": "Was it fast enough?", "new_series": "y"})
    again = admin.post(f"{QUESTIONS}/R9", data=fields_of(told.text))

    assert told.status_code == 422
    assert "Somebody else changed this question while you wrote." in told.text
    assert "Was it soon enough?" in told.text.partition("What stands there now")[2].partition("<form")[0]
    assert again.status_code == 303
    assert (question_now(house, "R9").said("en"), question_now(house, "R9").version) == ("Was it fast enough?", 3)


def test_a_question_more_from_its_occasion_to_its_words(admin, house):
    choose = admin.get(f"{QUESTIONS}/new")
    assert choose.text.count("<option") == len(surveys.SHIPPED) + 10
    page = admin.get(f"{QUESTIONS}/new?trigger=article_no&type=one_of").text
    form = fields_of(page)
    assert (form["trigger"], form["type"], form["rows"]) == ("article_no", "one_of", "4")
    form |= {
        "text_en": "Where did you look first?", "text_de": "Wo haben Sie zuerst gesucht?",
        "answer1_en": "Here", "answer1_de": "Hier", "answer2_en": "Elsewhere", "answer2_de": "Woanders",
        "metric": "first_move",
    }  # fmt: skip

    open_ended = admin.post(f"{QUESTIONS}/new", data=form)
    made = admin.post(f"{QUESTIONS}/new", data=form | {"answers_are": "2"})

    assert (open_ended.status_code, list(errors_on(open_ended.text))) == (422, ["answers_are"])
    assert made.location == f"{QUESTIONS}/N101"
    now = question_now(house, "N101")
    assert (now.rest, now.steps, now.metric, [each.value for each in now.choices]) == (
        "2",
        False,
        "first_move",
        ["1", "2"],
    )
    assert "N101" in survey_now(house, "N").question_ids


def test_a_question_is_taken_out_of_use_and_asked_again(admin, house):
    def press(page):
        button = re.search(r'name="do" value="(ask|leave)"', page)[1]
        return admin.post(f"{QUESTIONS}/N2/use", data=fields_of(page, 0) | {"do": button})

    before = admin.get(f"{QUESTIONS}/N2").text
    gone = press(before)
    stale = press(before)
    left = survey_now(house, "N").question_ids
    back = press(admin.get(f"{QUESTIONS}/N2").text)

    assert (gone.status_code, stale.status_code, back.status_code) == (303, 422, 303)
    assert "Somebody else changed this template meanwhile." in stale.text
    assert (left, survey_now(house, "N").question_ids) == (("N1", "N3", "N4"), ("N1", "N2", "N3", "N4"))


def test_a_template_is_chosen_refused_with_all_that_was_chosen_and_reset(admin, house):
    form = fields_of(admin.get(f"{TEMPLATES}/N").text)
    assert (form["questions"], form["most_shown"], form["state"]) == (["N1", "N2", "N3", "N4"], "3", "active")
    chosen = form | {"questions": ["N1", "N3"], "most_shown": "9", "state": "retired"}

    refused = admin.post(f"{TEMPLATES}/N", data=chosen)
    kept = fields_of(refused.text)
    saved = admin.post(f"{TEMPLATES}/N", data=chosen | {"most_shown": "2"})
    changed = survey_now(house, "N")
    page = admin.get(f"{TEMPLATES}/N").text
    reset = admin.post(f"{TEMPLATES}/N", data=fields_of(page) | {"do": "reset"})

    assert (refused.status_code, list(errors_on(refused.text))) == (422, ["most_shown"])
    assert [kept[name] for name in ("questions", "most_shown", "state")] == [["N1", "N3"], "9", "retired"]
    assert (saved.status_code, reset.status_code) == (303, 303)
    assert (changed.question_ids, changed.most_shown, changed.in_use()) == (("N1", "N3"), 2, False)
    assert changes.mark(survey_now(house, "N")) == form["seen"]


def test_two_administrators_at_one_template_lose_nothing(admin, as_role, house):
    other = as_role("admin")
    mine, theirs = (fields_of(each.get(f"{TEMPLATES}/N").text) for each in (admin, other))
    other.post(f"{TEMPLATES}/N", data=theirs | {"most_shown": "1"})

    told = admin.post(f"{TEMPLATES}/N", data=mine | {"state": "draft"})

    assert told.status_code == 422
    now = told.text.partition("What stands there now")[2].partition("</section>")[0]
    assert "in use, at most 1 at once" in now
    assert now.count("<li>") == 4
    assert admin.post(f"{TEMPLATES}/N", data=fields_of(told.text, 0)).status_code == 303
    assert (survey_now(house, "N").most_shown, str(survey_now(house, "N").state)) == (3, "draft")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("survey", surveys.SHIPPED, ids=lambda survey: survey.key)
def test_a_preview_is_the_real_form_in_each_language_and_cannot_be_sent(admin, survey, language):
    page = admin.get(f"{TEMPLATES}/{survey.key}/preview?language={language}&on=phone").text
    form = page.partition('class="panel preview preview-phone"')[2].partition("</section>")[0]
    bank = wordings.shipped()
    anchor = bank.anchor(survey.trigger)

    assert f'lang="{language}"' in form
    assert "<form" not in form
    assert re.findall(r"<button [^>]*>", form) == ['<button class="button" type="button" disabled>']
    if not anchor.aside:
        assert html.escape(anchor.said(language, superuser="Alex Reed"), quote=False).replace("'", "&#39;") in form
    assert ("Speichern" in form, "Save" in form) == (language == "de", language == "en")


def test_what_is_not_there_is_said_so(admin):
    assert [admin.get(f"{path}/ZZ9").status_code for path in (QUESTIONS, TEMPLATES)] == [404, 404]
    empty = fields_of(admin.get(f"{QUESTIONS}/new?trigger=pulse&type=text").text)
    assert admin.post(f"{QUESTIONS}/new", data=empty).status_code == 422

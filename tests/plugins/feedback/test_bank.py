"""The 56 questions as they are read, and what is said when a bank does not fit."""

import pytest

from plugins.feedback.bank import (
    LANGUAGES,
    SHIPPED,
    Aside,
    Audience,
    Band,
    Choice,
    Question,
    Type,
    choices_of,
    in_language,
    load,
    read,
)
from portal.core.errors import Refused

BANK = load()
SMALL = SHIPPED.read_text(encoding="utf-8").partition("[limits]")[0] + (
    '[limits]\nask = 3\n[moments]\n"a.moment" = ["ask"]\n[audience]\nsupport = ["ask"]\n[scales]\n'
    'yes_no = ["Yes", "No"]\nyes_partly_no = ["Yes", "Partly", "No"]\nface5 = ["a", "b", "c", "d", "e"]\n'
    'agree7 = ["a", "b", "c", "d", "e", "f", "g"]\nminutes = [["None", 0, 0, 0]]\npeople = [["Only me", 1, 1, 1]]\n'
    '[[q]]\nid = "Q1"\ntrigger = "ask"\ntype = "yes_no"\ntext = "Did it help?"\nfirst = true\nmetric = ""\n'
)


def test_there_are_56_questions_by_trigger():
    assert {trigger: [each.id for each in BANK.of(trigger)] for trigger in BANK.limits} == {
        "article_yes": ["A1", "A2", "A3"],
        "article_no": ["N1", "N2", "N3", "N4"],
        "search_empty": ["S1", "S2"],
        "request_closed": [f"R{number}" for number in range(1, 16)],
        "change_live": ["C1", "C2", "C3", "C4", "C5", "C6"],
        "pulse": ["P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9"],
        "shadow_visitor": ["V1", "V2", "V3", "V4", "V5"],
        "shadow_host": ["V6", "V7"],
        "desk_stint": ["V8", "V9"],
        "referral_done": ["U1", "U2"],
        "handover_read": ["H1", "H2", "H3"],
        "superuser_pulse": ["U3", "U4", "U5"],
    }
    assert len(BANK.questions) == 56


@pytest.mark.parametrize(
    ("id_", "type_", "answers", "metric", "text"),
    [
        ("A1", Type.YES_PARTLY_NO, 3, "self_service_success", "Did this page fix it?"),
        ("A3", Type.ONE_OF, 5, "work_protected", "What did fixing it let you get back to?"),
        ("N1", Type.ONE_OF, 6, "article_failure_reason", "What got in the way?"),
        ("N2", Type.ONE_OF, 4, "work_continuity", "Can you keep working in the meantime?"),
        ("R5", Type.ONE_OF, 4, "work_continuity", "Could you keep working while you waited?"),
        ("N3", Type.WHEN, 4, "stated_urgency", "When do you need this working?"),
        ("S2", Type.WHEN, 4, "stated_urgency", "When do you need it?"),
        ("R1", Type.FACE5, 5, "csat", "How do you feel about the help you got?"),
        (
            "R2",
            Type.AGREE7,
            7,
            "understood_my_business",
            "The person who helped me understood what this meant for my work.",
        ),
        ("R3", Type.MINUTES, 7, "lost_minutes", "From the moment it went wrong, how much working time did you lose?"),
        ("R4", Type.PEOPLE, 4, "people_held_up", "How many people were held up?"),
        ("R6", Type.TEXT, 0, "work_displaced", "What would you have been doing instead?"),
        ("R7", Type.ONE_OF, 5, "customer_impact", "Did a customer notice?"),
        ("R8", Type.ONE_OF, 3, "deadline_missed", "Was there a deadline at stake?"),
        ("R9", Type.YES_NO, 2, "fast_enough", "Was it quick enough for what you needed it for?"),
        ("R10", Type.AGREE7, 7, "ces", "It was easy to get this sorted."),
        ("R12", Type.ONE_OF, 5, "workaround_source", "How did you get by while it was broken?"),
        ("R15", Type.TEXT, 0, "prevention_idea", "What one thing would stop this happening to you again?"),
        ("V5", Type.TEXT, 0, "prevention_idea", "What should we fix so that they never have to call about it?"),
        ("V8", Type.TEXT, 0, "prevention_idea", "Which contact could your own team have prevented?"),
        ("C1", Type.YES_NO, 2, "change_awareness", "Did you know about this change before it happened?"),
        (
            "C4",
            Type.YES_PARTLY_NO,
            3,
            "first_person_knew",
            "If you asked for help with it, did the first person know the answer?",
        ),
        ("H1", Type.YES_PARTLY_NO, 3, "handover_confidence", "Could you support this on your own tomorrow morning?"),
        ("P2", Type.AGREE7, 7, "taken_seriously", "When something stops me working, my problem is taken seriously."),
        ("P6", Type.ONE_OF, 4, "technical_literacy", "How sure do you feel with the tools you use for your job?"),
        (
            "P7",
            Type.TEXT,
            0,
            "homegrown_tool",
            "Which tool or sheet did you build yourself because nothing else did the job?",
        ),
        (
            "P8",
            Type.TEXT,
            0,
            "business_calendar",
            "What big moment is coming for your team in the next three months (campaign, peak, move, audit)?",
        ),
        ("V9", Type.MANY_OF, 7, "front_line_lack", "What did the front line lack while you sat there?"),
    ],
)
def test_the_most_important_questions_ask_and_feed_what_was_agreed(id_, type_, answers, metric, text):
    asked = BANK.questions[id_]

    assert (asked.type, len(asked.choices), asked.metric, asked.said("en")) == (type_, answers, metric, text)


def test_a_question_is_read_with_all_that_it_has():
    assert BANK.questions["N2"] == Question(
        id="N2",
        trigger="article_no",
        type=Type.ONE_OF,
        text={"en": "Can you keep working in the meantime?", "de": "Können Sie in der Zwischenzeit weiterarbeiten?"},
        choices=(
            Choice("1", {"en": "Yes, as normal", "de": "Ja, wie gewohnt"}),
            Choice("2", {"en": "Yes, but slower", "de": "Ja, aber langsamer"}),
            Choice("3", {"en": "Only on other things", "de": "Nur an anderen Dingen"}),
            Choice("4", {"en": "No, I am stopped", "de": "Nein, ich komme nicht weiter"}),
        ),
        metric="work_continuity",
        steps=True,
    )


def test_what_is_asked_elsewhere_is_not_on_the_form():
    assert [each.id for each in BANK.to_ask("article_yes")] == ["A2", "A3"]
    assert [each.id for each in BANK.to_ask("pulse")] == ["P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8"]
    assert {each.id: each.aside for each in BANK.questions.values() if each.aside} == {
        "A1": Aside.VERDICT,
        "P9": Aside.NAMED_PAGE,
    }


def test_every_trigger_has_one_anchor():
    assert [BANK.anchor(trigger).id for trigger in BANK.limits] == [
        *("A1", "N1", "S1", "R1", "C1", "P1", "V1", "V6", "V8", "U1", "H1", "U3"),
    ]
    with pytest.raises(KeyError, match="nowhere"):
        BANK.anchor("nowhere")


def test_moments_lead_to_triggers():
    assert BANK.moments == {
        "article.answered_yes": ("article_yes",),
        "article.answered_partly": ("article_no",),
        "article.answered_no": ("article_no",),
        "search.empty": ("search_empty",),
        "search.abandoned": ("search_empty",),
        "request.closed": ("request_closed",),
        "change.live_day": ("change_live",),
        "pack.acknowledged": ("handover_read",),
        "pulse.round": ("pulse", "superuser_pulse"),
        "referral.ended": ("referral_done",),
        "visit.done": ("shadow_visitor", "shadow_host", "desk_stint"),
    }


def test_bands_have_a_low_a_mid_and_a_high():
    assert [choice.band for choice in BANK.questions["R3"].choices] == [
        *(Band(0, 0, 0), Band(1, 5, 10), Band(10, 20, 30), Band(30, 45, 60)),
        *(Band(60, 90, 120), Band(120, 240, 300), Band(300, 480, 960)),
    ]
    assert [choice.band for choice in BANK.questions["R4"].choices] == [
        *(Band(1, 1, 1), Band(2, 3, 5), Band(6, 12, 20), Band(21, 30, 100)),
    ]


def test_the_worst_of_a_scale_is_its_first_value():
    agree, face = BANK.questions["R2"], BANK.questions["R1"]

    assert (agree.choices[0].said("en"), agree.choices[0].value) == ("Strongly disagree", "1")
    assert (agree.choices[6].said("de"), agree.choices[6].value) == ("Stimme voll und ganz zu", "7")
    assert (face.choices[0].said("de"), face.choices[4].said("de")) == ("Sehr unzufrieden", "Sehr zufrieden")
    assert [choice.value for choice in BANK.questions["A1"].choices] == ["yes", "partly", "no"]


def test_the_answer_for_everybody_else_is_known_by_its_value():
    found = {id_: each.choice(each.rest) for id_, each in BANK.questions.items() if each.rest}

    assert {id_: choice.said("en") for id_, choice in found.items() if choice} == {
        "A3": "Rather not say",
        "N1": "Something else",
        "R7": "I do not know",
        "R8": "No",
        "R12": "I could not",
        "H2": "Nothing",
        "P5": "Live with it",
        "V9": "Nothing",
    }
    assert BANK.questions["R8"].choice("4") is None


def test_the_german_is_complete_and_german():
    texts = [each.text for each in BANK.questions.values()]
    texts += [choice.text for each in BANK.questions.values() for choice in each.choices]

    assert [text for text in texts if set(text) != set(LANGUAGES)] == []
    assert [text for text in texts if text["en"] == text["de"]] == []
    assert [text for text in texts if "!" in text["de"] or '"' in text["de"] or " du " in text["de"]] == []


def test_support_people_are_asked_at_three_triggers():
    support = {each.trigger for each in BANK.questions.values() if each.audience == Audience.SUPPORT}

    assert support == {"handover_read", "shadow_visitor", "desk_stint"}
    assert BANK.audience_of("pulse") == Audience.EVERYBODY


def test_a_name_is_put_in_as_it_is():
    question = BANK.questions["U1"]

    assert question.said("en", superuser="Jo {id}") == "Did Jo {id} get you going again?"
    assert question.said("de-AT", superuser="Jo") == "Konnten Sie nach der Hilfe von Jo wieder weiterarbeiten?"
    assert question.said("en") == "Did {superuser} get you going again?"


def test_a_language_that_nobody_wrote_is_english():
    assert [in_language({"en": "Yes", "de": "Ja"}, code) for code in ("en", "de", "de-AT", "fr")] == [
        *("Yes", "Ja", "Ja", "Yes"),
    ]


def test_answers_of_a_scale_are_always_as_many():
    with pytest.raises(ValueError, match="shorter"):
        choices_of(Type.FACE5, [{"en": "Bad"}, {"en": "Good"}])


def changed(old, new):
    assert old in SMALL
    return SMALL.replace(old, new)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (changed('type = "yes_no"', 'type = "stars"'), "Question Q1: “type” "),
        (changed('type = "yes_no"', 'type = "one_of"'), "Question Q1: “options” "),
        (changed('type = "yes_no"', 'type = "text"'), "Question Q1: “max_chars” "),
        (changed('type = "yes_no"', 'type = "text"\nmax_chars = 0'), "Question Q1: “max_chars” "),
        (changed('id = "Q1"', 'id = "first"'), "Question first: “id” "),
        (changed('id = "Q1"\n', ""), "Question 1: “id” "),
        (changed('trigger = "ask"', 'trigger = "other"'), "Question Q1: “trigger” "),
        (changed('text = "Did it help?"', 'text = " "'), "Question Q1: “text” "),
        (changed("first = true", "first = 1"), "Question Q1: “first” "),
        (changed("first = true", "first = false"), "ask: “first” "),
        (changed("first = true", "first = true\nrequired = true"), "Question Q1: “required” "),
        (changed("first = true", 'first = true\noptions_de = ["Ja", "Nein"]'), "Question Q1: “options” "),
        (changed('metric = ""', 'metric = "Lost Minutes"'), "Question Q1: “metric” "),
        (changed('metric = ""', 'metric = ""\nversion = 0'), "Question Q1: “version” "),
        (changed('metric = ""', 'metric = ""\naside = "page"'), "Question Q1: “aside” "),
        (changed('metric = ""', 'metric = ""\nrest = "Perhaps"'), "Question Q1: “rest” "),
        (changed("schema = 1", "schema = 2"), "questions.toml: “schema” "),
        (changed("ask = 3", "ask = 0"), "[limits]: “ask” "),
        (changed('= ["ask"]\n[audience]', '= ["other"]\n[audience]'), "[moments]: “a.moment” "),
        (changed('face5 = ["a", ', "face5 = ["), "[scales]: “face5” "),
        (changed('["None", 0, 0, 0]', '["None", 5, 0, 0]'), "[scales]: “minutes” "),
        (changed('people = [["Only me", 1, 1, 1]]', "people = 3"), "[scales]: “people” "),
        (changed("[[q]]", "[q]"), "questions.toml: “q” "),
        ("schema = 1\n", "questions.toml: “limits” "),
    ],
)
def test_what_does_not_fit_is_named_with_its_question_and_an_example(text, message):
    with pytest.raises(Refused) as refused:
        read(text)

    assert refused.value.message == f"{message}is missing, or is not what belongs there."
    assert refused.value.hint.startswith("Write it like ")


@pytest.mark.parametrize("options_de", ['["Ja"]', '["Ja", " "]', '"Ja"'])
def test_other_languages_have_as_many_answers(options_de):
    options = 'options = ["Yes", "No"]\noptions_de = '

    with pytest.raises(Refused) as refused:
        read(changed('type = "yes_no"', f'type = "one_of"\n{options}{options_de}'))

    assert refused.value.message == "Question Q1: “options_de” is missing, or is not what belongs there."
    assert refused.value.hint == 'Write it like options = ["Yes, as normal", "No, I was stopped"].'


def test_a_question_stands_once():
    with pytest.raises(Refused, match="Question Q1 stands twice"):
        read(SMALL + SMALL[SMALL.index("[[q]]") :])
    with pytest.raises(Refused, match="Question Q1, options stands twice"):
        read(changed('type = "yes_no"', 'type = "one_of"\noptions = ["Yes", "Yes"]'))


def test_a_file_that_is_none_is_refused(tmp_path):
    with pytest.raises(Refused, match=r"questions\.toml is not valid TOML"):
        read("schema = ")
    with pytest.raises(Refused, match="cannot be read"):
        load(tmp_path / "nothing.toml")

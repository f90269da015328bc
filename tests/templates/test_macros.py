"""Macros print what people and screen readers need, and nothing that an author could turn against them."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from jinja2 import Environment, FileSystemLoader
from wtforms import BooleanField, Form, PasswordField, RadioField, StringField
from wtforms.validators import DataRequired

from portal.core import assets

TEMPLATES = Path(__file__).resolve().parents[2] / "portal" / "templates"


class SampleForm(Form):
    name = StringField(
        "Your name", [DataRequired("Type the name that colleagues know you by.")], description="As on your badge."
    )
    secret = PasswordField("Password")
    reach = RadioField("Who is held up?", [DataRequired("Choose one.")], choices={"me": "Only me", "team": "My team"})
    told = BooleanField("Tell me by mail")


@pytest.fixture
def show():
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        extensions=["jinja2.ext.i18n"],
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.install_null_translations(newstyle=True)
    environment.globals.update(static_url="/static/{}".format, csrf_token=lambda: "token", icon_of=assets.icon)

    def render(source, **values):
        with Flask(__name__).test_request_context():
            return environment.from_string(source).render(**values).strip()

    return render


def field(show, one, **values):
    return show('{% from "_macros/forms.html" import field %}{{ field(one, **values) }}', one=one, values=values)


def test_a_field_is_described_by_its_hint(show):
    assert field(show, SampleForm().name).split("\n") == [
        '<div class="field">',
        '  <label for="name">Your name</label>',
        '  <p class="field-hint" id="name-hint">As on your badge.</p>',
        '  <input aria-describedby="name-hint" id="name" name="name" required type="text" value="">',
        "</div>",
    ]


def test_an_error_stands_beside_its_field_and_is_read_with_it(show):
    form = SampleForm()
    form.validate()

    html = field(show, form.name)

    assert '<div class="field has-error">' in html
    assert 'aria-describedby="name-hint name-error" aria-invalid="true"' in html
    assert "Type the name that colleagues know you by.</span></p>" in html


def test_what_was_typed_is_kept_and_escaped(show):
    form = SampleForm(data={"name": '"><script>'})

    assert 'value="&#34;&gt;&lt;script&gt;"' in field(show, form.name)


def test_a_group_of_choices_has_one_legend_and_a_label_for_each(show):
    html = field(show, SampleForm().reach)

    assert html.count("<legend>Who is held up?</legend>") == 1
    assert '<label for="reach-0">Only me</label>' in html
    assert '<label for="reach-1">My team</label>' in html


def test_a_single_choice_stands_before_its_label(show):
    html = field(show, SampleForm().told)

    assert html.index('type="checkbox"') < html.index('<label for="told">Tell me by mail</label>')


def test_the_summary_leads_to_each_field_with_an_error(show):
    form = SampleForm()
    form.validate()

    html = show('{% from "_macros/forms.html" import error_summary %}{{ error_summary(form) }}', form=form)

    assert 'role="alert" tabindex="-1" data-focus' in html
    assert '<a href="#name">Your name: Type the name that colleagues know you by.</a>' in html
    assert '<a href="#reach-0">Who is held up?: Choose one.</a>' in html


def test_a_form_without_errors_has_no_summary(show):
    form = SampleForm(data={"name": "Ana", "reach": "me"})

    assert form.validate()
    assert show('{% from "_macros/forms.html" import error_summary %}{{ error_summary(form) }}', form=form) == ""


def test_a_switch_says_both_states_in_words(show):
    html = show('{% from "_macros/forms.html" import switch %}{{ switch("mail", "Tell me by mail", true) }}')

    assert '<input type="checkbox" role="switch" name="mail" value="1" id="mail" checked>' in html
    assert ">On</span>" in html
    assert ">Off</span>" in html


def test_a_result_without_a_pane_is_a_plain_link(show):
    html = show(
        '{% from "_macros/parts.html" import result %}{% call result("/kb/KB0004", title, passage) %}Mail{% endcall %}',
        title="<b>Title</b>",
        passage="a < b",
    )

    assert '<h2 class="result-title"><a href="/kb/KB0004" data-result>&lt;b&gt;Title&lt;/b&gt;</a></h2>' in html
    assert "a &lt; b" in html
    assert "hx-" not in html


def test_the_verdict_works_without_a_script_and_tells_the_answer_given_before(show):
    html = show('{% from "_macros/parts.html" import verdict %}{{ verdict("/kb/KB0004/verdict", chosen="partly") }}')

    assert '<form method="post" action="/kb/KB0004/verdict" hx-post="/kb/KB0004/verdict"' in html
    assert '<input type="hidden" name="csrf_token" value="token">' in html
    assert 'name="verdict" value="yes" aria-pressed="false"' in html
    assert 'name="verdict" value="partly" aria-pressed="true"' in html
    assert "data-focus" not in html


def test_a_verdict_given_just_now_takes_the_focus(show):
    html = show(
        '{% from "_macros/parts.html" import verdict %}{{ verdict("/v", chosen="yes", thanks="Noted.", fresh=true) }}'
    )

    assert '<p class="verdict-thanks" tabindex="-1" data-focus>' in html
    assert "<span>Noted.</span></p>" in html


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        (
            {"hours_text": "Mon-Fri 08:00-18:00", "open_now": True, "open_until": "18:00"},
            "The desk is here until 18:00",
        ),
        ({"hours_text": "always", "open_now": True, "open_until": ""}, "The desk is here now"),
        (
            {"hours_text": "Mon-Fri", "open_now": False, "opens_at": "tomorrow at 08:00"},
            "The desk opens again tomorrow at 08:00",
        ),
        ({"hours_text": "Mon-Fri", "open_now": False, "opens_at": ""}, "The desk is closed right now"),
    ],
)
def test_the_foot_says_in_words_whether_somebody_is_there(show, facts, words):
    contact = SimpleNamespace(**{"phone": "", "open_until": "", "opens_at": "", **facts})

    html = show(
        '{% from "_macros/parts.html" import contact_line %}{{ contact_line(contact, "/contact") }}', contact=contact
    )

    assert words in html
    assert '<a href="/contact">All ways to reach us</a>' in html


def test_a_phone_number_of_the_world_can_be_called_with_one_touch(show):
    contact = SimpleNamespace(phone="+49 30 1234", hours_text="", open_now=False, open_until="", opens_at="")

    html = show(
        '{% from "_macros/parts.html" import contact_line %}{{ contact_line(contact, "/contact") }}', contact=contact
    )

    assert '<a href="tel:+49301234">+49 30 1234</a>' in html
    assert "desk" not in html


def test_paging_is_silent_when_everything_fits(show):
    assert show('{% from "_macros/paging.html" import paging %}{{ paging(1, 1) }}') == ""


def test_paging_says_where_one_is(show):
    html = show('{% from "_macros/paging.html" import paging %}{{ paging(2, 3, "?page=1", "?page=3") }}')

    assert "Page 2 of 3" in html
    assert '<a class="button button-quiet" rel="prev" href="?page=1">' in html
    assert '<a class="button button-quiet" rel="next" href="?page=3">' in html

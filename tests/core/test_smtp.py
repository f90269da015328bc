"""The way to the mail server: protected as the settings say, refused where they do not fit, said in a sentence."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.headerregistry import Address
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given, settings
from hypothesis import strategies as st

from portal.app import build
from portal.cli import command
from portal.core import config, smtp
from portal.core.errors import ConfigError, Refused
from portal.core.smtp import Envelope, Letter, MailRefused, Unreachable, mail_address, postbox_of
from portal.testing import NOON
from tests.core import mail_server
from tests.served import free_port

LETTER = Letter("News", "Something is new.\n")
TO_ROBIN = Envelope("robin@example.org", "0" * 32, NOON)
PASSWORD = {"mail_user": "portal", "mail_password": "open, sesame"}


def postbox(**settings):
    return postbox_of(config.load(root=Path("/srv/portal"), environ={}, overrides=settings))


def refusal(**settings) -> tuple[str, str]:
    with pytest.raises(ConfigError) as caught:
        postbox(**settings)
    return caught.value.message, caught.value.hint


@pytest.fixture
def trusted(monkeypatch):
    """The certificate of the tests is trusted, as an organisation trusts its own."""
    monkeypatch.setenv("SSL_CERT_FILE", str(mail_server.CERTIFICATE))


# Protection


@pytest.mark.usefixtures("trusted")
@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")  # the server does not know of its own TLS
@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_mail_goes_the_protected_way_with_user_and_password(security):
    with mail_server.running(security, sign_in=True) as server:
        box = postbox(**server.settings(mail_security=security, **PASSWORD))
        box.send(TO_ROBIN, LETTER)

        assert box.look() == ""

    assert [(sender, recipients) for sender, recipients, _message in server.taken] == [
        ("desk@example.org", ["robin@example.org"])
    ]
    assert server.signed_in == ["portal", "portal"]


@pytest.mark.usefixtures("trusted")
def test_a_wrong_password_is_said_so_and_no_mail_is_lost_by_it():
    with mail_server.running("starttls", sign_in=True) as server:
        box = postbox(**server.settings(mail_security="starttls", mail_user="portal", mail_password="wrong"))
        with pytest.raises(Unreachable) as caught:
            box.send(TO_ROBIN, LETTER)

    said = f"The mail server at 127.0.0.1, port {server.port} does not take mail_user and mail_password."
    assert (str(caught.value), server.taken) == (said, [])
    assert "wrong" not in repr(box)


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_that_nobody_trusts_is_not_trusted_here(security):
    with mail_server.running(security) as server:
        said = postbox(**server.settings(mail_security=security)).look()

    assert said == f"The certificate of 127.0.0.1, port {server.port} is not to be trusted: self-signed certificate."


def test_a_server_without_protection_gets_nothing_when_it_is_asked_for():
    with mail_server.running() as server:
        said = postbox(**server.settings(mail_security="starttls")).look()

    where = f"127.0.0.1, port {server.port}"
    assert said == f"The mail server at {where} offers no STARTTLS, or no user and password. Look at mail_security."
    assert server.taken == []


def test_a_server_that_is_not_there_is_said_so():
    port = free_port()

    said = postbox(**mail_server.MailServer(port).settings()).look()

    assert said.startswith(f"The mail server at 127.0.0.1, port {port} cannot be reached: ")


def test_an_address_with_letters_outside_of_ascii_goes_to_a_server_that_takes_them():
    with mail_server.running() as server:
        postbox(**server.settings()).send(Envelope(mail_address("jörg@müller.example"), "0" * 32, NOON), LETTER)

    ((_sender, recipients, _message),) = server.taken
    assert recipients == ["jörg@xn--mller-kva.example"]


def test_and_is_refused_for_good_by_one_that_does_not():
    with mail_server.running(utf8=False) as server, pytest.raises(MailRefused, match="outside of ASCII"):
        postbox(**server.settings()).send(Envelope("jörg@example.org", "0" * 32, NOON), LETTER)


# What is written


HEAD = {
    *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "List-Unsubscribe", "MIME-Version"),
    "Content-Type",
}
_ONE_LINE = st.text(st.characters(exclude_categories=("Cc", "Cs", "Zl", "Zp")), max_size=80)
_TEXT = st.text(
    st.characters(exclude_categories=("Cs",), exclude_characters="\r\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029\0")
)


@settings(deadline=None, derandomize=True)
@given(subject=_ONE_LINE, name=_ONE_LINE, text=_TEXT, html=_TEXT)
def test_whatever_is_written_arrives_as_it_was_and_changes_nothing_else(subject, name, text, html):
    letter = Letter(subject, text, html, "https://help.example.org/preferences")

    message = smtp.compose(
        Address("Service desk", "desk", "example.org"), Envelope("robin@example.org", "7" * 32, NOON, name), letter
    )
    raw = message.as_bytes()
    read = message_from_bytes(raw.replace(b"\r\n", b"\n"), policy=policy.default)

    assert raw.isascii()
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    assert set(read.keys()) == HEAD | (set() if html else {"Content-Transfer-Encoding"})
    assert len(read.keys()) == len(set(read.keys()))
    assert " ".join(read["Subject"].split()) == " ".join(subject.split())
    assert [each.addr_spec for each in read["To"].addresses] == ["robin@example.org"]
    # The library reads a long name with spaces in it that nobody wrote.
    assert "".join(read["To"].addresses[0].display_name.split()) == "".join(name.split())
    assert read.get_body(("plain",)).get_content().replace("\r\n", "\n").rstrip("\n") == text.rstrip("\n")
    assert (read.get_body(("html",)) is not None) == bool(html)


@pytest.mark.parametrize(
    ("written", "sent_to"),
    [
        ("robin@example.org", "robin@example.org"),
        (" robin+news@mail.example.org ", "robin+news@mail.example.org"),
        ("o'neil@localhost", "o'neil@localhost"),
        ("jörg@straße.example", "jörg@strasse.example"),
        ("robin@例え.テスト", "robin@xn--r8jz45g.xn--zckzah"),
    ],
)
def test_an_address_is_taken_in_its_form_for_the_wire(written, sent_to):
    assert mail_address(written) == sent_to


@pytest.mark.parametrize(
    "written",
    [
        "", "robin", "@example.org", "robin@", "robin@@example.org", "a@b@example.org", "a b@example.org",
        "robin@example..org", ".robin@example.org", "robin.@example.org", "ro..bin@example.org", "robin@-example.org",
        "robin@example.org, kim@example.org", "Robin <robin@example.org>", "robin@[127.0.0.1]", '"a b"@example.org',
        "robin@example.org\nBcc: kim@example.org", "robin@exam\rple.org", "robin\0@example.org", "robin@ex\u2028.org",
        "=?utf-8?q?a?=@example.org", "a\u200b@example.org", f"{'a' * 65}@example.org", f"a@{'b' * 64}.org",
        f"robin@{'a.' * 130}org",
    ],
)  # fmt: skip
def test_what_is_no_address_is_refused(written):
    with pytest.raises(Refused):
        mail_address(written)


@settings(deadline=None, derandomize=True)
@given(st.text(max_size=60))
def test_no_address_that_is_taken_can_hold_another_one(written):
    try:
        taken = mail_address(written)
    except Refused:
        return
    assert (taken.count("@"), len(taken.split()), {",", ";", "<", ">", "\r", "\n"} & set(taken)) == (1, 1, set())


# Settings


def test_without_a_server_there_is_no_postbox():
    assert (postbox(), postbox(mail_from="desk@example.org")) == (None, None)


@pytest.mark.parametrize(("security", "port"), [("none", 25), ("starttls", 587), ("tls", 465)])
def test_the_port_follows_from_the_protection_unless_it_is_set(security, port):
    settings = {"mail_server": "smtp.example.org", "mail_from": "desk@example.org", "mail_security": security}

    assert (postbox(**settings).port, postbox(**settings, mail_port=2525).port) == (port, 2525)


def test_the_sender_may_have_a_name_in_any_script():
    box = postbox(mail_server="smtp.example.org", mail_from="Jörgs Büro <büro@müller.example>")

    assert (box.sender.display_name, box.sender.addr_spec) == ("Jörgs Büro", "büro@xn--mller-kva.example")


SERVER = {"mail_server": "smtp.example.org", "mail_from": "desk@example.org"}


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"mail_server": "smtp.example.org"}, "mail_server is set without mail_from, so nobody would know who writes."),
        ({**SERVER, "mail_user": "portal"}, "mail_user is set without mail_password."),
        ({**SERVER, "mail_password": "secret"}, "mail_password is set without mail_user."),
        (
            {**SERVER, "mail_user": "portal", "mail_password": "Schlüssel"},
            "mail_user or mail_password has letters outside of ASCII, which mail servers do not agree on.",
        ),
        (PASSWORD, "mail_user is set, and there is no mail_server."),
        (
            {**SERVER, **PASSWORD, "mail_security": "none"},
            "mail_password would be sent in the clear, because mail_security is none.",
        ),
        (
            {**SERVER, "mail_server": "smtp.example.org:587"},
            "mail_server is 'smtp.example.org:587', which is not the name of a server.",
        ),
        ({**SERVER, "mail_from": "the desk"}, "mail_from is 'the desk', which is no mail address."),
        ({"mail_from": "a@b.org, c@d.org"}, "mail_from is 'a@b.org, c@d.org', which is no mail address."),
        (
            {**SERVER, "mail_from": "Desk\nBcc: x@y.org <a@b.org>"},
            "mail_from is 'Desk\\nBcc: x@y.org <a@b.org>', which is no mail address.",
        ),
    ],
)
def test_settings_that_do_not_go_together_are_refused_with_a_sentence(settings, said):
    message, hint = refusal(**settings)

    assert message == said
    assert hint.startswith(("Set ", "Write "))
    assert PASSWORD["mail_password"] not in message + hint


def test_the_portal_does_not_start_with_them(tmp_path):
    with pytest.raises(ConfigError, match="without mail_from"):
        build({"instance": str(tmp_path), "mail_server": "smtp.example.org"}, environ={}, plugins=[])


def test_a_secret_of_a_wrong_kind_is_refused_without_being_shown():
    with pytest.raises(ConfigError) as caught:
        config.Setting("word", "", "A word.", secret=True).parse(["open, sesame"], source="word")

    assert caught.value.message == "word is set to something, which is not a str."


# The command line


@pytest.fixture
def portal(tmp_path):
    """Call it with settings and the words behind `portal`."""

    def run(settings, *words):
        house = build({"instance": str(tmp_path), **settings}, environ={}, plugins=[])
        result = CliRunner().invoke(command(house), words, obj=house)
        house.close()
        return result.exit_code, result.output

    return run


def test_the_settings_show_no_password_of_the_mail_server(portal):
    code, shown = portal({**SERVER, **PASSWORD}, "settings")

    assert (code, PASSWORD["mail_password"] in shown) == (0, False)
    assert "PORTAL_MAIL_PASSWORD=(set, not shown)" in shown
    assert "PORTAL_MAIL_PASSWORD=\n" in portal({}, "settings")[1]


def test_a_trial_mail_is_sent_at_once(portal):
    with mail_server.running() as server:
        code, said = portal(server.settings(site_name="Help"), "mail", "test", "robin@example.org")

    ((_sender, recipients, message),) = server.taken
    assert (code, said) == (
        0, "127.0.0.1 took a mail to robin@example.org. See whether it arrives, and whether as junk.\n"
    )  # fmt: skip
    assert (recipients, message["Subject"]) == (["robin@example.org"], "A trial mail from Help")


def test_a_trial_that_fails_says_why(portal):
    with mail_server.running() as server:
        server.answer = ["550 We do not know you"]
        refused = portal(server.settings(), "mail", "test", "robin@example.org")

    assert refused == (
        2, "The mail server said: 550 We do not know you\n`portal settings` shows what is set.\n"
    )  # fmt: skip
    assert portal({}, "mail", "test", "robin@example.org") == (
        2, "No mail server is set.\nSet mail_server and mail_from; `portal settings` lists the rest.\n"
    )  # fmt: skip
    assert portal(SERVER, "mail", "test", "robin")[1].startswith("This is no mail address.\n")


def test_the_doctor_looks_whether_mail_can_be_sent(portal):
    with mail_server.running() as server:
        well = portal(server.settings(), "doctor")[1]
    ill = portal(server.settings(), "doctor")[1]

    assert "ok     mail can be sent\n" in well
    assert (
        f"fault  mail can be sent\n       The mail server at 127.0.0.1, port {server.port} cannot be reached: " in ill
    )
    assert "ok     mail can be sent\n" in portal({}, "doctor")[1]
    assert server.taken == []

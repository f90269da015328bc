"""What every answer carries: headers, nonce, request id, cookies; and where a person may be sent."""

from __future__ import annotations

import os
import re
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa
from flask import request

from portal.app import create_app
from portal.core import clock, log
from portal.core.errors import ConfigError
from portal.core.headers import HEADERS
from portal.core.web import REQUEST_ID, row_id, safe_path, secret_key
from portal.testing import send, sign_in
from tests.core.workbench import WorkbenchPlugin

POLICY = (
    "default-src 'none'; script-src {scripts}; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; manifest-src 'self'"
)
SCRIPTS = re.compile(r"'nonce-([\w-]{22})' 'strict-dynamic'")
ALWAYS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}


@pytest.fixture
def app(instance, app_settings):
    """The portal with the workbench."""
    made = create_app({"instance": str(instance), **app_settings}, environ={}, plugins=[WorkbenchPlugin()])
    yield made
    made.extensions["portal"].close()


def security(answer) -> dict[str, str]:
    return {name: answer.headers.get(name) for name in HEADERS}


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/contact", 200),
        ("GET", "/nowhere", 404),
        ("GET", "/bench/refused", 422),
        ("GET", "/bench/forbidden", 403),
        ("GET", "/bench/too-soon", 429),
        ("GET", "/bench/fault", 500),
        ("GET", "/bench/locked", 503),
        ("GET", "/bench/status/413", 413),
        ("POST", "/healthz", 405),
        ("POST", "/bench/form", 400),
        ("HEAD", "/contact", 200),
    ],
)
def test_every_page_has_the_whole_set_of_headers_with_its_nonce(client, method, address, status):
    answer = client.open(address, method=method)

    policy = answer.headers["Content-Security-Policy"]
    assert answer.status_code == status
    assert security(answer) == {"Content-Security-Policy": policy, **ALWAYS}
    assert SCRIPTS.sub("*", policy) == POLICY.format(scripts="*")
    assert answer.headers["Cache-Control"] == "private, no-store"
    if method != "HEAD":
        assert set(re.findall(r'nonce="([^"]+)"', answer.text)) == {SCRIPTS.search(policy)[1]}


@pytest.mark.parametrize(
    ("method", "address", "status"),
    [
        ("GET", "/healthz", 200),
        ("GET", "/static/base.css", 200),
        ("GET", "/bench/guarded", 302),
        ("OPTIONS", "/contact", 200),
    ],
)
def test_an_answer_without_scripts_allows_none(client, method, address, status):
    answer = client.open(address, method=method, buffered=True)

    assert answer.status_code == status
    assert security(answer) == {"Content-Security-Policy": POLICY.format(scripts="'none'"), **ALWAYS}


def test_the_nonce_is_another_one_in_each_answer(client):
    nonces = {SCRIPTS.search(client.get("/contact").headers["Content-Security-Policy"])[1] for _ in range(5)}

    assert len(nonces) == 5


def test_a_static_file_is_kept_for_ever_under_the_hash_of_its_content_alone(client):
    page = client.get("/contact").text
    with_hash = re.search(r'"(/static/base\.css\?v=[0-9a-f]{12})"', page)[1]

    addresses = (with_hash, "/static/base.css")
    kept = [client.get(address, buffered=True).headers["Cache-Control"] for address in addresses]
    missing = client.get("/static/nothing.css?v=1")

    assert kept == ["public, max-age=31536000, immutable", "no-cache"]
    assert (missing.status_code, missing.headers["Cache-Control"]) == (404, "no-cache")


@pytest.mark.parametrize("given", ["a", "4bf92f3577b34da6a3ce929d0e0e4736", "550e8400-e29b-41d4-a716-446655440000"])
def test_a_request_id_from_a_proxy_is_kept(client, given):
    assert client.get("/healthz", headers={"X-Request-Id": given}).headers["X-Request-Id"] == given


@pytest.mark.parametrize("given", ["", "a b", "a" * 65, "é", "<script>", "a\tb", "a;b", "ª"])
def test_a_request_id_that_could_be_anything_is_replaced(client, given):
    made = client.get("/healthz", headers={"X-Request-Id": given}).headers["X-Request-Id"]

    assert re.fullmatch(r"[0-9a-f]{16}", made)
    assert REQUEST_ID.fullmatch(made)


def test_what_is_logged_after_a_request_does_not_carry_its_id(client):
    client.get("/healthz", headers={"X-Request-Id": "f00d"})

    assert log.request_id.get() == "-"


def test_each_request_has_an_id_of_its_own(client):
    assert len({client.get("/healthz").headers["X-Request-Id"] for _ in range(5)}) == 5


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "/kb/KB0001",
        "/search?q=a b&page=2",
        "/kb/KB0001-my-phone#lost",
        "/search?q=https://evil.example",
        "/ü",
        "/a//b",
    ],
)
def test_a_path_of_the_portal_is_safe(target):
    assert safe_path(target) == target


@pytest.mark.parametrize(
    "target",
    [
        None,
        "",
        "kb/KB0001",
        "//evil.example",
        "///evil.example",
        "//evil.example/..",
        "/\\evil.example",
        "\\\\evil.example",
        "\\/evil.example",
        "/kb\\..\\evil",
        "https://evil.example",
        "https:evil.example",
        "HTTPS://evil.example",
        "javascript:alert(1)",
        "data:text/html,x",
        "\t//evil.example",
        " //evil.example",
        "/\t/evil.example",
        "/\n/evil.example",
        "/\r\nSet-Cookie: a=b",
        "/\x00",
        "/\x1f/evil.example",
        "@evil.example",
        ".evil.example",
        "?next=//evil.example",
        "／／evil.example",
    ],
)
def test_anything_else_is_answered_with_the_default(target):
    assert (safe_path(target), safe_path(target, "/desk")) == ("/", "/desk")


@pytest.mark.parametrize("target", ["//evil.example", "/\\evil.example", "/\t/evil.example", "https:evil.example"])
def test_nobody_is_sent_away(client, target):
    answer = client.get("/bench/away", query_string={"next": target})

    assert (answer.status_code, answer.headers["Location"]) == (302, "/")


def test_who_is_signed_out_is_asked_to_sign_in_and_comes_back(client):
    answer = client.get("/bench/guarded?a=1&b=/x")

    assert (answer.status_code, answer.headers["Location"]) == (
        302,
        "/sign-in?next=/bench/guarded?a%3D1%26b%3D/x",
    )


def test_who_lacks_the_permission_is_told_so_and_who_has_it_comes_in(as_role):
    refused, let_in = (as_role(role).get("/bench/guarded") for role in ("coach", "admin"))

    assert (refused.status_code, "You may not open this page." in refused.text) == (403, True)
    assert (let_in.status_code, let_in.text) == (200, "the inner room")


def test_the_cookie_is_for_this_portal_alone(as_role):
    browser = as_role("admin")
    browser.post("/language", data={"language": "de"})
    cookies = {header.partition("=")[0]: header for header in browser.get("/contact").headers.getlist("Set-Cookie")}
    kept = browser.get_cookie("frontline")

    assert (kept.http_only, kept.same_site, kept.secure, kept.path, kept.domain) == (
        True,
        "Lax",
        False,
        "/",
        "localhost",
    )
    assert set(cookies) <= {"frontline"}


class TestOnTls:
    """A portal that people reach by https."""

    @pytest.fixture
    def app_settings(self):
        """TLS is on."""
        return {"tls": True}

    def test_cookies_are_bound_to_the_host_and_the_browser_is_told_to_stay_on_tls(self, client):
        answer = client.get("/sign-in", base_url="https://help.example.org")

        (cookie,) = answer.headers.getlist("Set-Cookie")
        parts = cookie.split("; ")
        assert parts[0].startswith("__Host-frontline=")
        assert sorted(parts[1:]) == ["HttpOnly", "Path=/", "SameSite=Lax", "Secure"]
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


class TestBehindAProxy:
    """A portal behind one reverse proxy."""

    @pytest.fixture
    def app_settings(self):
        """One proxy is trusted."""
        return {"trusted_proxies": 1}

    def test_the_scheme_and_host_of_the_visitor_are_believed(self, app):
        forwarded = {"Proto": "https", "Host": "help.example.org", "For": "10.0.0.9"}
        with app.test_client() as client:
            client.get("/healthz", headers={f"X-Forwarded-{name}": value for name, value in forwarded.items()})

            assert (request.host_url, request.remote_addr) == ("https://help.example.org/", "10.0.0.9")


def test_without_a_proxy_nobody_may_claim_to_be_one(app):
    with app.test_client() as client:
        client.get("/healthz", headers={"X-Forwarded-Host": "evil.example", "X-Forwarded-For": "10.0.0.9"})

        assert (request.host_url, request.remote_addr) == ("http://localhost/", "127.0.0.1")


def test_without_tls_no_browser_is_told_to_stay_on_it(client):
    assert "Strict-Transport-Security" not in client.get("/contact").headers


def test_the_secret_key_is_made_once_and_for_its_owner_alone(tmp_path):
    old = os.umask(0)
    try:
        first, second = secret_key(tmp_path / "instance"), secret_key(tmp_path / "instance")
    finally:
        os.umask(old)
    (file,) = (tmp_path / "instance").iterdir()

    assert (first == second == file.read_bytes(), len(first), file.name) == (True, 48, "secret_key")
    assert [oct(path.stat().st_mode & 0o777) for path in (file, file.parent)] == ["0o600", "0o700"]


def test_processes_that_start_at_once_share_one_key(tmp_path):
    begin = threading.Barrier(8)

    def start(_number: int) -> bytes:
        begin.wait()
        return secret_key(tmp_path)

    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(start, range(8)))

    assert (len(keys), [path.name for path in tmp_path.iterdir()]) == (1, ["secret_key"])


def test_a_key_that_is_too_short_is_refused(tmp_path):
    (tmp_path / "secret_key").write_bytes(b"short")

    with pytest.raises(ConfigError) as caught:
        secret_key(tmp_path)

    assert (caught.value.message, caught.value.hint) == (
        f"The secret key in {tmp_path / 'secret_key'} is too short.",
        "Remove the file; a new one is made.",
    )


def test_health_asks_nothing_and_readiness_tells_what_is_missing(app, house, client):
    house.readiness = {"the index": lambda: ""}
    ready = client.get("/readyz")
    house.readiness["the queue"] = lambda: "is not there yet"
    not_ready = client.get("/readyz")

    assert (client.get("/healthz").json, ready.status_code, ready.json) == (
        {"status": "ok"},
        200,
        {"status": "ready", "faults": {}, "worker": "silent"},
    )
    assert (not_ready.status_code, not_ready.json) == (
        503,
        {"status": "not ready", "faults": {"the queue": "is not there yet"}, "worker": "silent"},
    )


def test_readiness_tells_of_a_worker_and_of_a_database_that_is_away(house, client):
    now = clock.now()
    house.worker(name="worker")._beat(now, now)
    working = client.get("/readyz").json["worker"]
    with house.db.transaction() as session:
        session.execute(sa.text("ALTER TABLE job RENAME TO job_away"))
    away = client.get("/readyz")

    assert (working, away.status_code, away.json) == (
        "working",
        503,
        {
            "status": "not ready",
            "faults": {"database": "does not answer, or was never migrated"},
            "worker": "unknown",
        },
    )


@pytest.mark.parametrize("raw", ["2147483648", "9" * 30, "9" * 5000, "-1", "1e3", "１２", "", "x"])
def test_a_number_that_no_row_can_have_is_no_id(raw):
    with pytest.raises(ValueError, match="no id of a row"):
        row_id(raw)


def test_an_id_is_read_up_to_the_largest_that_every_database_holds():
    assert [row_id(raw) for raw in ("0", "7", "2147483647")] == [0, 7, 2147483647]


@pytest.mark.parametrize("number", ["2147483648", "9" * 30, "9" * 5000])
def test_an_address_with_a_number_that_no_row_can_have_leads_nowhere(as_role, number):
    paths = {
        "/people/{}": as_role("end_user"),
        "/admin/people/{}": as_role("admin"),
        "/coach/services/{}": as_role("coach"),
    }

    assert [client.get(path.format(number)).status_code for path, client in paths.items()] == [404] * 3


@pytest.mark.parametrize("number", ["9" * 30, "-1", "seven"])
def test_a_form_with_a_number_that_no_row_can_have_is_no_fault(as_role, make_person, number):
    admin, coach, other = as_role("admin"), as_role("coach"), make_person("Robin Bell", roles=("superuser",))
    own = sign_in(admin.application.test_client(), other)

    answers = [
        send(admin, f"/admin/people/{other.id}/duties/withdraw", {"id": number}),
        send(coach, f"/coach/services/{other.id}/withdraw", {"id": number}),
        send(own, f"/people/{other.id}/sign-ins", {"id": number}),
    ]

    assert [answer.status_code for answer in answers] == [404, 404, 302]

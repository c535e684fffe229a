"""The device flow as a value: every answer of a server, and the time until the next poll."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from qwen_lsp.account.issuer import QWEN
from qwen_lsp.account.sign_in.device_flow import (
    DeviceCode,
    Polled,
    PollRequest,
    UserCode,
    device_code,
    device_form,
    pkce,
    wait_for_token,
)
from qwen_lsp.account.sign_in.exchange import IssuerResponse, NoAnswer, Reply
from qwen_lsp.account.token import Token
from qwen_lsp.errors import AccountError, QwenError, SignInDenied, SignInExpired

T0 = 1_790_000_000.0
CODE = DeviceCode(
    SecretStr("the-device-code"),
    UserCode("ABCD1234", "https://chat.qwen.ai/authorize", None, expires_in=900, interval=5),
)
GOOD = {"access_token": "the-access-token", "refresh_token": "r", "expires_in": 21600}


def said(status: int, body: object, at: float = T0 + 5) -> IssuerResponse:
    return IssuerResponse(status, "application/json; charset=utf-8", json.dumps(body).encode(), at)


def webpage(status: int, at: float = T0 + 5) -> IssuerResponse:
    return IssuerResponse(status, "text/html; charset=utf-8", b"<html>the-device-code</html>", at)


class Polling:
    """The flow, told that each reply came as long after the code as its `at` is after T0."""

    def __init__(self) -> None:
        self._flow = wait_for_token(QWEN, CODE, SecretStr("the-verifier"))
        self.first = next(self._flow)

    def send(self, reply: Reply, elapsed: float | None = None) -> PollRequest:
        return self._flow.send(Polled(reply, reply.at - T0 if elapsed is None else elapsed))


def test_pkce_is_that_of_rfc_7636_appendix_b() -> None:
    octets = bytes.fromhex("7418dfb49799e0254ffa607dd8adbbba16d4254d69d6bff05b58055853848d79")
    pair = pkce(octets)
    assert pair.verifier.get_secret_value() == "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert pair.challenge == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@given(st.binary(min_size=32, max_size=96))
def test_a_verifier_has_43_to_128_unreserved_characters(random: bytes) -> None:
    verifier = pkce(random).verifier.get_secret_value()
    assert 43 <= len(verifier) <= 128
    assert verifier.replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize("size", [0, 31, 97])
def test_pkce_refuses_too_little_randomness(size: int) -> None:
    with pytest.raises(ValueError, match="random bytes"):
        pkce(bytes(size))


def test_the_forms_hold_the_fields_of_the_rfc() -> None:
    assert device_form(QWEN, "challenge").revealed() == {
        "client_id": "f0304373b74a44d2b584a3fb70ca9e56",
        "scope": "openid profile email model.completion",
        "code_challenge": "challenge",
        "code_challenge_method": "S256",
    }
    attempt = Polling().first
    assert attempt.after == 5
    assert attempt.form.revealed() == {
        "grant_type": "urn:ietf:params:oauth:grant-type:device_code",
        "client_id": "f0304373b74a44d2b584a3fb70ca9e56",
        "device_code": "the-device-code",
        "code_verifier": "the-verifier",
    }
    assert "the-device-code" not in repr(attempt)
    assert "the-verifier" not in repr(attempt)


ASKED = {
    "device_code": "the-device-code",
    "user_code": "ABCD1234",
    "verification_uri": "https://chat.qwen.ai/authorize",
    "verification_uri_complete": "https://chat.qwen.ai/authorize?user_code=ABCD1234&client=qwen-code",
    "expires_in": 898,
}


def test_the_complete_address_is_kept_as_it_came() -> None:
    code = device_code(QWEN, said(200, ASKED))
    assert code.user == UserCode(
        "ABCD1234",
        "https://chat.qwen.ai/authorize",
        "https://chat.qwen.ai/authorize?user_code=ABCD1234&client=qwen-code",
        898,
        5,
    )
    assert "the-device-code" not in repr(code)


@pytest.mark.parametrize(
    ("interval", "read"),
    [(None, 5), (0, 5), (-3, 5), ("x", 5), (True, 5), (7, 7), (2.5, 2.5), ("9", 9), (1e6, 898)],
)
def test_an_interval_that_is_none_is_five_seconds(interval: object, read: float) -> None:
    code = device_code(QWEN, said(200, ASKED | {"interval": interval}))
    assert code.user.interval == read


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (NoAnswer("It hangs; wait.", T0), "The sign-in could not begin: It hangs; wait."),
        (webpage(200), "it answered 200 with text/html in place of JSON"),
        (webpage(403), "it answered 403 with text/html"),
        (IssuerResponse(200, "x\n!", b"[]", T0), "with content of no known type in place of JSON"),
        (
            IssuerResponse(200, "application/json", b"[" * 100_000, T0),
            "with JSON that is no answer to that",
        ),
        (
            IssuerResponse(200, "application/json", b"\xff\xfe\x00", T0),
            "with JSON that is no answer to that",
        ),
        (said(200, {"error": "invalid_client"}), "it answered 200 (invalid_client)"),
        (said(200, {"error": {"code": "no_good"}}), "it answered 200 (no_good)"),
        (said(200, ASKED | {"error": "the-device-code"}), "it answered 200 (unnamed)"),
        (said(400, {"error": "invalid_scope"}), "it answered 400 (invalid_scope)"),
        (said(429, {}), "it answered 429;"),
        (said(503, {}), "it answered 503;"),
        (said(302, ASKED), "it answered 302;"),
        (said(200, {}), "not whole"),
        (said(200, ASKED | {"device_code": None}), "not whole"),
        (said(200, ASKED | {"device_code": "two\nlines"}), "not whole"),
        (said(200, ASKED | {"user_code": ""}), "not whole"),
        (said(200, ASKED | {"user_code": "A" * 65}), "not whole"),
        (said(200, ASKED | {"user_code": "[x](y)\u202e"}), "not whole"),
        (said(200, ASKED | {"expires_in": None}), "not whole"),
        (said(200, ASKED | {"expires_in": 0}), "not whole"),
        (said(200, ASKED | {"expires_in": 10**400}), "not whole"),
    ],
)
def test_a_code_that_is_none_is_one_sentence(reply: Reply, words: str) -> None:
    with pytest.raises(AccountError) as raised:
        device_code(QWEN, reply)
    assert words in str(raised.value)
    assert "the-device-code" not in str(raised.value)


UNSAFE = [
    "http://chat.qwen.ai/authorize",
    "http://127.0.0.1.example.com/",
    "file:///etc/passwd",
    "vscode://command",
    "javascript:alert(1)",
    "https://user:pw@chat.qwen.ai/",
    "https://",
    "https://[::1",
    "https://chat.qwen.ai\\@example.com/",
    "https://chat.qwen.ai/\nx",
    "https://chat.qwen.ai/" + "a" * 2048,
    17,
]


@pytest.mark.parametrize("uri", UNSAFE)
@pytest.mark.parametrize("name", ["verification_uri", "verification_uri_complete"])
def test_no_page_is_opened_but_https_and_loopback(name: str, uri: object) -> None:
    with pytest.raises(AccountError, match=r"not whole|not safe to open"):
        device_code(QWEN, said(200, ASKED | {name: uri}))


@pytest.mark.parametrize("host", ["127.0.0.1:4711", "localhost:80", "[::1]:8080"])
def test_a_page_on_this_machine_may_be_http(host: str) -> None:
    uri = f"http://{host}/authorize"
    code = device_code(QWEN, said(200, ASKED | {"verification_uri": uri}))
    assert code.user.verification_uri == uri


PENDING = said(400, {"error": "authorization_pending"})
SLOW = said(429, {"error": "slow_down"})
SLOW_400 = said(400, {"error": "slow_down"})
DOWN = NoAnswer("Nothing answers.", T0 + 5)

# Each row: what the server says in turn, and the seconds before each attempt.
PACE: list[tuple[str, list[Reply], list[float]]] = [
    ("pending keeps the interval", [PENDING] * 3, [5, 5, 5, 5]),
    ("slow_down at 429", [SLOW, PENDING, PENDING], [5, 10, 10, 10]),
    ("slow_down at 400", [SLOW_400, PENDING], [5, 10, 10]),
    ("slow_down adds up", [SLOW, SLOW_400, SLOW, PENDING], [5, 10, 15, 20, 20]),
    ("200 pending", [said(200, {"status": "pending"})], [5, 5]),
    ("200 slowDown", [said(200, {"status": "pending", "slowDown": True})], [5, 10]),
    ("200 with an error", [said(200, {"error": "slow_down"}), PENDING], [5, 10, 10]),
    ("200 with a token of null", [said(200, {"access_token": None})], [5, 5]),
    ("an error within an object", [said(400, {"error": {"code": "slow_down"}})], [5, 10]),
    ("5xx backs off", [said(500, {}), said(502, {}), webpage(503)], [5, 10, 20, 40]),
    ("408 backs off", [webpage(408)], [5, 10]),
    ("no network backs off", [DOWN, DOWN, DOWN, DOWN, DOWN], [5, 10, 20, 40, 60, 60]),
    ("back-off ends with an answer", [DOWN, DOWN, PENDING, PENDING], [5, 10, 20, 5, 5]),
    ("slow_down outlasts back-off", [DOWN, SLOW, DOWN, PENDING], [5, 10, 10, 20, 10]),
]


@pytest.mark.parametrize(("replies", "pauses"), [p[1:] for p in PACE], ids=[p[0] for p in PACE])
def test_the_pace_of_polling(replies: list[Reply], pauses: list[float]) -> None:
    flow = Polling()
    attempts = [flow.first, *(flow.send(reply) for reply in replies)]
    assert [attempt.after for attempt in attempts] == pauses
    with pytest.raises(StopIteration) as end:
        flow.send(said(200, GOOD))
    assert end.value.value.access_token.get_secret_value() == "the-access-token"


ENDS: list[tuple[str, Reply, type[QwenError], str]] = [
    ("expired", said(400, {"error": "expired_token"}), SignInExpired, "expired; sign in again"),
    ("invalid", said(400, {"error": "invalid_grant"}), SignInExpired, "expired"),
    ("401", said(401, {"error": "unheard_of"}), SignInExpired, "expired"),
    ("401 bare", said(401, {}), SignInExpired, "expired"),
    ("denied 400", said(400, {"error": "access_denied"}), SignInDenied, "refused"),
    ("denied 403", said(403, {"error": "access_denied"}), SignInDenied, "refused"),
    ("denied 200", said(200, {"error": "access_denied"}), SignInDenied, "refused"),
    ("declined", said(400, {"error": "authorization_declined"}), SignInDenied, "refused"),
    ("403", said(403, {"error": "forbidden"}), AccountError, "it answered 403 (forbidden)"),
    ("429", said(429, {"error": "rate_limit"}), AccountError, "wait a few minutes"),
    ("429 page", webpage(429), AccountError, "wait a few minutes"),
    ("unknown", said(400, {"error": "unheard_of"}), AccountError, "400 (unheard_of)"),
    ("echo", said(400, {"error": "x the-device-code"}), AccountError, "400 (unnamed)"),
    ("firewall", webpage(200), AccountError, "it answered 200 with text/html in place of JSON"),
    ("404", webpage(404), AccountError, "it answered 404 with text/html"),
    ("302", webpage(302), AccountError, "it answered 302"),
    ("list", said(200, []), AccountError, "with JSON that is no answer"),
    ("no token", said(200, {"status": "success"}), AccountError, "without a token"),
    ("odd token", said(200, {"access_token": "a\r\nb"}), AccountError, "without a token"),
    ("number", said(200, {"access_token": 7}), AccountError, "without a token"),
    ("mac", said(200, GOOD | {"token_type": "mac"}), AccountError, "no bearer tokens"),
]


@pytest.mark.parametrize(
    ("reply", "error", "words"), [e[1:] for e in ENDS], ids=[e[0] for e in ENDS]
)
def test_what_ends_the_polling(reply: Reply, error: type[QwenError], words: str) -> None:
    flow = Polling()
    with pytest.raises(error) as raised:
        flow.send(reply)
    assert type(raised.value) is error
    assert words in str(raised.value)
    assert "the-device-code" not in str(raised.value)


@pytest.mark.parametrize(
    ("late", "words"),
    [
        (said(400, {"error": "authorization_pending"}, T0 + 900), "has expired; sign in again"),
        (said(429, {"error": "slow_down"}, T0 + 901), "has expired; sign in again"),
        (NoAnswer("Nothing answers.", T0 + 7200), "sign in again. At the end .* Nothing answers."),
        (webpage(502, T0 + 900), "has expired"),
    ],
)
def test_no_decision_after_its_time_is_the_end(late: Reply, words: str) -> None:
    flow = Polling()
    flow.send(PENDING)
    with pytest.raises(SignInExpired, match=words):
        flow.send(late)


@pytest.mark.parametrize("jump", [-86_400, 86_400])
def test_a_clock_that_is_set_ends_nothing(jump: float) -> None:
    flow = Polling()
    flow.send(PENDING)
    flow.send(said(400, {"error": "authorization_pending"}, T0 + jump), elapsed=10)
    flow.send(NoAnswer("Nothing answers.", T0 + jump), elapsed=890)
    with pytest.raises(SignInExpired):
        flow.send(said(400, {"error": "authorization_pending"}, T0 + jump), elapsed=901)


def test_the_last_attempt_comes_when_the_code_expires() -> None:
    flow = Polling()
    for elapsed in (5, 15, 35, 75):
        attempt = flow.send(DOWN, elapsed=elapsed)
    assert attempt.after == 60
    assert flow.send(DOWN, elapsed=870).after == 30
    assert flow.send(DOWN, elapsed=898).after == 5


def test_an_approval_that_is_fetched_after_a_long_sleep_counts() -> None:
    flow = Polling()
    with pytest.raises(StopIteration) as end:
        flow.send(said(200, GOOD, T0 + 86_400))
    assert end.value.value.expiry_date == round((T0 + 86_400 + 21_600) * 1000)


words = st.sampled_from(["", "pending", "slow_down", "a", "a b", "é", "60"])
leaves = st.none() | st.booleans() | st.integers() | st.floats() | words
json_values = leaves | st.lists(leaves, max_size=2) | st.dictionaries(words, leaves, max_size=2)
NAMES = ["error", "status", "slowDown", "access_token", "token_type", "expires_in", "refresh_token"]
bodies = st.dictionaries(st.sampled_from(NAMES), json_values)


@given(st.integers(100, 599), bodies, st.floats(0, 1e6))
def test_any_answer_is_a_pause_a_token_or_a_sentence(
    status: int, body: dict[str, Any], late: float
) -> None:
    flow = Polling()
    outcome: object = None
    try:
        outcome = flow.send(said(status, body, T0 + late))
    except StopIteration as end:
        outcome = end.value
    except AccountError as error:
        outcome = str(error)
    assert isinstance(outcome, PollRequest | Token) or str(outcome).endswith(".")


@given(st.lists(st.sampled_from([PENDING, SLOW, DOWN, said(500, {})]), max_size=30))
def test_the_interval_never_shrinks_below_what_the_server_asked(replies: list[Reply]) -> None:
    flow = Polling()
    asked = 5.0
    for reply in replies:
        asked += 5 * (reply is SLOW)
        assert flow.send(reply).after >= asked

"""The simulated device flow, timed by hand."""

import base64
import hashlib
import json
from typing import Any

import pytest

from qwen_lsp.simulator.authorization import CLIENT_ID, DEVICE_GRANT, Authorization
from qwen_lsp.simulator.knobs import Knobs
from qwen_lsp.simulator.refusals import WholeResponse

VERIFIER = "v" * 43
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
)


class Flow:
    """One device that signs in, and the clock."""

    def __init__(self, **knobs: Any) -> None:
        self.now = 0.0
        self.knobs = Knobs(**knobs)
        self.server = Authorization("127.0.0.1:1", lambda: self.now)

    def start(self, **fields: str) -> dict[str, Any]:
        form = {
            "client_id": CLIENT_ID,
            "scope": "openid",
            "code_challenge": CHALLENGE,
            "code_challenge_method": "S256",
        }
        answer = self.server.device_code(form | fields, self.knobs)
        body: dict[str, Any] = json.loads(answer.body)
        return body | {"status": answer.status}

    def poll(self, device_code: str, *, after: float = 5, **fields: str) -> WholeResponse:
        self.now += after
        form = {
            "grant_type": DEVICE_GRANT,
            "client_id": CLIENT_ID,
            "device_code": device_code,
            "code_verifier": VERIFIER,
        }
        return self.server.token(form | fields, self.knobs)

    def refresh(self, refresh_token: str) -> WholeResponse:
        form = {
            "grant_type": "refresh_token",
            "client_id": CLIENT_ID,
            "refresh_token": refresh_token,
        }
        return self.server.token(form, self.knobs)

    def decide(self, user_code: str, state: Any = "approved") -> None:
        attempt = self.server.attempt(user_code)
        assert attempt is not None
        attempt.state = state

    def signed_in(self) -> dict[str, Any]:
        code = self.start()
        self.decide(code["user_code"])
        return body(self.poll(code["device_code"]))


def body(answer: WholeResponse) -> dict[str, Any]:
    fields: dict[str, Any] = json.loads(answer.body)
    return fields


def problem(answer: WholeResponse) -> tuple[int, str]:
    return answer.status, body(answer)["error"]


def test_a_code_has_all_that_qwens_has() -> None:
    code = Flow(interval=0).start()
    assert len(code["device_code"]) == 43
    assert len(code["user_code"]) == 8
    assert code["user_code"].isalnum()
    assert code["verification_uri_complete"] == (
        f"{code['verification_uri']}?user_code={code['user_code']}&client=qwen-code"
    )
    assert code["expires_in"] == 900
    assert "interval" not in code
    assert Flow(interval=3).start()["interval"] == 3


def test_the_token_comes_once_the_user_approves() -> None:
    flow = Flow()
    code = flow.start()
    assert problem(flow.poll(code["device_code"])) == (400, "authorization_pending")
    flow.decide(code["user_code"])
    answer = flow.poll(code["device_code"])
    token = body(answer)
    assert answer.status == 200
    assert token["token_type"] == "Bearer"
    assert token["resource_url"] == "127.0.0.1:1"
    assert token["expires_in"] == 21600
    assert len(token["access_token"]) == len(token["refresh_token"]) == 86
    assert flow.server.tokens.accepts(token["access_token"])


def test_a_device_code_counts_once() -> None:
    flow = Flow()
    code = flow.start()
    flow.decide(code["user_code"])
    assert flow.poll(code["device_code"]).status == 200
    assert problem(flow.poll(code["device_code"])) == (400, "invalid_grant")


def test_whoever_polls_too_fast_must_slow_down_for_good() -> None:
    flow = Flow(interval=2)
    code = flow.start()["device_code"]
    assert problem(flow.poll(code, after=0)) == (400, "authorization_pending")
    assert problem(flow.poll(code, after=1)) == (429, "slow_down")
    assert problem(flow.poll(code, after=6)) == (429, "slow_down")
    assert problem(flow.poll(code, after=12)) == (400, "authorization_pending")


def test_a_code_ends_in_time() -> None:
    flow = Flow(code_lifetime=60)
    code = flow.start()
    flow.now += 60
    assert flow.server.attempt(code["user_code"]) is None
    assert problem(flow.poll(code["device_code"], after=0)) == (400, "expired_token")


def test_a_user_may_say_no() -> None:
    flow = Flow()
    code = flow.start()
    flow.decide(code["user_code"], "denied")
    assert problem(flow.poll(code["device_code"])) == (400, "access_denied")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"code_verifier": "w" * 43}, "invalid_grant"),
        ({"code_verifier": "é" * 43}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_grant"),
        ({"device_code": "another"}, "invalid_grant"),
        ({"client_id": "another"}, "invalid_client"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
    ],
)
def test_a_poll_must_prove_itself(fields: dict[str, str], expected: str) -> None:
    flow = Flow()
    code = flow.start()
    flow.decide(code["user_code"])
    form = {"device_code": code["device_code"], "code_verifier": VERIFIER} | fields
    assert body(flow.poll(**form))["error"] == expected
    assert flow.poll(code["device_code"]).status == 200


@pytest.mark.parametrize(
    "fields",
    [{"code_challenge_method": "plain"}, {"code_challenge": "short"}, {"client_id": "another"}],
)
def test_a_code_needs_a_challenge_and_the_client(fields: dict[str, str]) -> None:
    assert Flow().start(**fields)["status"] in (400, 401)


@pytest.mark.parametrize(("approval", "status"), [("approve", 200), ("deny", 400)])
def test_the_user_need_not_be_asked(approval: str, status: int) -> None:
    flow = Flow(approval=approval)
    assert flow.poll(flow.start()["device_code"]).status == status


def test_the_sign_in_can_be_refused() -> None:
    flow = Flow(refuse_sign_in="waf")
    assert flow.server.device_code({}, flow.knobs).content_type.startswith("text/html")
    assert flow.refresh("any").content_type.startswith("text/html")


def test_a_refresh_token_rotates() -> None:
    flow = Flow()
    first = flow.signed_in()
    second = body(flow.refresh(first["refresh_token"]))
    assert second["refresh_token"] != first["refresh_token"]
    assert flow.server.tokens.accepts(second["access_token"])
    assert body(flow.refresh(second["refresh_token"]))["status"] == "success"


def test_the_reuse_of_a_refresh_token_revokes_the_sign_in() -> None:
    flow = Flow()
    other = flow.signed_in()
    first = flow.signed_in()
    second = body(flow.refresh(first["refresh_token"]))
    assert problem(flow.refresh(first["refresh_token"])) == (400, "invalid_request")
    assert problem(flow.refresh(second["refresh_token"])) == (400, "invalid_request")
    assert not flow.server.tokens.accepts(second["access_token"])
    assert flow.server.tokens.accepts(other["access_token"])


def test_an_access_token_ends_in_time() -> None:
    flow = Flow(token_lifetime=10)
    token = flow.signed_in()["access_token"]
    flow.now += 9
    assert flow.server.tokens.accepts(token)
    flow.now += 1
    assert not flow.server.tokens.accepts(token)


def test_all_secrets_are_known_and_none_is_in_a_repr() -> None:
    flow = Flow()
    token = flow.signed_in()
    found = flow.server.secrets()
    assert {token["access_token"], token["refresh_token"], VERIFIER} <= found
    assert len(found) == 4
    shown = repr([vars(flow.server.tokens)["_access"].values(), flow.server.attempt("X")])
    assert not any(secret in shown for secret in found)

"""Section 5.3 of the facts: what a refusal means, in every form that services give it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from qwen_lsp.errors import ModelError, ServiceRefused, Unauthorized
from qwen_lsp.model.failures.complaint import complaint_of, complaint_of_body, shown, status_in
from qwen_lsp.model.failures.failures import (
    FailureContext,
    ServiceResponse,
    failure_in_stream,
    failure_of,
)

KEY = "sk-ws-Key.0123"
DASHSCOPE = FailureContext(
    service="DashScope (China)",
    host="dashscope.aliyuncs.com",
    model="qwen3.7-plus",
    key=SecretStr(KEY),
    key_from="https://bailian.console.aliyun.com/",
)
OAUTH = FailureContext(
    "Qwen OAuth", "portal.qwen.ai", "coder-model", advice="the free tier ended, so …"
)
OLLAMA = FailureContext(
    "Ollama", "127.0.0.1:11434", "qwen3-coder", get_model_with="ollama pull {model}"
)


def answer(status: int, body: object, kind: str = "application/json") -> ServiceResponse:
    return ServiceResponse(
        status, kind, body if isinstance(body, bytes) else json.dumps(body).encode()
    )


ROWS: list[tuple[int, str, str, str]] = [
    (400, "InvalidParameter", "Range of input length should be [1, 991808]", "too long for qwen3"),
    (400, "invalid_parameter_error", "Range of max_tokens should be [1, 65536]", "qwen.maxTokens"),
    (400, "invalid_parameter_error", "Model not exist.", "has no model qwen3.7-plus"),
    (400, "invalid_parameter_error", "bad request", "(HTTP 400: “bad request”)"),
    (400, "data_inspection_failed", "Input data may contain…", "The content filter of DashScope"),
    (400, "DataInspectionFailed", "Output data may contain…", "The content filter of DashScope"),
    # 5.1: thinking, told the legal ones.
    (
        400,
        "invalid_parameter_error",
        "reasoning_effort must be one of none, low",
        "none, low”; set",
    ),
    (
        400,
        "InvalidParameter",
        "enable_thinking only support stream call",
        "what qwen.thinking asks",
    ),
    (400, "", "reasoning_effort and thinking_budget can't both be set", "what qwen.thinking asks"),
    (400, "Arrearage", "Access denied, your account is not in good standing", "a bill paid"),
    (402, "", "Insufficient credits", "a bill paid"),
    (403, "AccessDenied", "Access denied.", "does not allow this account to use qwen3.7-plus"),
    (403, "AccessDenied.Unpurchased", "Access to model denied.", "does not allow this account"),
    (403, "Model.AccessDenied", "Model access denied.", "does not allow this account"),
    (403, "Workspace.AccessDenied", "Workspace access denied.", "does not allow this account"),
    (403, "AllocationQuota.FreeTierOnly", "The free tier is used up.", "The free quota of qwen3.7"),
    (403, "insufficient_quota", "You exceeded your quota", "The quota of this account"),
    (403, "quota_exceeded", "daily", "The quota of this account"),
    (404, "model_not_found", "The model `x` does not exist", "has no model qwen3.7-plus"),
    (404, "ModelNotFound", "Model not found", "has no model qwen3.7-plus"),
    (404, "model_not_supported", "Unsupported", "has no model qwen3.7-plus"),
    (404, "", "Not Found", "has no Chat Completions at this address (HTTP 404: “Not Found”)"),
    (405, "", "Method Not Allowed", "has no Chat Completions at this address"),
    (407, "", "", "The proxy wants a password"),
    (408, "", "", "in trouble itself (HTTP 408)"),
    (413, "", "", "too long for qwen3.7-plus"),
    (429, "Throttling", "Requests throttling triggered.", "too many requests from this account"),
    (429, "Throttling.RateQuota", "Requests rate limit", "too many requests from this account"),
    (429, "limit_requests", "You exceeded your requests list.", "too many requests from this"),
    (429, "Throttling.BurstRate", "Request rate increased", "too many requests from this"),
    (429, "limit_burst_rate", "Request rate increased", "too many requests from this account"),
    (429, "Throttling.AllocationQuota", "Allocated quota exceeded", "or the quota is used up"),
    (429, "insufficient_quota", "You exceeded your current quota", "or the quota is used up"),
    (429, "insufficient_quota", "Free allocated quota exceeded.", "The free quota of this account"),
    (429, "CommodityNotPurchased", "Commodity has not purchased yet.", "a bill paid or a plan"),
    (429, "PrepaidBillOverdue", "The prepaid bill is overdue.", "a bill paid or a plan bought"),
    (500, "InternalError", "boom", "in trouble itself (HTTP 500: “boom”)"),
    (500, "InternalError.Algo", "boom", "in trouble itself"),
    (500, "RequestTimeOut", "Request timed out", "in trouble itself"),
    (503, "ModelServingError", "Too many requests.", "in trouble itself"),
    (503, "ModelUnavailable", "", "in trouble itself (HTTP 503: “ModelUnavailable”)"),
    (503, "503", "Loading model", "still loading qwen3.7-plus"),
    (529, "", "overloaded", "in trouble itself (HTTP 529: “overloaded”)"),
    (418, "", "I'm a teapot", "(HTTP 418: “I'm a teapot”)"),
    (600, "", "", "refused the request (HTTP 600)"),
]


@pytest.mark.parametrize(("status", "code", "message", "sentence"), ROWS)
def test_refusals(status: int, code: str, message: str, sentence: str) -> None:
    openai = {"error": {"message": message, "type": None, "param": None, "code": code or None}}
    native = {"code": code, "message": message, "request_id": "1"}
    for body in (openai, native):
        failure = failure_of(answer(status, body), DASHSCOPE)
        assert type(failure) is ServiceRefused
        assert sentence in str(failure)


@pytest.mark.parametrize(
    ("status", "code", "message"),
    [
        (401, "invalid_api_key", "Incorrect API key provided."),
        (401, "InvalidApiKey", "Invalid API-key provided."),
        (401, "invalid_api_key", "invalid access token or token expired"),
        (401, "", ""),
        (400, "invalid_parameter_error", "Your session has expired"),
        # LiteLLM's proxy.
        (400, "400", "Authentication Error, Invalid proxy server token passed."),
        (403, "invalid_api_key", "Invalid API key"),
    ],
)
def test_refused_credentials(status: int, code: str, message: str) -> None:
    body = {"error": {"code": code, "message": message}}
    failure = failure_of(answer(status, body), DASHSCOPE)
    assert type(failure) is Unauthorized
    assert "did not accept the sign-in or the key" in str(failure)


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"error": "Coding Plan is currently only available for Coding Agents"}, "coding agents"),
        (b"Method Not Allowed", "has no Chat Completions at this address (HTTP 405: “Method"),
    ],
)
def test_the_gate_of_a_plan(body: object, sentence: str) -> None:
    assert sentence in str(failure_of(answer(405, body), DASHSCOPE))


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"error": {"code": 400, "type": "exceed_context_size_error", "message": "m"}}, "too long"),
        ({"error": {"message": "m", "type": "x", "code": 400}}, "(HTTP 400: “m”)"),
        ({"object": "error", "message": "m", "type": "BadRequest", "code": 400}, "“m”"),
        ({"error": "m"}, "“m”"),
        ({"errors": {"message": "m"}}, "“m”"),
        ({"message": "m"}, "“m”"),
        ({"detail": "m"}, "“m”"),
        ({"detail": [{"msg": "m"}]}, '“[{"msg": "m"}]”'),
        ({"error": {"message": {"m": 1}}}, '“{"m": 1}”'),
        ({"error": {}}, "(HTTP 400)"),
        ([1, 2], "(HTTP 400)"),
        ("m", "“m”"),
        (b"m", "“m”"),
        (b"", "(HTTP 400)"),
        (b"\xff\x00\x01m", "m”"),
        (b"<html>blocked</html>", "(HTTP 400)"),
        (b"[" * 100_000, "(HTTP 400"),
    ],
)
def test_forms(body: object, sentence: str) -> None:
    assert sentence in str(failure_of(answer(400, body), DASHSCOPE))


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        # 3.3: the firewall's page.
        (
            ServiceResponse(200, "text/html; charset=utf-8", b"aliyun_waf_aa"),
            "A web page, as firewalls send",
        ),
        (
            ServiceResponse(405, "text/html", b"<html>"),
            "A web page, as firewalls send it, came from dash",
        ),
        (
            ServiceResponse(502, "text/html", b"<html>Bad Gateway</html>"),
            "in trouble itself (HTTP 502)",
        ),
        (
            ServiceResponse(404, "text/html", b"<html>"),
            "has no Chat Completions at this address (HTTP 404)",
        ),
        # 5.2, no. 5: an error under a status of success.
        (answer(200, {"error": {"code": "Throttling", "message": "m"}}), "too many requests"),
        (answer(200, {"code": "InvalidApiKey", "message": "Invalid API key"}), "did not accept"),
        (answer(200, {"error": {"code": 503, "message": "busy"}}), "in trouble itself (HTTP 503"),
        (answer(200, {}), "answered in application/json and not with a reply"),
        (answer(200, b"{broken", "application/json"), "broke the reply off with an error"),
        (answer(204, b"", ""), "answered in an unknown form and not with a reply"),
        (
            ServiceResponse(307, location="https://user:pw@evil.example/v1?key=1"),
            "dashscope.aliyuncs.com sends requests on to evil.example, which is not",
        ),
        (
            ServiceResponse(302, location="https://login.example/x"),
            "sends requests on to login.example,",
        ),
        (
            ServiceResponse(301, location="/v1"),
            "dashscope.aliyuncs.com sends requests on, which is not",
        ),
        (ServiceResponse(304), "sends requests on, which is not followed"),
    ],
)
def test_answers(given: ServiceResponse, sentence: str) -> None:
    assert sentence in str(failure_of(given, DASHSCOPE))


def test_what_to_do_next() -> None:
    missing = answer(404, {"error": {"message": "model 'x' not found, try pulling it first"}})
    assert str(failure_of(missing, OLLAMA)) == (
        "Ollama has no model qwen3-coder; get it with: ollama pull qwen3-coder."
    )
    expired = answer(401, {"error": {"message": "invalid access token or token expired"}})
    assert str(failure_of(expired, OAUTH)) == (
        "Qwen OAuth did not accept the sign-in or the key: “invalid access token or token "
        "expired”; the free tier ended, so …."
    )
    unpaid = answer(400, {"error": {"code": "Arrearage"}})
    assert "at https://bailian.console.aliyun.com/" in str(failure_of(unpaid, DASHSCOPE))


@pytest.mark.parametrize(
    ("message", "line"),
    [
        ("a\n b\t\x00c", "a b c"),
        ("x" * 300, "x" * 199 + "…"),
        ("Incorrect API key provided: sk-abcdef123456.", "Incorrect API key provided: …"),
        ("Incorrect API key provided: sk-ab****56", "Incorrect API key provided: …"),
        ("Authorization: Bearer abc.def", "Authorization: …"),
        ("token aB3dE6gH9jK2mN5pQ8sT1vW4 refused", "token … refused"),
        ("token eyJhbGciOi.eyJzdWIi.c2ln refused", "token … refused"),
        ("id d41d8cd98f00b204e9800998ecf8427e", "id …"),
        (f"the key {KEY}!", "the key …!"),
        ("ms-0a1b2c3d-4e5f", "…"),
        # What helps is kept.
        ("qwen3-coder-480b-a35b-instruct-2025-07-22", "qwen3-coder-480b-a35b-instruct-2025-07-22"),
        (
            "request 0f8fad5b-d9cb-469f-a165-70867728950e",
            "request 0f8fad5b-d9cb-469f-a165-70867728950e",
        ),
        (
            "Range of input length should be [1, 991808]",
            "Range of input length should be [1, 991808]",
        ),
    ],
)
def test_what_is_shown_of_a_message(message: str, line: str) -> None:
    assert shown(message, KEY) == line


@given(st.text(max_size=50), st.text(max_size=50), st.integers(100, 599))
def test_the_key_is_never_shown(before: str, after: str, status: int) -> None:
    body = {"error": {"message": before + KEY + after, "code": KEY}}
    assert KEY not in str(failure_of(answer(status, body), DASHSCOPE))
    assert KEY not in str(failure_in_stream(body, DASHSCOPE))
    assert KEY not in repr(DASHSCOPE)


@given(
    st.binary(max_size=200),
    st.integers(100, 999),
    st.sampled_from(["", "text/html", "application/json"]),
)
def test_every_answer_is_one_sentence(body: bytes, status: int, kind: str) -> None:
    failure = failure_of(ServiceResponse(status, kind, body), DASHSCOPE)
    assert isinstance(failure, ModelError)
    assert str(failure).endswith(".")
    assert "\n" not in str(failure)
    assert len(str(failure)) < 500


def test_a_status_out_of_the_words() -> None:
    assert complaint_of({"error": {"message": "<429> slow"}}).status == 429
    assert complaint_of({"error": {"message": "<429> slow"}}).message == "slow"
    assert complaint_of({"code": 503, "message": "m"}).status == 503
    assert complaint_of({"code": True, "message": "m"}).code == ""
    assert complaint_of({"code": 20, "message": "m"}, 200).status == 200
    assert complaint_of_body(b'{"error": "m"}', 400).status == 400
    assert status_in(("ping", "HTTP_STATUS/429")) == 429
    assert status_in(("ping",)) == 0

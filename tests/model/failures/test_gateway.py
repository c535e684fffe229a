"""What LiteLLM's proxy says, as 1.106.2 said it to us before an engine and without a database."""

import json
from typing import Any

import pytest

from qwen_lsp.errors import Meaning, Unauthorized
from qwen_lsp.model.failures.complaint import complaint_of_body, said_behind
from qwen_lsp.model.failures.failures import (
    FailureContext,
    ServiceResponse,
    failure_in_stream,
    failure_of,
)
from qwen_lsp.model.limits.retry import Tries
from qwen_lsp.simulator.refusals import refused

ASKED = FailureContext("gateway.example", "gateway.example", "qwen3-coder")
FAILED = (
    "\n\nLiteLLM: model group 'qwen3-coder' failed with the error above. No fallback was attempted."
)
FALLBACK = "\nmodel=qwen3-coder. context_window_fallbacks=None. fallbacks=None.\n\nSet 'context_…'"
LOADING = json.loads(refused("loading").body)
TOO_LONG = json.loads(refused("context").body)
WINDOW_EXCEEDED = (
    "litellm.ContextWindowExceededError: litellm.BadRequestError: ContextWindowExceededError: "
    "Hosted_vllmException - "
)
NO_MODEL = "The model `x` does not exist."

# HTTP status, LiteLLM's own words, what it passes on, its type; what that means, and a part of the
# sentence.
ROWS: list[tuple[int, str, Any, str, Meaning, str]] = [
    (
        400, WINDOW_EXCEEDED, TOO_LONG, "invalid_request_error",
        "too long", "too long for qwen3-coder: 9,000 tokens, of which 8,192 fit",
    ),
    (
        404, "litellm.NotFoundError: Hosted_vllmException - ",
        {"object": "error", "message": NO_MODEL, "type": "NotFoundError", "code": 404},
        "invalid_request_error", "model", "has no model qwen3-coder",
    ),
    (
        429, "litellm.RateLimitError: ", "Model rate limit exceeded. RPM limit=3, current usage=4",
        "throttling_error", "rate", "too many requests",
    ),
    (
        500, "litellm.InternalServerError: InternalServerError: Hosted_vllmException - ",
        "Cannot connect to host engine.example:8000", "internal_server_error",
        "trouble", "(HTTP 500: “Cannot connect to host engine.example:8000”)",
    ),
    (
        502, "litellm.BadGatewayError: BadGatewayError: Hosted_vllmException - ",
        "upstream connect error", "internal_server_error",
        "trouble", "(HTTP 502: “upstream connect error”)",
    ),
    (
        503, "litellm.ServiceUnavailableError: ServiceUnavailableError: Hosted_vllmException - ",
        LOADING, "internal_server_error", "loading", "still loading qwen3-coder",
    ),
]  # fmt: skip

# What it says for itself: HTTP status, type, message. The last three are as its sources have them,
# for keys that it keeps in a database.
ITS_OWN: list[tuple[int, str, str, Meaning, str]] = [
    (400, "no_db_connection", "No connected db.", "account", "does not know the key"),
    (
        400, "invalid_request_error", "/chat/completions: Invalid model name passed in model=x.",
        "model", "has no model qwen3-coder",
    ),
    (
        429, "all_deployments_in_cooldown", "No deployments available for selected model.",
        "rate", "too many requests",
    ),
    (
        429, "budget_exceeded", "Budget has been exceeded! Key=a Current cost: 2, Max budget: 1",
        "used up", "is used up",
    ),
    (
        401, "auth_error", "key not allowed to access model. It can only access models=['x'].",
        "permission", "does not allow this account to use qwen3-coder",
    ),
    (
        401, "token_not_found_in_db", "Authentication Error, Invalid proxy server token passed.",
        "account", "did not accept",
    ),
]  # fmt: skip


def body_of(status: int, kind: str, message: str) -> bytes:
    error = {"message": message, "type": kind, "param": None, "code": str(status)}
    return json.dumps({"error": error}).encode()


@pytest.mark.parametrize(("status", "before", "said", "kind", "meaning", "sentence"), ROWS)
def test_what_is_passed_on_means_what_it_means_without_a_gateway(
    status: int, before: str, said: Any, kind: str, meaning: Meaning, sentence: str
) -> None:
    words = said if isinstance(said, str) else json.dumps(said)
    after = FALLBACK + FAILED if said is TOO_LONG else FAILED
    body = body_of(status, kind, before + words + after)
    failure = failure_of(ServiceResponse(status, "application/json", body), ASKED)
    assert failure.meaning == meaning
    assert sentence in str(failure)
    assert "litellm" not in str(failure).lower()


@pytest.mark.parametrize(("status", "kind", "message", "meaning", "sentence"), ITS_OWN)
def test_what_it_says_itself(
    status: int, kind: str, message: str, meaning: Meaning, sentence: str
) -> None:
    body = body_of(status, kind, message)
    failure = failure_of(ServiceResponse(status, "application/json", body), ASKED)
    assert failure.meaning == meaning
    assert sentence in str(failure)
    assert isinstance(failure, Unauthorized) == (meaning == "account")
    assert (Tries().pause(failure) is not None) == (meaning == "rate")


def test_an_error_in_the_stream_keeps_its_status() -> None:
    said = "litellm.InternalServerError: InternalServerError: Hosted_vllmException - It broke."
    failure = failure_in_stream({"error": {"message": said, "code": "500"}}, ASKED)
    assert failure.meaning == "trouble"
    assert "(HTTP 500: “It broke.”)" in str(failure)


def test_two_gateways_one_behind_the_other() -> None:
    inner = "litellm.RateLimitError: RateLimitError: Hosted_vllmException - Slower, please."
    message = f"litellm.RateLimitError: OpenAIException - {inner}{FAILED}"
    assert said_behind(message) == "Slower, please."


@pytest.mark.parametrize("message", ["", "An error", "say litellm.X: it", "litellm", "litellm.X"])
def test_who_is_no_gateway_speaks_for_himself(message: str) -> None:
    assert said_behind(message) is None


@pytest.mark.parametrize("said", ['{"error": ', "[" * 10_000, "[1]", '"text"'])
def test_what_is_no_body_is_text(said: str) -> None:
    assert said_behind(f"litellm.X: {said}") == said


def test_no_message_is_too_deep() -> None:
    body = body_of(500, "internal_server_error", "litellm.X: " * 100_000)
    assert complaint_of_body(body, 500).message == ""

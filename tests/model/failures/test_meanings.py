"""Section 5.3 of the facts: what each row means, in every form of body that services send."""

import json
from collections.abc import Mapping

import pytest

from qwen_lsp.errors import Meaning, ModelError
from qwen_lsp.model.failures.failures import (
    FailureContext,
    ServiceResponse,
    failure_in_stream,
    failure_of,
)
from qwen_lsp.model.failures.overflow import by_how_much, overflow_of
from qwen_lsp.model.limits.pauses import LONGEST, asked_pause, said_pause
from qwen_lsp.model.limits.retry import Tries

ASKED = FailureContext("DashScope", "dashscope.aliyuncs.com", "qwen3.7-plus")

# HTTP status, code, message, what it means, and whether it is tried again.
ROWS: list[tuple[int, str, str, Meaning, bool]] = [
    (400, "InvalidParameter", "Range of input length should be [1, 991808]", "too long", False),
    (400, "invalid_parameter_error", "Range of max_tokens should be [1, 8]", "tokens", False),
    (400, "invalid_parameter_error", "Model not exist.", "model", False),
    (400, "InvalidParameter", "Something else is wrong.", "other", False),
    (400, "data_inspection_failed", "Input data may contain …", "filter", False),
    (400, "DataInspectionFailed", "Output data may contain …", "filter", False),
    (400, "Arrearage", "Your account is not in good standing.", "billing", False),
    (401, "invalid_api_key", "Incorrect API key provided.", "account", False),
    (401, "InvalidApiKey", "Invalid API-key provided.", "account", False),
    (401, "invalid_api_key", "invalid access token or token expired", "account", False),
    (403, "AccessDenied", "Access denied.", "permission", False),
    (403, "AccessDenied.Unpurchased", "Access to model denied.", "permission", False),
    (403, "Model.AccessDenied", "Model access denied.", "permission", False),
    (403, "Workspace.AccessDenied", "Workspace access denied.", "permission", False),
    (403, "AllocationQuota.FreeTierOnly", "The free tier is exhausted.", "used up", False),
    (403, "insufficient_quota", "You exceeded your quota.", "used up", False),
    (404, "model_not_found", "The model does not exist.", "model", False),
    (404, "ModelNotFound", "Model not found.", "model", False),
    (404, "model_not_supported", "The model is not supported.", "model", False),
    (405, "", "Coding Plan is currently only available for Coding Agents", "plan", False),
    (429, "Throttling", "Requests throttling triggered.", "rate", True),
    (429, "Throttling.RateQuota", "Requests rate limit exceeded.", "rate", True),
    (429, "limit_requests", "You exceeded your current requests.", "rate", True),
    (429, "Throttling.BurstRate", "Request rate increased too quickly.", "rate", True),
    (429, "limit_burst_rate", "Request rate increased too quickly.", "rate", True),
    (429, "Throttling.AllocationQuota", "Allocated quota exceeded.", "quota", True),
    (429, "insufficient_quota", "You exceeded your current quota.", "quota", True),
    (429, "insufficient_quota", "Free allocated quota exceeded.", "used up", False),
    (429, "insufficient_quota", "Weekly quota; it will reset at 2026-11-30.", "used up", False),
    (429, "CommodityNotPurchased", "Commodity has not purchased yet.", "billing", False),
    (429, "PrepaidBillOverdue", "The prepaid bill is overdue.", "billing", False),
    (500, "InternalError", "An internal error has occurred.", "trouble", True),
    (500, "InternalError.Algo", "An internal error has occurred.", "trouble", True),
    (500, "InternalError.Timeout", "An internal timeout.", "trouble", True),
    (500, "SystemError", "A system error has occurred.", "trouble", True),
    (500, "RequestTimeOut", "The request timed out.", "trouble", True),
    (500, "ModelServiceFailed", "Failed to invoke the model.", "trouble", True),
    (503, "ModelServingError", "The system is busy.", "trouble", True),
    (503, "ModelUnavailable", "The model is unavailable.", "trouble", True),
    (503, "", "Loading model", "loading", True),
]


# What the user is told to do about each.
SAID: dict[Meaning, str] = {
    "too long": "is too long for qwen3.7-plus",
    "tokens": "set qwen.maxTokens lower",
    "model": "has no model qwen3.7-plus; choose one with qwen.model",
    "other": "“{message}”); change the request, or choose another model with qwen.model",
    "filter": "The content filter of DashScope refused the request; select something else",
    "billing": "wants a bill paid or a plan bought before it goes on; look after the account",
    "account": "did not accept the sign-in or the key: “{message}”; sign in again, or check",
    "permission": "does not allow this account to use qwen3.7-plus: “{message}”; ask for access",
    "used up": "used up",
    "plan": "use a key that is paid by use",
    "rate": "is getting too many requests from this account; wait a minute, then run the action",
    "quota": "too many tokens in one minute, or the quota is used up; wait a minute, and if that",
    "trouble": "is in trouble itself (HTTP {status}: “{message}”); run the action again in a while",
    "loading": "is still loading qwen3.7-plus; wait a little, then run the action again",
}


def bodies(status: int, code: str, message: str) -> Mapping[str, object]:
    """The same in each form (5.3, 7)."""
    said = f"{code}: {message}" if code else message
    return {
        "OpenAI": {"error": {"message": message, "type": code, "param": None, "code": code}},
        "native": {"code": code, "message": message, "request_id": "r"},
        "a string": {"error": said},
        "an integer code": {"error": {"message": said, "type": "x", "param": None, "code": status}},
        "flat": {"object": "error", "message": said, "type": "x", "code": status},
        "a status before the message": {"error": {"message": f"<{status}> {said}"}},
        "bare text": said,
    }


FORMS = tuple(bodies(0, "", ""))
WITH_STATUS = ("an integer code", "flat", "a status before the message")


def is_tried_again(error: ModelError) -> bool:
    return Tries().pause(error) is not None


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("status", "code", "message", "meaning", "again"), ROWS)
def test_an_answer(
    form: str, status: int, code: str, message: str, meaning: Meaning, *, again: bool
) -> None:
    body = bodies(status, code, message)[form]
    text = body if isinstance(body, str) else json.dumps(body)
    failure = failure_of(ServiceResponse(status, "application/json", text.encode()), ASKED)
    assert (failure.meaning, is_tried_again(failure)) == (meaning, again)
    assert str(failure).endswith(".")
    said = message if form in ("OpenAI", "native") or not code else f"{code}: {message}"
    assert SAID[meaning].format(message=said, status=status) in str(failure)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("status", "code", "message", "meaning", "again"), ROWS)
def test_an_error_in_the_stream(
    form: str, status: int, code: str, message: str, meaning: Meaning, *, again: bool
) -> None:
    failure = failure_in_stream(bodies(status, code, message)[form], ASKED, status)
    assert (failure.meaning, is_tried_again(failure)) == (meaning, again)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize(("status", "code", "message", "meaning", "again"), ROWS)
def test_an_error_in_the_stream_without_a_status(
    form: str, status: int, code: str, message: str, meaning: Meaning, *, again: bool
) -> None:
    failure = failure_in_stream(bodies(status, code, message)[form], ASKED)
    if (status, code) == (403, "insufficient_quota") and form not in WITH_STATUS:
        meaning, again = "quota", True  # Only its status tells it from a throttle.
    assert (failure.meaning, is_tried_again(failure)) == (meaning, again)


@pytest.mark.parametrize(
    ("fields", "message", "words"),
    [
        # Section 7: llama.cpp.
        ({"n_prompt_tokens": 9000, "n_ctx": 8192}, "", ": 9,000 tokens, of which 8,192 fit"),
        ({"n_prompt_tokens": True, "n_ctx": None}, "", ""),
        ({}, "Range of input length should be [1, 991808]", ": 991,808 tokens fit"),
        (
            {},
            (
                "This model's maximum context length is 8192 tokens. However, you requested 9500 "
                "tokens (9000 in the messages, 500 in the completion)."
            ),
            ": 9,000 tokens, of which 8,192 fit",
        ),
        (
            {},
            (
                "This model's maximum context length is 8192 tokens. However, your messages "
                "resulted in 9000 tokens."
            ),
            ": 9,000 tokens, of which 8,192 fit",
        ),
        (
            {},
            (
                "This model's maximum context length is 8192 tokens. However, you requested 500 "
                "output tokens and your prompt contains at least 7693 input tokens."
            ),
            ": 8,192 tokens fit",
        ),
        (
            {},
            "Input length (9000 tokens) exceeds the maximum allowed length (8192 tokens).",
            ": 9,000 tokens, of which 8,192 fit",
        ),
        (
            {},
            "request (9000 tokens) exceeds the available context size (8192 tokens), try it again",
            ": 9,000 tokens, of which 8,192 fit",
        ),
        ({}, "the prompt is too long", ""),
        ({}, "maximum context length is " + "9" * 5000, ": 999,999,999,999 tokens fit"),
    ],
)
def test_by_how_much_it_is_too_long(fields: dict[str, object], message: str, words: str) -> None:
    assert by_how_much(overflow_of(fields, message)) == words


def test_what_is_too_much_is_known_to_who_sends_less() -> None:
    body = {"error": {"code": 400, "type": "exceed_context_size_error", "message": "m"}}
    body["error"] |= {"n_prompt_tokens": 9000, "n_ctx": 8192}
    failure = failure_of(ServiceResponse(400, "application/json", json.dumps(body).encode()), ASKED)
    assert (failure.meaning, failure.over) == ("too long", 808)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"retry-after": "7"}, 7),
        ({"retry-after": " 7.5 "}, 7.5),
        ({"retry-after-ms": "250", "retry-after": "7"}, 0.25),
        ({"retry-after": "-3"}, 0),
        ({"retry-after": "1e99"}, LONGEST),
        ({"retry-after": "inf"}, None),
        ({"retry-after": "nan"}, None),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, 0),
        ({"retry-after": "Wed, 21 Oct 9999 07:28:00 GMT"}, LONGEST),
        ({"retry-after": "Wed, 99 Oct 2015 07:28:00 GMT"}, None),
    ],
)
def test_the_pause_that_a_service_asks_for(headers: dict[str, str], seconds: float | None) -> None:
    assert asked_pause(headers) == seconds


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "a minute"),
        (0, "1 second"),
        (1.2, "2 seconds"),
        (90, "90 seconds"),
        (91, "2 minutes"),
        (5400, "90 minutes"),
        (7200, "2 hours"),
        (LONGEST, "24 hours"),
    ],
)
def test_a_pause_in_words(seconds: float | None, words: str) -> None:
    assert said_pause(seconds) == words

"""How a service says no: the statuses and bodies that Qwen's services send."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from .knobs import Refusal

_WAF_PAGE = (
    '<!doctype html><html><head><meta name="aliyun_waf_aa" content="simulated"></head>'
    "<body><script>/* a challenge that only a browser can pass */</script></body></html>"
)


@dataclass(frozen=True)
class WholeResponse:
    """A whole HTTP response."""

    status: int
    body: str
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)


def in_json(status: int, body: Mapping[str, Any], **headers: str) -> WholeResponse:
    """An answer with a JSON body; `Retry_After` names the header `Retry-After`."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return WholeResponse(status, json.dumps(body), headers=named)


def error(status: int, code: str, message: str, **headers: str) -> WholeResponse:
    """An error in OpenAI's form, with the request id that Qwen's services add."""
    described = {
        "message": message,
        "type": "invalid_request_error" if status < 429 else code,
        "param": None,
        "code": code,
    }
    return in_json(status, {"error": described, "request_id": "simulated"}, **headers)


def refused(refusal: Refusal, retry_after: float = 0) -> WholeResponse:
    """What the service says when it refuses in this way, and asks to wait so many seconds."""
    answer = _REFUSALS[refusal]
    if not retry_after:
        return answer
    return replace(answer, headers={**answer.headers, "Retry-After": f"{retry_after:g}"})


BAD_TOKEN = error(401, "invalid_api_key", "invalid access token or token expired")

_REFUSALS: Mapping[Refusal, WholeResponse] = {
    "401": BAD_TOKEN,
    "403": error(403, "insufficient_quota", "Free allocated quota exceeded."),
    "404": error(404, "model_not_found", "The model does not exist or you do not have access."),
    "405": in_json(405, {"error": "Coding Plan is currently only available for Coding Agents"}),
    "429": error(
        429, "limit_requests", "You exceeded your current request limit.", Retry_After="1"
    ),
    "500": error(500, "InternalError", "An internal error has occurred, please try again later."),
    "503": error(503, "ModelUnavailable", "Model is unavailable, please try again later."),
    "busy": error(429, "limit_burst_rate", "Request rate increased too quickly."),
    "context": in_json(
        400,
        {
            "error": {
                "code": 400,
                "type": "exceed_context_size_error",
                "message": "the request exceeds the available context size, try increasing it",
                "n_prompt_tokens": 9000,
                "n_ctx": 8192,
            }
        },
    ),
    "filter": error(400, "data_inspection_failed", "Input data may contain inappropriate words."),
    "length": error(
        400,
        "invalid_parameter_error",
        "Range of input length should be [1, 991808]",
    ),
    "loading": in_json(
        503, {"error": {"code": 503, "type": "unavailable_error", "message": "Loading model"}}
    ),
    "overdue": error(429, "PrepaidBillOverdue", "The prepaid bill is overdue."),
    "plain": WholeResponse(502, "upstream connect error", "text/plain"),
    "quota": error(429, "insufficient_quota", "Free allocated quota exceeded."),
    "session": error(400, "invalid_parameter_error", "Your session has expired"),
    "waf": WholeResponse(200, _WAF_PAGE, "text/html; charset=utf-8"),
}

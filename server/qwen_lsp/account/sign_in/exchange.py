"""What is posted to an authorization server, and what comes back, as values."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import SecretStr

from ..issuer import Issuer

# A code of RFC 6749, section 5.2. Whatever else stands in its place might echo a secret.
_ERROR_CODE = re.compile(r"[a-z]{1,20}(_[a-z]{1,20}){0,5}")
_MEDIA_TYPE = re.compile(r"[a-z]{1,20}/[a-z.+-]{1,40}")


@dataclass(frozen=True)
class Form:
    """The fields of an application/x-www-form-urlencoded body. Its repr shows no secret."""

    fields: Mapping[str, str | SecretStr]

    def revealed(self) -> dict[str, str]:
        """The fields in the clear, for the one call that sends them."""
        return {name: _clear(value) for name, value in self.fields.items()}


@dataclass(frozen=True)
class IssuerResponse:
    """An HTTP answer, read whole; `at` is when, in seconds since the epoch."""

    status: int
    content_type: str = field(repr=False)
    body: bytes = field(repr=False)
    at: float


@dataclass(frozen=True)
class NoAnswer:
    """No answer came; `sentence` is why, and what to do; `at` is seconds since the epoch."""

    sentence: str
    at: float


Reply = IssuerResponse | NoAnswer


def json_object(answer: IssuerResponse) -> Mapping[str, object] | None:
    """The JSON object in the body; None for anything else, as the page of a firewall."""
    try:
        body = json.loads(answer.body)
    except (ValueError, RecursionError):
        return None
    return body if isinstance(body, dict) else None


def error_code(body: Mapping[str, object]) -> str | None:
    """The error that a body names, as a word that is safe to show; None where it names none."""
    error = body.get("error")
    if isinstance(error, dict):
        error = error.get("code") or error.get("type") or "unnamed"
    if not error:
        return None
    return error if isinstance(error, str) and _ERROR_CODE.fullmatch(error) else "unnamed"


def is_transient(reply: Reply) -> bool:
    """Whether the same request may well succeed a little later."""
    return isinstance(reply, NoAnswer) or reply.status >= 500 or reply.status == 408


def what_came(answer: IssuerResponse) -> str:
    """The answer in a few words that hold nothing of its body, to read after "because"."""
    body = json_object(answer)
    if body is None:
        media = answer.content_type.partition(";")[0].strip().lower()
        if media.endswith("json"):
            return f"it answered {answer.status} with JSON that is no answer to that"
        kind = media if _MEDIA_TYPE.fullmatch(media) else "content of no known type"
        return f"it answered {answer.status} with {kind} in place of JSON"
    code = error_code(body)
    return f"it answered {answer.status}" + (f" ({code})" if code else "")


def to_correct(issuer: Issuer, body: Mapping[str, object] | None) -> str | None:
    """The advice for an error that comes of the user's own settings, if it is one."""
    if not issuer.api or body is None:
        return None
    match error_code(body):
        case "invalid_client" | "unauthorized_client":
            return "check qwen.oauth.clientId, which has to be a public client's"
        case "invalid_scope":
            return "correct qwen.oauth.scope"
        case "unsupported_grant_type":
            return "have whoever runs it let this client sign in by code (RFC 8628)"
    return None


def _clear(value: str | SecretStr) -> str:
    return value.get_secret_value() if isinstance(value, SecretStr) else value

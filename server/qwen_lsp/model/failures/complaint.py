"""What a service says is wrong, out of the many forms in which services say it."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from qwen_lsp.model.failures.overflow import UNKNOWN, Overflow, overflow_of

_STATUS_IN_MESSAGE = re.compile(r"\s*<(\d{3})>\s*")
_STATUS_IN_COMMENT = re.compile(r"HTTP_STATUS/(\d{3})")
_ID = re.compile(r"[\w.-]{1,80}", re.ASCII)
_SHOWN = 200
_READ = 2_000
"""Characters of a message in which numbers are looked for."""

# What looks like a key or a token: after its usual name or prefix, or long and of mixed letters.
_SECRETS = re.compile(
    r"(?i:\bBearer\s+)\S+"
    r"|\b(?:sk|ms|rk|pk|hf|gsk)[-_][\w.*-]{6,}"
    r"|\beyJ[\w-]+(?:\.[\w-]*)*"
    r"|\b(?=[\w-]*[a-z])(?=[\w-]*[A-Z])(?=[\w-]*\d)[\w-]{24,}"
    r"|\b[0-9a-fA-F]{32,}\b"
)

# LiteLLM writes the names of its errors before it and what it did about it after, and the body of
# the service between, as text: `litellm.BadRequestError: Hosted_vllmException - {"error": …}`.
_BEFORE = re.compile(r"\s*(?=litellm\.)(?:litellm\.\w+: |\w+Error: |\w+Exception - )+")
_AFTER = "\n\nLiteLLM: "


@dataclass(frozen=True)
class Complaint:
    """An error as a service words it, and its id for the request. `status` 0: none was given."""

    status: int = 0
    code: str = ""
    message: str = ""
    overflow: Overflow = UNKNOWN
    request_id: str = ""

    @property
    def words(self) -> str:
        """All that is said, for patterns."""
        return f"{self.code} {self.message}"


def complaint_of(value: object, status: int = 0) -> Complaint:
    """The complaint in a decoded body or event.

    Known forms: OpenAI's `{"error": {…}}` with a code that is text or a number, `{"error": "…"}`,
    DashScope's own `{"code", "message"}`, vLLM's `{"object": "error", …}`, FastAPI's `detail`,
    bare text, and each of them as a gateway passes it on.
    """
    complaint = _complaint_in(value, status)
    if isinstance(value, Mapping):
        complaint = replace(complaint, request_id=plain_id(value.get("request_id")))
    behind = said_behind(complaint.message)
    if behind is None:
        return complaint
    inner = complaint_of(behind, complaint.status)
    return replace(inner, request_id=inner.request_id or complaint.request_id)


def plain_id(value: object) -> str:
    """`value`, if it is an id that a log may hold; else empty."""
    return value if isinstance(value, str) and _ID.fullmatch(value) else ""


def complaint_of_body(body: bytes, status: int) -> Complaint:
    """The complaint in the body of an HTTP answer; a page of HTML says nothing."""
    text = body.decode("utf-8", "replace").strip()
    try:
        return complaint_of(json.loads(text), status)
    except (ValueError, RecursionError):
        return complaint_of("" if text.startswith("<") else text, status)


def status_in(comments: tuple[str, ...]) -> int:
    """The status that DashScope's own frames hide in a comment: `:HTTP_STATUS/429`."""
    found = (_STATUS_IN_COMMENT.search(comment) for comment in comments)
    return next((int(match[1]) for match in found if match), 0)


def shown(message: str, *secrets: str) -> str:
    """`message` on one line, not long, without the `secrets` and without what looks like one."""
    for secret in filter(None, secrets):
        message = message.replace(secret, "…")
    line = " ".join("".join(c if c.isprintable() else " " for c in message).split())
    line = _SECRETS.sub("…", line)
    return line if len(line) <= _SHOWN else line[: _SHOWN - 1].rstrip() + "…"


def _complaint_in(value: object, status: int) -> Complaint:
    if not isinstance(value, Mapping):
        return _numbered(Complaint(status, message=value if isinstance(value, str) else ""))
    inner = value.get("error") or value.get("errors")
    if isinstance(inner, str):
        return _numbered(Complaint(status, _word(value.get("code")), inner))
    fields = inner if isinstance(inner, Mapping) else value
    code = _word(fields.get("code"))
    kind = _word(fields.get("type"))
    said = fields.get("message") or fields.get("detail") or fields.get("error_description")
    message = _text(said)
    overflow = overflow_of(fields, message[:_READ])
    return _numbered(Complaint(status, f"{code} {kind}".strip(), message, overflow))


def _numbered(complaint: Complaint) -> Complaint:
    """A status that stands in the code or before the message counts, where none is known."""
    if prefix := _STATUS_IN_MESSAGE.match(complaint.message):
        complaint = replace(complaint, message=complaint.message[prefix.end() :])
    first = complaint.code.partition(" ")[0]
    found = prefix[1] if prefix else first if re.fullmatch(r"[45]\d\d", first) else "0"
    known = complaint.status if complaint.status >= 400 else 0
    return replace(complaint, status=known or int(found) or complaint.status)


def _word(value: object) -> str:
    return str(value) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _text(value: object) -> str:
    if value is None or isinstance(value, str):
        return value or ""
    return json.dumps(value, ensure_ascii=False, default=str)


def said_behind(message: str) -> object | None:
    """What the service behind a gateway said, as JSON where it is that; None without a gateway."""
    before = _BEFORE.match(message)
    if not before:
        return None
    said = message[before.end() :].partition(_AFTER)[0]
    try:
        value, _ = json.JSONDecoder().raw_decode(said)
    except (ValueError, RecursionError):
        return said
    return value if isinstance(value, dict) else said

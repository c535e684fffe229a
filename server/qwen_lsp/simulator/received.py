"""What the simulator was sent and what it answered, kept for whoever wants to look."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Payer = Literal["sign-in", "key", "nobody"]
Outcome = Literal["sending", "whole", "cut", "disconnected"]

_SECRET_FIELDS = frozenset(("device_code", "code_verifier", "refresh_token", "ticket"))
_SECRET_HEADERS = frozenset(("authorization", "cookie"))
_HIDDEN = "(hidden)"


@dataclass
class Sent:
    """A reply on its way. Times are seconds of the event loop's clock."""

    began: float
    text: str = ""
    thought: str = ""
    tokens: int = 0
    first: float | None = None
    ended: float | None = None
    outcome: Outcome = "sending"


@dataclass
class Received:
    """One request, without its secrets."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: Mapping[str, Any]
    paid_by: Payer = "nobody"
    status: int = 200
    sent: Sent | None = field(default=None)


def without_secrets(fields: Mapping[str, Any]) -> dict[str, Any]:
    """A form or headers, with what is secret in them hidden."""
    hidden = _SECRET_FIELDS | _SECRET_HEADERS
    return {name: _HIDDEN if name.lower() in hidden else value for name, value in fields.items()}

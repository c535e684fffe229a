"""What jobs have used, summed up by day and provider: numbers alone, in a small file of ours.

Nothing of it is sent anywhere, and nothing in it says what was asked.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import astuple, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from qwen_lsp.model.chat import Usage

from .storage.files import alone, content, data_folder, write

KEPT_DAYS = 90
"""Days that are kept, of those on which there was a job."""

_PROVIDER = re.compile(r"[a-z0-9-]{1,40}")

Days = dict[str, dict[str, "Total"]]
"""By day (ISO 8601, as the clock on the wall has it), then by provider."""


@dataclass(frozen=True)
class Total:
    """How many jobs there were, and the tokens that the services counted for them."""

    jobs: int = 0
    prompt_tokens: int = 0
    cached_tokens: int = 0
    completion_tokens: int = 0
    reasoning_tokens: int = 0

    def and_one(self, usage: Usage) -> "Total":
        """With one more job."""
        return self + Total(1, *astuple(usage))

    def __add__(self, other: "Total") -> "Total":
        return Total(*map(sum, zip(astuple(self), astuple(other), strict=True)))

    @property
    def fields(self) -> dict[str, int]:
        """As programs read it."""
        return dict(zip(_FIELDS, astuple(self), strict=True))


_FIELDS = ("jobs", "promptTokens", "cachedTokens", "completionTokens", "reasoningTokens")


def usage_file() -> Path:
    """Where it is kept. Raises AccountError without a home."""
    return data_folder() / "usage.json"


def totals() -> Days:
    """What there is; nothing where there is no file, or none of ours. Raises AccountError."""
    return _read(content(usage_file(), follows_links=False) or b"")


def count(day: str, provider: str, usage: Usage) -> None:
    """Adds a job of `day`. Raises AccountError where it can't be kept."""
    file = usage_file()
    with alone(file):
        days = totals()
        there = days.setdefault(day, {})
        there[provider] = there.get(provider, Total()).and_one(usage)
        kept = {each: days[each] for each in sorted(days)[-KEPT_DAYS:]}
        write(file, _written(kept))


def forget() -> bool:
    """Deletes the file; whether there was one. Raises AccountError."""
    file = usage_file()
    with alone(file):
        was_there = file.exists()
        file.unlink(missing_ok=True)
    return was_there


def _written(days: Days) -> bytes:
    plain = {
        day: {provider: total.fields for provider, total in there.items()}
        for day, there in days.items()
    }
    return json.dumps(plain, indent=1).encode()


def _read(text: bytes) -> Days:
    try:
        found = json.loads(text or b"{}")
    except (ValueError, RecursionError):
        return {}
    return {
        day: {
            provider: _total(fields)
            for provider, fields in there.items()
            if _PROVIDER.fullmatch(provider)
        }
        for day, there in _mapping(found).items()
        if isinstance(there, Mapping) and _is_day(day)
    }


def _is_day(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _total(fields: object) -> Total:
    counts = (_mapping(fields).get(name) for name in _FIELDS)
    return Total(*(n if type(n) is int and n > 0 else 0 for n in counts))


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}

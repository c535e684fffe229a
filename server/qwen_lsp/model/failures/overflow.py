"""How much too long a prompt is, out of the words in which services say it."""

import re
from collections.abc import Mapping
from typing import Any, NamedTuple

_FITS, _SENT = r"(?P<fits>\d{1,12})", r"(?P<sent>\d{1,12})"
_MOST = f"maximum context length is {_FITS}"

# Each with what was sent, what fits, or both.
_SAID = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # DashScope (qwen-services, 5.3); the first bound is 1.
        rf"input length should be \[\d+, *{_FITS}\]",
        # OpenAI, vLLM: what the prompt takes is said apart from what the reply was to take.
        rf"{_MOST}.*?\({_SENT} in the (?:messages|prompt)",
        rf"{_MOST}.*?(?:requested|contains at least|resulted in) {_SENT}",
        rf"maximum context length (?:is|of) {_FITS}",
        # SGLang.
        rf"\({_SENT} tokens\).*?maximum (?:allowed|context) length\D*{_FITS}",
        # llama.cpp, where it has no fields for the numbers.
        rf"\({_SENT} tokens\) exceeds .*context size \({_FITS} tokens\)",
    )
)


class Overflow(NamedTuple):
    """Tokens that were sent and that fit; None where it is not said."""

    sent: int | None = None
    fits: int | None = None

    @property
    def excess(self) -> int | None:
        """Tokens that were too many."""
        if self.sent is None or self.fits is None or self.sent <= self.fits:
            return None
        return self.sent - self.fits


UNKNOWN = Overflow()


def overflow_of(fields: Mapping[str, Any], message: str) -> Overflow:
    """What `fields` of an error and its message say; llama.cpp has fields for both (section 7)."""
    sent, fits = fields.get("n_prompt_tokens"), fields.get("n_ctx")
    if _is_count(sent) and _is_count(fits):
        return Overflow(sent, fits)
    for pattern in _SAID:
        if found := pattern.search(message):
            numbers = found.groupdict()
            return Overflow(*(_number(numbers.get(name)) for name in ("sent", "fits")))
    return UNKNOWN


def by_how_much(overflow: Overflow) -> str:
    """The words for a sentence, with a colon before them; empty where no number is known."""
    if overflow.fits is None:
        return ""
    if overflow.sent is None or overflow.sent <= overflow.fits:
        return f": {overflow.fits:,} tokens fit"
    return f": {overflow.sent:,} tokens, of which {overflow.fits:,} fit"


def _number(text: str | None) -> int | None:
    return int(text) if text else None


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0

"""Which failures are worth another try, how often and how soon; then the request is sent again.

Only a request that has shown no text is sent again by itself, and each kind of failure only so
often, so that nothing is asked for ever.
"""

import logging
import random
from collections import Counter
from collections.abc import AsyncGenerator, Callable, Container, Mapping
from contextlib import aclosing
from types import MappingProxyType

from qwen_lsp.errors import Meaning, ModelError
from qwen_lsp.model.chat import Piece, Text
from qwen_lsp.model.limits.pauses import pause

log = logging.getLogger(__name__)

LONGEST_PAUSE = 120.0
"""Seconds; who asks for a longer pause is not waited for."""

# Seconds before each try. Limits of a minute are forgotten within one (qwen-services, 5.3); an
# engine that loads its model has as long as for a first token.
PAUSES: Mapping[Meaning, tuple[float, ...]] = MappingProxyType(
    {
        "rate": (2, 4, 8, 16, 30),
        "quota": (20, 60),
        "trouble": (1, 3, 9),
        "cut": (0.5, 2),
        "loading": (2, 3, *(5,) * 59),
    }
)
_WORDS: Mapping[Meaning, str] = MappingProxyType(
    {
        "rate": "too many requests; retrying",
        "quota": "too many tokens for now; retrying",
        "trouble": "the service is in trouble; retrying",
        "cut": "the connection broke; retrying",
        "loading": "loading the model; asking again",
    }
)

Attempt = Callable[[], AsyncGenerator[Piece, None]]


class Tries:
    """How often a request has failed, and of what."""

    def __init__(self, jitter: Callable[[], float] = random.random) -> None:
        """`jitter` gives numbers from 0 to 1."""
        self._failed: Counter[Meaning] = Counter()
        self._jitter = jitter

    def pause(self, error: ModelError) -> float | None:
        """Seconds to wait before the request is sent again; None where it is given up.

        The jitter lengthens them by a quarter at most, so that many jobs don't come back as one.
        """
        pauses = PAUSES.get(error.meaning, ())
        tried = self._failed[error.meaning]
        if tried >= len(pauses) or error.is_final or (error.after or 0) > LONGEST_PAUSE:
            return None
        self._failed[error.meaning] += 1
        seconds = max(error.after or 0, 0.5) if error.after is not None else pauses[tried]
        return seconds * (1 + self._jitter() / 4)


async def persistently(
    attempt: Attempt,
    *,
    rest: Callable[[float], None] = lambda _: None,
    never_after: Container[str] = (),
) -> AsyncGenerator[Piece, None]:
    """The pieces of `attempt`, which is made again where that is worth it. Raises ModelError.

    `rest` is told of the pause that an account needs. Wrap it in `contextlib.aclosing`.
    """
    tries, has_shown = Tries(), False
    while True:
        try:
            async with aclosing(attempt()) as pieces:
                async for piece in pieces:
                    has_shown = has_shown or isinstance(piece, Text)
                    yield piece
            return
        except ModelError as error:
            known = error.request_id or "unknown"
            log.info("A request has failed: %s; its id is %s", error.meaning, known)
            gives_up = has_shown or error.meaning in never_after
            seconds = None if gives_up else tries.pause(error)
            if seconds is None:
                raise
            meaning = error.meaning
        if meaning == "rate":
            rest(seconds)
        async with aclosing(pause(seconds, _WORDS[meaning])) as waiting:
            async for said in waiting:
                yield said

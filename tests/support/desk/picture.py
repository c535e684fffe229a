"""Two pictures of one document, what truly happened and what the server takes it for, and what each
says that the user has typed.

A server is told texts, not who has changed them. A picture that asks for no more typing than there
was is as good as the truth: nobody can know better.
"""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from .distance import distance

SOLID = 60
"""Characters that it costs to take one job's rows for something else."""
PRIVATE = 0xE000
"""The first of the characters that stand for the rows of jobs."""


class Part(NamedTuple):
    """Some text: the rows of a job, or, where that is None, what stands beside all rows."""

    job: int | None
    text: str


Picture = tuple[Part, ...]
"""A document as it is once all that is astray has been put right."""


def picture(parts: Iterable[Part]) -> Picture:
    """Parts that are beside each other are one."""
    joined: list[Part] = []
    for part in parts:
        if joined and joined[-1].job is None and part.job is None:
            joined[-1] = Part(None, joined[-1].text + part.text)
        else:
            joined.append(part)
    return tuple(part for part in joined if part.text or part.job is not None)


def typed(before: Picture, after: Picture, *, jobs: Collection[int], limit: int) -> int:
    """How many characters the user has put in and taken away at the least, beside those jobs' rows.

    `limit` where that is more. All that stands in the rows of other jobs counts too.
    """
    return distance(_masked(before, jobs), _masked(after, jobs), limit=limit)


def _masked(seen: Picture, jobs: Collection[int]) -> str:
    return "".join(
        chr(PRIVATE + part.job) * SOLID if part.job in jobs and part.job is not None else part.text
        for part in seen
    )

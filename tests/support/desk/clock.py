"""Time that passes by itself only as far as something is due."""

import heapq
import itertools
from collections.abc import Callable

WIRE = 0.0005
"""Seconds that a message takes; messages keep their order."""


class Clock:
    """Runs what is due, in order, without waiting. Seconds from 0."""

    def __init__(self) -> None:
        self.now = 0.0
        self._due: list[tuple[float, int, Callable[[], None]]] = []
        self._count = itertools.count()

    def call_at(self, when: float, call: Callable[[], None]) -> None:
        """Calls it then, after all that was asked for the same moment before."""
        heapq.heappush(self._due, (max(when, self.now), next(self._count), call))

    def call_later(self, seconds: float, call: Callable[[], None]) -> None:
        """Calls it after so many seconds."""
        self.call_at(self.now + seconds, call)

    def run(self, *, until: float) -> None:
        """Lets time pass."""
        while self._due and self._due[0][0] <= until:
            self.now, _, call = heapq.heappop(self._due)
            call()
        self.now = max(self.now, until)

"""An event loop whose clock jumps to whatever is due next, so that minutes take no time."""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

Result = TypeVar("Result")

SECONDS_FOR_THREADS = 5.0
"""Real seconds in which a thread that the loop doesn't know of must have come to its end."""


class _Selector(selectors.DefaultSelector):
    """Waits for nothing but threads; all other waiting is a jump of the clock."""

    loop: "VirtualLoop"

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if ready or timeout == 0:
            return ready
        if self.loop.threads:
            return super().select(0.05)
        if timeout is None:
            if ready := super().select(SECONDS_FOR_THREADS):
                return ready
            raise RuntimeError("Everything waits for something that will never come")
        self.loop.now += timeout
        return []


class VirtualLoop(asyncio.SelectorEventLoop):
    """`time` begins at 0 and moves only when there is nothing to do until something is due."""

    def __init__(self) -> None:
        self.now = 0.0
        self.threads = 0
        selector = _Selector()
        selector.loop = self
        super().__init__(selector)

    def time(self) -> float:
        return self.now

    def run_in_executor(  # type: ignore[override]
        self, executor: Any, func: Any, *args: Any
    ) -> Any:
        self.threads += 1
        future = super().run_in_executor(executor, func, *args)
        future.add_done_callback(self._thread_ended)
        return future

    def _thread_ended(self, _: object) -> None:
        self.threads -= 1


def run_virtually(main: Coroutine[Any, Any, Result]) -> Result:
    """Runs `main` to its end on a clock of its own."""
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        return runner.run(main)

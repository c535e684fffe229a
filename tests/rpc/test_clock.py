"""A program that was stopped for a while finds no timer due that was not due before."""

import asyncio

from qwen_lsp.lsp.rpc.clock import TICK, keep_steady


class Loop(asyncio.SelectorEventLoop):
    """A loop whose program can be stopped: its clock runs on."""

    stopped = 0.0

    def time(self) -> float:
        return super().time() + self.stopped


def test_what_was_stopped_has_its_time_all_the_same() -> None:
    async def scene() -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, Loop)
        keep_steady(loop)
        begun, fired = loop.time(), list[float]()
        loop.call_later(TICK + 0.2, lambda: fired.append(loop.time() - begun))
        loop.call_later(0.05, lambda: setattr(loop, "stopped", 3600.0))
        await asyncio.sleep(0.1)
        assert not fired
        assert loop.time() - begun < TICK + 0.2
        await asyncio.sleep(TICK + 0.3)
        assert TICK < fired[0] < 2 * TICK

    with asyncio.Runner(loop_factory=Loop) as runner:
        runner.run(scene())


def test_who_waits_for_long_waits_no_longer() -> None:
    async def scene() -> None:
        loop = asyncio.get_running_loop()
        begun = loop.time()
        keep_steady(loop)
        await asyncio.sleep(3.5)
        assert 3.4 < loop.time() - begun < 4

    with asyncio.Runner() as runner:
        runner.run(scene())

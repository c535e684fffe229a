"""The real process: its input and output, and how it ends."""

import asyncio
import signal

from ..support.stdio_client import (
    GOODBYE,
    SECONDS,
    answers,
    command,
    initialize,
    posix,
    process,
    read_answers,
    run,
)


def test_a_session_from_initialize_to_exit() -> None:
    done = run(initialize() + command(1, "echo", text="é") + GOODBYE)
    assert done.returncode == 0, done.stderr
    assert list(answers(done.stdout)) == [0, 1, 99]
    assert answers(done.stdout)[1] == {"text": "é"}


async def test_nothing_else_reads_or_writes_the_wire() -> None:
    async with process() as server:
        assert server.stdin
        assert server.stdout
        assert server.stderr
        server.stdin.write(initialize() + command(1, "print"))
        found = await read_answers(server.stdout, until=1)
        assert found[1] == "printed"
        server.stdin.write(GOODBYE)
        printed = await asyncio.wait_for(server.stderr.read(), SECONDS)
        for line in (b"a stray line", b"another", b"a child 0"):
            assert line in printed


@posix
async def test_an_unread_output_freezes_nothing_and_a_signal_ends_all() -> None:
    async with process() as server:
        assert server.stdin
        assert server.stdout
        # Far more than a pipe holds, and nobody reads it; what follows must still be taken.
        server.stdin.write(initialize() + command(1, "big", size=5_000_000))
        await asyncio.wait_for(server.stdin.drain(), SECONDS)
        server.stdin.write(command(2, "echo", text="x" * 3_000_000))
        await asyncio.wait_for(server.stdin.drain(), SECONDS)
        found = await read_answers(server.stdout, until=2)
        assert (len(found[1]), len(found[2]["text"])) == (5_000_000, 3_000_000)

        server.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(server.wait(), SECONDS) == 128 + signal.SIGTERM

"""Runs jobs in all weathers, and prints what became of them; exits with 1 if one went wrong.

Half of them ask a service that can go on with a cut reply, half one that can't. Each half has a
real server of its own; after stops and failures it restores the original, then it keeps what came.
"""

import argparse
import asyncio
import secrets
import sys
import tempfile
from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from .plan import drawn
from .station import LANES, Log, Station, station
from .verdict import OnStop

JOBS = 1_000
WARM_UP = 3
"""One job in so many runs before the memory is looked at first."""
MOST_GROWTH = 0.1
MOST_SHOWN = 5
SETTLED_SECONDS = 1.0
WAYS = {"goes-on": True, "cut": False}
ON_STOP: tuple[OnStop, ...] = ("restore", "keep")


@dataclass(frozen=True)
class Came:
    """What came of the jobs of one server. Its memory is in MiB; 0 where it isn't measured."""

    way: str
    log: Log
    before: float
    after: float

    @property
    def has_grown(self) -> bool:
        return self.after > self.before * (1 + MOST_GROWTH)


def main() -> int:
    """The exit status."""
    asked = _arguments()
    say(f"seed {asked.seed}, {asked.jobs:,} jobs, {LANES} at a time at each of two servers")
    with tempfile.TemporaryDirectory() as folder:
        came = asyncio.run(_show(Path(folder), asked) if asked.job else _all(Path(folder), asked))
    for each in came:
        _report(each, asked.seed)
    wrong = sum(len(each.log.wrong) for each in came)
    grown = sum(each.has_grown for each in came)
    say(f"{wrong} jobs went wrong, {grown} servers grew by more than {MOST_GROWTH:.0%}")
    return int(bool(wrong or grown))


def say(words: str) -> None:
    """Prints at once."""
    sys.stdout.write(words + "\n")
    sys.stdout.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.weather", description=__doc__)
    new = secrets.randbelow(10**6)
    parser.add_argument("--seed", type=int, default=new, help="without it a new one")
    parser.add_argument("--jobs", type=int, default=JOBS, help="in all")
    parser.add_argument("--job", type=int, help="only the one with this number")
    parser.add_argument("--way", choices=WAYS, default="cut", help="of that one")
    return parser.parse_args()


async def _all(folder: Path, asked: argparse.Namespace) -> list[Came]:
    numbers = range(1, asked.jobs + 1)
    async with asyncio.TaskGroup() as halves:
        tasks = [
            halves.create_task(_half(folder, asked.seed, way, list(numbers[place::2])))
            for place, way in enumerate(WAYS)
        ]
    return [task.result() for task in tasks]


async def _half(folder: Path, seed: int, way: str, jobs: list[int]) -> Came:
    plan_of = partial(drawn, seed)
    async with station(folder / way, plan_of, goes_on=WAYS[way]) as found:
        warm = len(jobs) // WARM_UP
        before = await _memory_after(found, jobs[:warm], seed)
        after = await _memory_after(found, jobs[warm:], seed)
    return Came(way, found.log, before, after)


async def _memory_after(found: Station, jobs: list[int], seed: int) -> float:
    """The memory of the server once the jobs have run, the first half of them with `restore`."""
    half = len(jobs) // 2
    await found.run(jobs[:half], partial(drawn, seed), "restore")
    await found.run(jobs[half:], partial(drawn, seed), "keep")
    await asyncio.sleep(SETTLED_SECONDS)
    return found.memory()


async def _show(folder: Path, asked: argparse.Namespace) -> list[Came]:
    """One job alone, by both ways to stop, with all that is planned for it."""
    say(str(drawn(asked.seed, asked.job)))
    plan_of = partial(drawn, asked.seed)
    async with station(folder, plan_of, goes_on=WAYS[asked.way]) as found:
        for on_stop in ON_STOP:
            await found.run([asked.job], plan_of, on_stop)
        return [Came(asked.way, found.log, 0, 0)]


def _report(came: Came, seed: int) -> None:
    log = came.log
    ends = ", ".join(f"{name} {count:,}" for name, count in Counter(log.outcomes).most_common())
    say(
        f"{came.way:8} {ends}; {log.requests:,} requests, {log.gone_on:,} of them went on with a "
        f"reply; memory {came.before:.1f} MiB before, {came.after:.1f} MiB after; this process "
        f"stood still for {log.stood_still:.1f} s at most"
    )
    for job, words in list(log.wrong.items())[:MOST_SHOWN]:
        say(f"job {job}: {'; '.join(words)}"[:600])
        say(f"  python -m tests.weather --seed {seed} --job {job} --way {came.way}")


if __name__ == "__main__":
    sys.exit(main())

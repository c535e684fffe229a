"""Runs, and prints how many went wrong and how to see each again; exits with 1 if there is one."""

import argparse
import multiprocessing
import sys
import traceback
from collections import Counter
from collections.abc import Iterator
from typing import NamedTuple

from ..support.desk.habits import KINDS, Kind
from .driver import Run

RUNS = 24_000
CHUNK = 100
MOST_SHOWN = 5


class Chunk(NamedTuple):
    """Some runs, one after the other."""

    kind: Kind
    first: int
    last: int


class Came(NamedTuple):
    """What came of a chunk: how its jobs ended, and which seeds went wrong."""

    kind: Kind
    runs: int
    endings: Counter[str]
    wrong: list[tuple[int, str]]


def main() -> int:
    """The exit status."""
    asked = _arguments()
    kinds = [asked.only] if asked.only else list(KINDS)
    each = -(-asked.runs // len(kinds))
    say(f"seed {asked.seed}, {each:,} runs in each of {', '.join(kinds)}")
    if asked.runs == 1:
        return _show(kinds, asked.seed)
    chunks = list(_chunks(kinds, asked.seed, each))
    with multiprocessing.Pool() as pool:
        came = list(pool.imap_unordered(run, chunks))
    return _report(kinds, came)


def run(chunk: Chunk) -> Came:
    """All runs of a chunk."""
    endings: Counter[str] = Counter()
    wrong = []
    for seed in range(chunk.first, chunk.last):
        done = Run(chunk.kind, seed)
        if complaints := _complaints(done):
            wrong.append((seed, complaints[0]))
        endings.update(job.writing.ending.name for job in done.desk.jobs if job.writing.ending)
    return Came(chunk.kind, chunk.last - chunk.first, endings, wrong)


def say(*words: object, sep: str = " ") -> None:
    """Prints at once."""
    sys.stdout.write(sep.join(map(str, words)) + "\n")
    sys.stdout.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="of the first run in each editor")
    parser.add_argument("--runs", type=int, default=RUNS, help="in all; 1 shows what happens")
    parser.add_argument("--only", choices=KINDS, help="one kind of editor")
    return parser.parse_args()


def _chunks(kinds: list[Kind], seed: int, each: int) -> Iterator[Chunk]:
    for first in range(seed, seed + each, CHUNK):
        for kind in kinds:
            yield Chunk(kind, first, min(first + CHUNK, seed + each))


def _complaints(done: Run) -> list[str]:
    try:
        return done.finish()
    except Exception:  # noqa: BLE001 - a run that breaks is one that went wrong
        return [traceback.format_exc().strip().splitlines()[-1], traceback.format_exc()]


def _report(kinds: list[Kind], came: list[Came]) -> int:
    wrong = sorted((each.kind, *pair) for each in came for pair in each.wrong)
    for kind in kinds:
        runs = sum(each.runs for each in came if each.kind == kind)
        endings = sum((each.endings for each in came if each.kind == kind), Counter())
        ended = ", ".join(f"{name} {count:,}" for name, count in endings.most_common())
        say(f"{kind:8} {runs:7,} runs  {_count(kind, wrong)} corruptions  ({ended})")
        for _, seed, complaint in [each for each in wrong if each[0] == kind][:MOST_SHOWN]:
            say(f"  seed {seed}: {complaint[:200]}")
            _show([kind], seed)
    say(f"{sum(each.runs for each in came):,} runs, {len(wrong)} corruptions")
    return int(bool(wrong))


def _count(kind: Kind, wrong: list[tuple[Kind, int, str]]) -> int:
    return sum(each[0] == kind for each in wrong)


def _show(kinds: list[Kind], seed: int) -> int:
    """One seed's run with all that happens in it."""
    wrong = False
    for kind in kinds:
        done = Run(kind, seed, is_traced=True)
        say(f"python -m tests.soak --only {kind} --seed {seed} --runs 1")
        say(done.desk.editor.habits)
        say(repr(done.desk.editor.text))
        complaints = _complaints(done)
        say(*done.desk.trace, *complaints, sep="\n")
        wrong |= bool(complaints)
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())

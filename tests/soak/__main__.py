"""Runs, and prints how many went wrong and how to see each again; exits with 1 if there is one.

Then a state machine of hypothesis' plays what no seed has been told to, in each kind of editor.
"""

import argparse
import multiprocessing
import os
import secrets
import subprocess
import sys
import traceback
from collections import Counter
from collections.abc import Iterator, Sequence
from multiprocessing.pool import ThreadPool
from typing import NamedTuple

from ..support.desk.habits import KINDS, Kind
from ..support.desk.job import Complaint, Verdict
from .driver import Run

RUNS = 40_000
CHUNK = 100
MOST_SHOWN = 5
EXAMPLES = 400
"""Of one play of the state machine."""
PLAYS = 10
"""Of the state machine in each kind of editor, each with a seed of its own."""
SEEDS = 1_000_000


class Chunk(NamedTuple):
    """Some runs, one after the other."""

    kind: Kind
    first: int
    last: int


class Wrong(NamedTuple):
    """A run that went wrong, and by what."""

    kind: Kind
    seed: int
    verdict: Verdict
    words: str


class Came(NamedTuple):
    """What came of a chunk: how its jobs ended, and which seeds went wrong."""

    kind: Kind
    runs: int
    endings: Counter[str]
    wrong: list[Wrong]


def main() -> int:
    """The exit status."""
    asked = _arguments()
    first = secrets.randbelow(SEEDS) if asked.seed is None else asked.seed
    kinds = [asked.only] if asked.only else list(KINDS)
    each = -(-asked.runs // len(kinds))
    say(f"seed {first}, {each:,} runs in each of {', '.join(kinds)}")
    if asked.runs == 1:
        return _show(kinds, first)
    chunks = list(_chunks(kinds, first, each))
    with multiprocessing.Pool() as pool:
        came = list(pool.imap_unordered(run, chunks))
    is_wrong = _report(kinds, came)
    if asked.examples:
        is_wrong |= _play_all(kinds, asked.examples)
    return is_wrong


def run(chunk: Chunk) -> Came:
    """All runs of a chunk."""
    endings: Counter[str] = Counter()
    wrong: list[Wrong] = []
    for seed in range(chunk.first, chunk.last):
        done = Run(chunk.kind, seed)
        if complaints := _complaints(done):
            worst = min(complaints, key=lambda each: each.verdict)
            wrong.append(Wrong(chunk.kind, seed, *worst))
        endings.update(job.region.ending.name for job in done.desk.jobs if job.region.ending)
    return Came(chunk.kind, chunk.last - chunk.first, endings, wrong)


def say(*words: object, sep: str = " ") -> None:
    """Prints at once."""
    sys.stdout.write(sep.join(map(str, words)) + "\n")
    sys.stdout.flush()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--seed", type=int, help="of the first run; drawn if it is left out")
    parser.add_argument("--runs", type=int, default=RUNS, help="in all; 1 shows what happens")
    parser.add_argument("--only", choices=KINDS, help="one kind of editor")
    parser.add_argument("--examples", type=int, default=EXAMPLES, help="of the machine; may be 0")
    return parser.parse_args()


def _chunks(kinds: list[Kind], seed: int, each: int) -> Iterator[Chunk]:
    for first in range(seed, seed + each, CHUNK):
        for kind in kinds:
            yield Chunk(kind, first, min(first + CHUNK, seed + each))


def _complaints(done: Run) -> list[Complaint]:
    try:
        return done.finish()
    except Exception:  # noqa: BLE001 - a run that breaks is one that went wrong
        return [Complaint("corruption", " ".join(traceback.format_exc().split("\n")[:-4:-1]))]


def _report(kinds: list[Kind], came: list[Came]) -> int:
    wrong = sorted(pair for each in came for pair in each.wrong)
    for kind in kinds:
        of_kind = [each for each in came if each.kind == kind]
        runs = sum(each.runs for each in of_kind)
        endings = sum((each.endings for each in of_kind), Counter())
        found = Counter(each.verdict for each in wrong if each.kind == kind)
        say(
            f"{kind:8} {runs:7,} runs  {found['corruption']} corruptions, {found['early']} early",
            f"({', '.join(f'{name} {count:,}' for name, count in endings.most_common())})",
        )
    for kind in kinds:
        for each in [each for each in wrong if each.kind == kind][:MOST_SHOWN]:
            say(f"{kind} seed {each.seed}, {each.verdict}: {each.words[:200]}")
            _show([kind], each.seed)
    corruptions = sum(each.verdict == "corruption" for each in wrong)
    runs = sum(each.runs for each in came)
    say(f"{runs:,} runs, {corruptions} corruptions, {len(wrong) - corruptions} early")
    return int(bool(wrong))


def _play_all(kinds: Sequence[Kind], examples: int) -> int:
    """The state machine, several times in each kind of editor."""
    plays = [(kind, examples) for kind in kinds for _ in range(PLAYS)]
    with ThreadPool(os.cpu_count()) as pool:
        wrong = sum(pool.starmap(_play, plays))
    say(f"{len(plays)} plays, {wrong} of them wrong")
    return int(wrong > 0)


def _play(kind: Kind, examples: int) -> bool:
    """The state machine, from a seed that is drawn anew each time; whether it goes wrong."""
    seed = secrets.randbelow(SEEDS)
    command = f"-m tests.soak.machine {kind} --strict --examples {examples} --seed {seed}"
    env = {**os.environ, "PYTHONHASHSEED": "0"}
    played = subprocess.run(
        [sys.executable, *command.split()], env=env, check=False, capture_output=True, text=True
    )
    if played.returncode:
        say(f"PYTHONHASHSEED=0 python {command}", played.stdout, played.stderr, sep="\n")
    return played.returncode != 0


def _show(kinds: list[Kind], seed: int) -> int:
    """One seed's run with all that happens in it."""
    wrong = False
    for kind in kinds:
        done = Run(kind, seed, is_traced=True)
        say(f"python -m tests.soak --only {kind} --seed {seed} --runs 1")
        say(done.desk.editor.habits)
        say(repr(done.desk.editor.text))
        complaints = _complaints(done)
        told = [f"{verdict}: {words}" for verdict, words in complaints]
        say(*done.desk.trace, *told, sep="\n")
        wrong |= bool(complaints)
    return int(wrong)


if __name__ == "__main__":
    sys.exit(main())

"""Measures and prints; exits with 1 where a goal is missed. Takes about four minutes.

`--base COMMIT` compares the server with that of another commit instead, and exits with 1 where it
is worse.
"""

import argparse
import asyncio
import os
import platform
import sys
from collections.abc import Iterable
from statistics import median
from typing import get_args

from tests.support.kinds import IDLE, RATE_LIMIT, Kind

from .base import NoBase, built
from .compare import compare
from .compare import table as table_of
from .measure import MENU_LINES, MENUS, STARTS, Job, bench, menus, side_by_side, starts
from .models import Undo, cost, first_line, while_typing
from .process import resident_mib
from .reading import FAST, PACE, PACED, TOKENS, reading
from .reply import Reply
from .report import Goal, Row, heading

FILES = (100, 100_000)
REPEATS = {500: 5, 10_000: 1}
"""How often a reply of so many tokens is measured; a long one is steady by itself."""

MS = 1000
SAME = Goal(least=0.8, most=1.2)
EQUAL = Goal(least=0.95, most=1.05)
NAMES: dict[Kind, str] = {
    "vscode": "VS Code", "helix": "Helix", "neovim": "Neovim", "eglot": "eglot",
}  # fmt: skip
AT_REST = [Goal(50), Goal(50), Goal(50 + RATE_LIMIT * MS), Goal(50 + IDLE * MS)]
"""Milliseconds: two of the editors may have to report something first."""


def main() -> int:
    """The exit status."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--base", metavar="COMMIT")
    base = parser.parse_args().base
    say(f"Python {platform.python_version()}, {platform.platform()}, {load()}")
    return of_goals() if base is None else of_base(base)


def of_base(commit: str) -> int:
    """The exit status of a comparison with another commit."""
    say(f"\nCompared with {commit}; a case is tokens in the reply / lines in the file")
    try:
        with built(commit) as server:
            compared = asyncio.run(compare(server))
    except NoBase as error:
        say(f"{commit} can't be built: {error}")
        return 2
    say(table_of(compared), f" {load()}")
    return int(any(each.is_worse for each in compared))


def of_goals() -> int:
    """The exit status of what is measured against goals."""
    rows = [*of_models(), *asyncio.run(of_process())]
    missed = sum(row.is_missed for row in rows)
    say(f"\n{missed} missed" if missed else "\nAll is reached", f"; {load()}")
    return int(missed > 0)


def of_models() -> list[Row]:
    """One reply into the models of four editors, and a shorter one while somebody types."""
    reply, kinds = Reply(500), list(NAMES)
    left, folded = ([cost(kind, reply, undo) for kind in kinds] for undo in get_args(Undo))
    shown = [first_line(kind, reply) * MS for kind in kinds]
    return table(
        heading("Models of editors", list(NAMES.values())),
        Row("edits for 500 tokens", [each.edits for each in left], digits=0),
        Row("  with one undo", [each.edits for each in folded], digits=0),
        Row("newText bytes for a byte of code", [e.new_text for e in left], Goal(1.3), digits=2),
        Row("  with one undo", [each.new_text for each in folded], Goal(3.5), digits=2),
        Row("first line of code to the document, ms", shown, AT_REST),
        Row(
            "200 tokens in 2 s, a key every 70 ms, s",
            [while_typing(kind, Reply(200)) for kind in kinds],
            [Goal(3), Goal(3), Goal(3), Goal()],
        ),
    )


async def of_process() -> list[Row]:
    """The real process."""
    return [*await of_starting(), *await of_reading(), *await of_streaming()]


async def of_starting() -> list[Row]:
    """Starting, idling, and the menu."""
    started, asked = await starts(), await menus()
    memory = middle(start.memory for start in started)
    return table(
        heading("", ["measured"]),
        Row(
            f"initialize is answered after, ms (of {STARTS})",
            [median(start.seconds for start in started) * MS],
            digits=0,
        ),
        Row("memory when idle, MiB", [memory], Goal(64)),
        Row(f"codeAction in {MENU_LINES:,} lines, ms (of {MENUS})", [asked.median * MS], Goal(5)),
        Row("  of a hundred the slowest, ms", [asked.slowest_hundredth * MS], Goal(5)),
    )


async def of_reading() -> list[Row]:
    """A reply as a fast service sends it, which has a goal; and at once, which shows what it costs.

    There, too, edits leave at their pace, and the last one is waited for.
    """
    paced, fast = await reading(PACE, PACED), await reading(0.0, FAST)
    added, slowest = zip(paced.added, fast.added, strict=True)
    return table(
        heading(f"Reading {TOKENS:,} tokens", [f"{1 / PACE:.0f} a second", "at once"]),
        Row(
            "total time, ours to a bare httpx loop's",
            [paced.ratio, fast.ratio],
            [Goal(1.05), Goal()],
            digits=3,
        ),
        Row("from a chunk to the planned edit, us", added, digits=0),
        Row("  of a hundred the slowest, us", slowest, digits=0),
    )


async def of_streaming() -> list[Row]:
    """Replies of two lengths into files of two lengths."""
    async with bench(FILES[0]) as short, bench(FILES[1]) as long:
        jobs = [
            [combined(each) for each in zip(*runs, strict=True)]
            for tokens, repeats in REPEATS.items()
            for runs in [[await side_by_side(short, long, Reply(tokens)) for _ in range(repeats)]]
        ]
        memory = [resident_mib(each.editor.pid) for each in (short, long)]
    return grid([job for pair in jobs for job in pair], memory)


def combined(jobs: Iterable[Job]) -> Job:
    """The medians of several runs."""
    runs = list(jobs)
    return Job(
        median(job.first_edit for job in runs),
        median(job.new_text for job in runs),
        median(job.edits_per_second for job in runs),
        middle(job.processor_per_token for job in runs),
        middle(job.last_to_first for job in runs),
    )


def grid(jobs: list[Job], memory: list[float | None]) -> list[Row]:
    """Rows with a cell for each length of reply and file, in this order."""
    cases = [f"{tokens:,}/{lines:,}" for tokens in REPEATS for lines in FILES]
    processor = [job.processor_per_token for job in jobs]
    new_text, pace = [job.new_text for job in jobs], [job.edits_per_second for job in jobs]
    return [
        *table(
            heading("Tokens in the reply / lines in the file", cases),
            Row("first line of code to its edit, ms", [j.first_edit * MS for j in jobs], Goal(50)),
            Row("newText bytes for a byte of code", new_text, Goal(1.3), digits=2),
            Row("edits a second", pace, Goal(8), digits=2),
            Row("processor time a token, ms", [p and p * MS for p in processor], digits=3),
        ),
        *table(
            heading("Ratios", []),
            Row("processor time, long file to short", long_to_short(processor), SAME, digits=2),
            Row(
                "processor time, last to first thousand tokens",
                [job.last_to_first for job in jobs[-len(FILES) :]],
                SAME,
                digits=2,
            ),
            Row("newText, long reply to short", later_to_earlier(new_text), EQUAL, digits=2),
            Row("edits a second, long reply to short", later_to_earlier(pace), EQUAL, digits=2),
        ),
        *table(
            heading("Memory after all that, by lines in the file", [f"{each:,}" for each in FILES]),
            Row("MiB", memory),
        ),
    ]


def long_to_short(figures: list[float | None]) -> list[float | None]:
    """For each length of reply, how the long file compares to the short one."""
    pairs = zip(figures[::2], figures[1::2], strict=True)
    return [long / short if short and long else None for short, long in pairs]


def later_to_earlier(figures: list[float]) -> list[float]:
    """For each length of file, how the long reply compares to the short one."""
    return [long / short for short, long in zip(figures[:2], figures[2:], strict=True)]


def middle(figures: Iterable[float | None]) -> float | None:
    """The median, or None where there is nothing."""
    known = [figure for figure in figures if figure is not None]
    return median(known) if known else None


def table(head: str, *rows: Row) -> list[Row]:
    """Prints rows and gives them back."""
    say(head)
    for row in rows:
        say(str(row))
    return list(rows)


def load() -> str:
    """How busy the machine is: with more than its processors can do, all figures are worse."""
    if not hasattr(os, "getloadavg"):
        return f"{os.cpu_count()} processors"
    return f"load {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors"


def say(*words: str) -> None:
    """Prints a line at once."""
    sys.stdout.write("".join(words) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())

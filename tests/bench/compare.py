"""This tree's server beside that of another commit, both driven over stdio by this tree's bench.

They are measured in turn, so that whatever else the machine does falls on both. What looks into a
server from within is left out, for the other commit has other modules.
"""

from collections import defaultdict
from collections.abc import AsyncGenerator, Iterable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TypeVar

from .editor import SERVER
from .measure import MENU_LINES, MENUS, STARTS, Bench, Job, Menus, Start, bench, side_by_side, start
from .process import resident_mib
from .reply import Reply
from .report import WIDTH

RUNS = 3
WORSE = 1.1
"""Ours to the base's. Of every figure less is better."""

FILES = (100, 100_000)
REPEATS = {100: 10, 500: 3, 2_000: 1}
"""How often a reply of so many tokens is measured in each run."""
FEW = 5
"""Of fewer replies the first edit is not compared: how long it takes is in part chance."""
LEFT_OUT = "the models of editors, and reading compared to a bare httpx loop: they are within"

CELL = 10
MS = 1000

Figures = dict[str, float | None]
Thing = TypeVar("Thing")


@dataclass(frozen=True)
class Compared:
    """What was measured of both servers, run by run; None where it can't be measured."""

    name: str
    base: Sequence[float | None]
    ours: Sequence[float | None]

    @property
    def ratios(self) -> list[float | None]:
        """Ours to the base's, run by run."""
        pairs = zip(self.base, self.ours, strict=True)
        return [ours / base if ours is not None and base else None for base, ours in pairs]

    @property
    def is_worse(self) -> bool:
        """Whether it is worse in every run: what is worse in one may be the machine's business."""
        return all(ratio is not None and ratio > WORSE for ratio in self.ratios)

    def __str__(self) -> str:
        figures = [_middle(self.base), _middle(self.ours), *self.ratios]
        cells = "".join(f"{_cell(figure):>{CELL}}" for figure in figures)
        return f"{self.name:<{WIDTH}}{cells}{'   WORSE' if self.is_worse else ''}"


class Side:
    """One of the two servers, and what is measured of it in one run."""

    def __init__(self, server: Path) -> None:
        self.server = server
        self.starts: list[Start] = []
        self.menus: list[float] = []
        self.jobs: defaultdict[str, list[Job]] = defaultdict(list)
        self.memory: Figures = {}

    @property
    def figures(self) -> Figures:
        """Milliseconds, MiB, and numbers of edits, by name."""
        asked = Menus.of(self.menus)
        found: Figures = {
            "initialize is answered after, ms": median(each.seconds for each in self.starts) * MS,
            "memory when idle, MiB": _middle(each.memory for each in self.starts),
            f"codeAction in {MENU_LINES:,} lines, ms": asked.median * MS,
            "  of a hundred the slowest, ms": asked.slowest_hundredth * MS,
        }
        for case, jobs in self.jobs.items():
            processor = _middle(job.processor_per_token for job in jobs)
            if len(jobs) >= FEW:
                first_edit = median(job.first_edit for job in jobs)
                found[f"{case}: first line to its edit, ms"] = first_edit * MS
            found |= {
                f"{case}: newText bytes for a byte": median(j.new_text for j in jobs),
                f"{case}: edits a second": median(j.edits_per_second for j in jobs),
                f"{case}: processor a token, ms": processor and processor * MS,
            }
        return found | self.memory


async def compare(base: Path) -> list[Compared]:
    """Measures this tree's server and that one, several times."""
    runs = [await _run(base) for _ in range(RUNS)]
    return [
        Compared(name, [base[name] for base, _ in runs], [ours[name] for _, ours in runs])
        for name in runs[0][0]
    ]


def table(compared: Sequence[Compared]) -> str:
    """All ratios, beside the middle of what was measured."""
    names = ("base", "ours", *(f"ratio {number}" for number in range(1, RUNS + 1)))
    head = " " * WIDTH + "".join(f"{name:>{CELL}}" for name in names)
    worse = sum(each.is_worse for each in compared)
    verdict = f"{worse} worse by more than {WORSE - 1:.0%} in every run" if worse else "None worse"
    return "\n".join([head, *map(str, compared), f"\n{verdict}. Left out: {LEFT_OUT}."])


async def _run(base: Path) -> tuple[Figures, Figures]:
    """The base's figures, and ours."""
    sides = Side(base), Side(SERVER)
    for number in range(STARTS):
        for side in _in_turn(sides, number):
            side.starts.append(await start(side.server))
    await _ask_for_menus(sides)
    await _stream(sides)
    return sides[0].figures, sides[1].figures


async def _ask_for_menus(sides: Sequence[Side]) -> None:
    async with _benches(sides, MENU_LINES) as benches:
        for number in range(MENUS):
            for side, (large,) in _in_turn(benches, number):
                side.menus.append(await large.menu(number))


async def _stream(sides: Sequence[Side]) -> None:
    async with _benches(sides, *FILES) as benches:
        for tokens, repeats in REPEATS.items():
            for number in range(repeats):
                for side, (short, long) in _in_turn(benches, number):
                    jobs = await side_by_side(short, long, Reply(tokens))
                    for lines, job in zip(FILES, jobs, strict=True):
                        side.jobs[f"{tokens:,}/{lines:,}"].append(job)
        for side, each in benches:
            for lines, one in zip(FILES, each, strict=True):
                side.memory[f"memory after that, {lines:,} lines, MiB"] = resident_mib(
                    one.editor.pid
                )


@asynccontextmanager
async def _benches(
    sides: Sequence[Side], *files: int
) -> AsyncGenerator[list[tuple[Side, list[Bench]]]]:
    """For each server, one with a file of each of these lengths."""
    async with AsyncExitStack() as stack:
        yield [
            (side, [await stack.enter_async_context(bench(each, side.server)) for each in files])
            for side in sides
        ]


def _in_turn(sides: Sequence[Thing], number: int) -> Sequence[Thing]:
    """Both, each first every other time."""
    return sides[::-1] if number % 2 else sides


def _middle(figures: Iterable[float | None]) -> float | None:
    known = [figure for figure in figures if figure is not None]
    return median(known) if known else None


def _cell(figure: float | None) -> str:
    return "–" if figure is None else f"{figure:.3g}" if figure < 100 else f"{figure:.0f}"

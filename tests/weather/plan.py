"""What happens to the requests of one job, drawn from a seed, and what must become of the job."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from random import Random
from typing import Literal

Kind = Literal[
    "fine", "rate", "quota", "trouble", "loading", "lost", "final", "smaller", "broken", "anywhere"
]
"""What happens to a request.

`rate` to `lost`: it is refused before any text, and asked for again; `final`: so that nobody asks
again; `smaller`: so that less of the file is sent. `broken`: it breaks off after some text;
`anywhere`: after any byte, also the last.
"""
Due = Literal["done", "failed"]

TRIES: Mapping[Kind, int] = {"rate": 5, "quota": 2, "trouble": 3, "lost": 2, "loading": 61}
"""How often a request is sent again after each."""
GOES_ON = 2
"""How often a reply is gone on with."""
LONGEST = 40_000
"""Bytes, more than any answer has."""

SILENCE = "fault=silence"
REFUSALS: Mapping[Kind, tuple[str, ...]] = {
    "rate": ("refuse=429", "refuse=busy"),
    "trouble": ("refuse=500", "refuse=503", "refuse=plain", "fault=json"),
    "loading": ("refuse=loading",),
    "lost": ("fault=cut, after=0", "fault=reset, after=0", "fault=garbage, after=0"),
    "quota": ("fault=object, after=0", "fault=native, after=0"),
    "final": (
        "refuse=403", "refuse=404", "refuse=405", "refuse=filter", "refuse=overdue",
        "refuse=quota", "refuse=waf", "fault=object", "fault=text", "fault=prefixed",
        "fault=finish", "fault=native", "fault=length",
    ),
    "smaller": ("refuse=context", "refuse=length"),
    "broken": ("fault=cut", "fault=reset", "fault=garbage", "fault=half", SILENCE),
}  # fmt: skip
SOME_TEXT = range(3, 46)
"""Tokens: some of them three times over are less than a reply has."""


@dataclass(frozen=True)
class Fate:
    """What happens to one request: knobs of the simulator, and where the way to it breaks.

    `cut` is a number of bytes of the answer; with `splits` the next character of several bytes is
    cut in two. `resets`: the connection is reset, not closed.
    """

    kind: Kind = "fine"
    simulate: str = ""
    cut: int | None = None
    splits: bool = False
    resets: bool = False


@dataclass(frozen=True)
class Plan:
    """The fates of a job's requests, after which all is fine; and when its user stops it."""

    fates: tuple[Fate, ...] = ()
    pace: str = ""
    stops_after: float | None = None

    @property
    def is_slow(self) -> bool:
        """Whether it takes a minute or more."""
        return any(fate.kind == "quota" for fate in self.fates)

    def fate(self, number: int) -> Fate:
        """That of the request with this number, the first one being 0."""
        return self.fates[number] if number < len(self.fates) else Fate()

    def due(self, *, goes_on: bool) -> Due | None:
        """How the job has to end; None where that hangs on where a request broke, or on a stop.

        `goes_on`: the service can go on with a reply.
        """
        if self.stops_after is not None:
            return None
        refused: Counter[Kind] = Counter()
        breaks = 0
        for fate in self.fates:
            if fate.kind in ("anywhere", "smaller"):
                return None
            if fate.kind == "final":
                return "failed"
            if fate.kind == "broken":
                breaks += 1
                if not goes_on or breaks > GOES_ON:
                    return "failed"
                refused.clear()
            else:
                refused[fate.kind] += 1
                # What breaks before it goes on is not asked for again as a whole request is.
                if refused[fate.kind] > TRIES[fate.kind] or (breaks and fate.kind == "lost"):
                    return "failed"
        return "done"


def drawn(seed: int, job: int, *, is_quick: bool = False) -> Plan:
    """The plan of a job. With `is_quick` it takes a few seconds at most."""
    return _Drawing(Random(f"weather {seed} {job}"), is_quick=is_quick).plan()


class _Drawing:
    """Draws fates; where it `is_quick`, such as are over soon."""

    def __init__(self, rng: Random, *, is_quick: bool) -> None:
        self._rng, self._is_quick = rng, is_quick

    def plan(self) -> Plan:
        rng = self._rng
        pace = f"pace={rng.choice((0, 1, 3, 8))}, first_token={rng.choice((0, 20, 200, 900))}"
        stops = rng.uniform(0.02, 1.5) if rng.random() < 0.06 else None
        return Plan(tuple(self._fates()), pace, stops)

    def _fates(self) -> list[Fate]:
        rng = self._rng
        shapes = ("fine", "refused", "often", "final", "broken", "anywhere", "all")
        match rng.choices(shapes, (4, 4, 1, 3, 5, 5, 3))[0]:
            case "fine":
                return []
            case "refused":
                return [self._passing() for _ in range(rng.randint(1, 3))]
            case "often":
                return self._too_often()
            case "final":
                before = [self._passing() for _ in range(rng.choice((0, 0, 1)))]
                return [*before, self._of(rng.choice(("final", "final", "smaller")))]
            case "broken":
                return [self._of("broken") for _ in range(rng.choice((1, 1, 2, 3)))]
            case "anywhere":
                return [self._anywhere() for _ in range(rng.choice((1, 1, 2, 3)))]
            case _:
                kinds = (self._passing, self._anywhere, lambda: self._of("broken"))
                return [rng.choice(kinds)() for _ in range(rng.randint(2, 4))]

    def _too_often(self) -> list[Fate]:
        kinds: tuple[Kind, ...] = ("rate",) if self._is_quick else ("rate", "trouble", "quota")
        kind = self._rng.choice(kinds)
        return [self._of(kind, asks=1.0) for _ in range(TRIES[kind] + 1)]

    def _passing(self) -> Fate:
        kinds: tuple[Kind, ...] = ("rate", "trouble", "loading", "lost", "quota")
        weights = (50, 30, 10, 20, 0 if self._is_quick else 2)
        return self._of(self._rng.choices(kinds, weights)[0])

    def _of(self, kind: Kind, *, asks: float = 0.7) -> Fate:
        """One of the ways in which it happens; `asks`: how often Retry-After comes along."""
        rng = self._rng
        simulate = rng.choice(REFUSALS[kind])
        if self._is_quick and simulate == SILENCE:
            simulate = REFUSALS[kind][0]
        if simulate.startswith("fault"):
            if "after" not in simulate and "json" not in simulate:
                simulate += f", after={rng.choice(SOME_TEXT)}"
        elif kind != "final" and (self._is_quick or rng.random() < asks):
            simulate += f", retry_after={0.1 if self._is_quick else rng.choice((0.1, 0.5, 1))}"
        return Fate(kind, simulate)

    def _anywhere(self) -> Fate:
        rng = self._rng
        cut = rng.choice((rng.randrange(1_000), rng.randrange(LONGEST)))
        return Fate("anywhere", "", cut, splits=rng.random() < 0.5, resets=rng.random() < 0.5)

"""Whatever a user, a model and an editor do, in whatever order: what must be there is there.

Plays the same examples each time, or with `--seed` others, the same ones for the same seed.
"""

import argparse
from random import Random

from hypothesis import seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    get_state_machine_test,
    initialize,
    rule,
)

from ..support.desk.desk import Desk
from ..support.desk.formatters import FORMATTERS, Formatter
from ..support.desk.habits import KINDS, Habits, Kind
from ..support.desk.job import Close, Job
from ..support.desk.user import PLACES, User, Where
from .driver import PASTED, TYPED
from .scene import scene

PORTIONS = st.sampled_from((0.0, 0.25, 0.5, 0.75, 1.0))
WHERE = st.sampled_from(PLACES)
JOBS = st.integers(0, 2)


class Machine(RuleBasedStateMachine):
    """A desk in an editor of one kind."""

    kind: Kind
    is_strict = False

    @initialize(seed=st.integers(0, 10_000))
    def open(self, seed: int) -> None:
        rng = Random(seed)
        drawn = scene(rng)
        self.desk = Desk(Habits.at_random(self.kind, rng, drawn.line_end), drawn.text, rng)
        self.user = User(self.desk)
        for part in drawn.parts:
            self.desk.begin(part.first, part.last, part.reply)

    def _job(self, number: int) -> Job:
        return self.desk.jobs[number % len(self.desk.jobs)]

    @rule(job=JOBS, where=WHERE, portion=PORTIONS, text=st.sampled_from(TYPED + PASTED))
    def type(self, job: int, where: Where, portion: float, text: str) -> None:
        self.user.put(self.user.place(self._job(job), where, portion), text)

    @rule(job=JOBS, where=WHERE, portion=PORTIONS, length=st.integers(1, 12))
    def delete(self, job: int, where: Where, portion: float, length: int) -> None:
        self.user.delete(self._job(job), where, portion, length)

    @rule(job=JOBS, portion=PORTIONS, other=PORTIONS, length=st.integers(1, 12))
    def delete_across(self, job: int, portion: float, other: float, length: int) -> None:
        self.user.delete_across(self._job(job), portion, other, length)

    @rule(job=JOBS, where=WHERE, portion=PORTIONS, text=st.sampled_from(TYPED))
    def paste_over(self, job: int, where: Where, portion: float, text: str) -> None:
        self.user.replace(self._job(job), where, portion, 5, text)

    @rule(of_ours=st.booleans())
    def undo(self, of_ours: bool) -> None:
        self.user.undo(of_ours=of_ours)

    @rule(word=st.sampled_from(("alpha", "=", "    ")))
    def rename(self, word: str) -> None:
        self.user.rename(word, "other")

    @rule(formatter=st.sampled_from((None, *FORMATTERS)), as_one=st.booleans())
    def save(self, formatter: Formatter | None, as_one: bool) -> None:
        self.user.save(formatter, as_one=as_one)

    @rule(job=JOBS, lines=st.integers(1, 5))
    def say(self, job: int, lines: int) -> None:
        self.desk.learn(self._job(job), lines)

    @rule(job=JOBS, folds=st.booleans())
    def finish(self, job: int, folds: bool) -> None:
        self.desk.end(self._job(job), "finish", folds=folds)

    @rule(job=JOBS, close=st.sampled_from(("keep", "restore")), flushes=st.booleans())
    def stop(self, job: int, close: Close, flushes: bool) -> None:
        if flushes:
            self.desk.editor.flush()
        self.desk.end(self._job(job), close)

    @rule(job=JOBS, goes_back=st.booleans())
    def begin_again(self, job: int, goes_back: bool) -> None:
        before = self._job(job)
        self.desk.editor.flush()
        self.desk.clock.run(until=self.desk.clock.now + 0.003)
        self.desk.begin_again(before, before.original, goes_back=goes_back)

    @rule()
    def refuse(self) -> None:
        self.desk.refusals_due = 1

    @rule(seconds=st.sampled_from((0.001, 0.02, 0.07, 0.15, 0.4, 1.0)))
    def wait(self, seconds: float) -> None:
        self.desk.clock.run(until=self.desk.clock.now + seconds)

    def teardown(self) -> None:
        if hasattr(self, "desk"):
            for job in self.desk.jobs:
                self.desk.end(job, "finish")
            wrong = self.desk.rest()
            assert [each for each in wrong if self.is_strict or each.verdict != "early"] == []


EXAMPLES = 80
STEPS = 30


def main() -> None:
    """Plays the machine in editors of one kind. Raises AssertionError."""
    asked = _arguments()
    named = {"kind": asked.kind, "is_strict": asked.strict}
    limits = settings(
        max_examples=asked.examples,
        stateful_step_count=STEPS,
        derandomize=asked.seed is None,
        database=None,
        deadline=None,
    )
    play = get_state_machine_test(type(f"In_{asked.kind}", (Machine,), named), settings=limits)
    if asked.seed is not None:
        play = seed(asked.seed)(play)
    play()


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.soak.machine", description=__doc__)
    parser.add_argument("kind", choices=KINDS)
    parser.add_argument("--seed", type=int, help="other examples than those of the tests")
    parser.add_argument("--examples", type=int, default=EXAMPLES)
    parser.add_argument("--strict", action="store_true", help="early ends are wrong too")
    return parser.parse_args()


if __name__ == "__main__":
    main()

"""One run: a desk, a model that talks, a user who types, all drawn from one seed."""

from collections.abc import Callable
from random import Random

from ..support.desk.desk import Desk
from ..support.desk.formatters import FORMATTERS
from ..support.desk.habits import Habits, Kind
from ..support.desk.job import Close, Complaint, Job
from ..support.desk.user import OUTSIDE, PLACES, User, Where
from .scene import Part, scene

TYPED = ("x", "y", " ", "\n", "}", "é", "😀", "\t")
PASTED = ("pasted\nlines\n", "one", "\n\n", "    }\n", "beta = beta1\n", "  \n}")


class Run:
    """One seed's run in an editor of one kind."""

    def __init__(self, kind: Kind, seed: int, *, is_traced: bool = False) -> None:
        self.rng = rng = Random(f"{kind} {seed}")
        drawn = scene(rng)
        habits = Habits.at_random(kind, rng, drawn.line_end)
        self.desk = Desk(habits, drawn.text, rng, is_traced=is_traced)
        self.user = User(self.desk)
        self.habits = habits
        self.goes_inside = rng.random() < 0.4
        self.is_busy = rng.random() < 0.9
        self.pace = rng.choice(("fast", "steady", "bursts"))
        self.seconds = rng.choice((0.0, 0.3, 1.0, 3.0, 5.0))
        self.folds = rng.random() < 0.3
        self.later = Random(f"later {kind} {seed}")
        for part in drawn.parts:
            self._begin(part)
        if self.later.random() < 0.3:
            self._at(self.later.uniform(0.3, self.seconds + 1), self._begin_again)
        if self.is_busy:
            self._at(rng.uniform(0, 0.3), self._act)

    def finish(self) -> list[Complaint]:
        """Lets it all happen; what is wrong then."""
        self.desk.clock.run(until=self.seconds + self.rng.choice((0.5, 1.0, 2.0)))
        self.is_busy = False
        for job in self.desk.jobs:
            self.desk.end(job, "finish", folds=self.folds)
        if self.desk.jobs and self.rng.random() < 0.02:
            self.desk.close()
        return self.desk.rest()

    def _begin(self, part: Part) -> None:
        job = self.desk.begin(part.first, part.last, part.reply)
        count = len(part.reply)
        when = 0.0
        while count > 0 and self.seconds:
            when += self.seconds / len(part.reply)
            lines = self.rng.choice((1, 1, 1, 2, 5))
            count -= lines
            self._at(when, lambda lines=lines: self.desk.learn(job, lines))  # type: ignore[misc]
        close: Close = self.rng.choices(("finish", "keep", "restore"), (6, 1, 1))[0]
        stops = self.seconds if close == "finish" else self.rng.uniform(0, self.seconds)
        self._at(stops, lambda: self._close(job, close))

    def _close(self, job: Job, close: Close) -> None:
        if close != "finish" and self.rng.random() < 0.5:
            self.desk.editor.flush()
        self.desk.end(job, close, folds=self.folds)

    def _begin_again(self) -> None:
        """One more reply for the same rows. The editor tells all before it asks."""
        job = self.later.choice(self.desk.jobs)
        reply = [*job.original, *job.reply][:: self.later.choice((1, -1, 2))]
        goes_back = self.later.random() < 0.5
        self.desk.editor.flush()
        self.desk.clock.call_later(0.003, lambda: self._retry(job, reply, goes_back=goes_back))

    def _retry(self, before: Job, reply: list[str], *, goes_back: bool) -> None:
        if job := self.desk.begin_again(before, reply, goes_back=goes_back):
            close: Close = self.later.choices(("finish", "keep", "restore"), (3, 1, 1))[0]
            self.desk.clock.call_later(
                self.later.uniform(0, 0.5), lambda: self.desk.learn(job, len(reply) // 2)
            )
            self.desk.clock.call_later(
                self.later.uniform(0, 1), lambda: self.desk.end(job, close, folds=self.folds)
            )

    # What the user does.

    def _act(self) -> None:
        if not self.is_busy or self.desk.is_closed:
            return
        job = self.rng.choice(self.desk.jobs)
        act = self.rng.choices(
            (self._type, self._paste, self._delete, self._undo, self._save, self._other),
            (10, 2, 3, 2, 1, 1),
        )[0]
        act(job)

    def _type(self, job: Job) -> None:
        word = [self.rng.choice(TYPED) for _ in range(self.rng.choice((1, 3, 8)))]
        origin = self.user.put(self._place(job), word[0])
        self._key(word[1:], origin)

    def _key(self, rest: list[str], origin: int) -> None:
        at = self.user.behind(origin)
        if not rest or at is None or not self.is_busy:
            self._soon(self._act)
            return
        origin = self.user.put(at, rest[0])
        self._soon(lambda: self._key(rest[1:], origin), in_word=True)

    def _paste(self, job: Job) -> None:
        self.user.put(self._place(job), self.rng.choice(PASTED))
        self._soon(self._act)

    def _delete(self, job: Job) -> None:
        length = self.rng.choice((1, 1, 2, 10))
        if self.goes_inside and self.rng.random() < 0.3:
            self.user.delete_across(job, self.rng.random(), self.rng.random(), length)
        else:
            self.user.delete(job, self._where(), self._portion(), length)
        self._soon(self._act)

    def _undo(self, job: Job) -> None:
        for _ in range(self.rng.choice((1, 1, 3))):
            self.user.undo(of_ours=self.goes_inside)
        self._soon(self._act)

    def _save(self, job: Job) -> None:
        formatter = self.rng.choice(FORMATTERS) if self.rng.random() < 0.6 else None
        self.user.save(formatter, as_one=self.rng.random() < 0.2)
        self._soon(self._act)

    def _other(self, job: Job) -> None:
        if self.rng.random() < 0.5:
            self.desk.refusals_due = min(self.desk.refusals_due + 1, 2)
        else:
            self.user.rename(
                self.rng.choice(("alpha", "beta", "=")), self.rng.choice(("n", "new1"))
            )
        self._soon(self._act)

    def _where(self) -> Where:
        if self.goes_inside and self.rng.random() < 0.4:
            return self.rng.choice(PLACES)
        return self.rng.choice(OUTSIDE)

    def _place(self, job: Job) -> int:
        return self.user.place(job, self._where(), self._portion())

    def _portion(self) -> float:
        return self.rng.choice((0.0, 1.0, self.rng.random(), self.rng.random()))

    def _soon(self, act: Callable[[], None], *, in_word: bool = False) -> None:
        key = 0.15 if self.pace == "steady" else 0.07
        if self.pace == "bursts" and not in_word:
            key = self.rng.uniform(0.3, 1.5)
        self._at(self.desk.clock.now + self.rng.uniform(0.8, 1.2) * key, act)

    def _at(self, when: float, call: Callable[[], None]) -> None:
        self.desk.clock.call_at(when, call)

"""A real server, an editor that runs many jobs at once in it, and a service in all weathers."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from lsprotocol import types

from qwen_lsp.simulator.received import Received
from qwen_lsp.simulator.server import running
from qwen_lsp.simulator.service import Simulator

from ..bench.process import resident_mib
from ..e2e.conftest import SERVER, Home
from ..e2e.editor import Editor, Json
from ..e2e.open_file import OpenFile
from ..e2e.sample import ABOVE, BELOW
from ..e2e.service import sign_in
from .plan import Plan
from .sample import code
from .verdict import Came, OnStop, complaints
from .way import Way, way_to

LANES = 20
"""Jobs at a time."""
LONGEST_JOB = 240.0
"""Seconds. The longest plan takes half of them."""
IDLE_SECONDS = 5.0
"""After which silence in the middle of a reply counts as its end."""
RECORDED_SECONDS = 1.0
TIDY_SECONDS = 5.0
TICK = 0.1


@dataclass
class Log:
    """What came of all jobs so far."""

    outcomes: Counter[str] = field(default_factory=Counter)
    wrong: dict[int, list[str]] = field(default_factory=dict)
    requests: int = 0
    gone_on: int = 0
    stood_still: float = 0.0
    """The most seconds in which this process did nothing: what was late then, it made late."""


class Station:
    """Runs jobs. `goes_on`: its service can go on with a reply that was cut."""

    def __init__(
        self, editor: Editor, simulator: Simulator, way: Way, *, goes_on: bool, settings: Json
    ) -> None:
        self.log = Log()
        self._editor, self._simulator, self._way = editor, simulator, way
        self._goes_on, self._settings = goes_on, settings
        self._on_stop: OnStop = "restore"

    async def run(
        self, jobs: Iterable[int], plan_of: Callable[[int], Plan], on_stop: OnStop
    ) -> None:
        """Runs the jobs to their ends, and waits until nothing is on its way any more."""
        await self._set(on_stop)
        waiting = iter(sorted(jobs, key=lambda job: not plan_of(job).is_slow))

        async def lane() -> None:
            for job in waiting:
                try:
                    self._note(await self._came_of(job, plan_of(job)))
                except TimeoutError:
                    self.log.wrong[job] = ["a command was not answered"]

        watching = asyncio.create_task(self._watch())
        try:
            async with asyncio.TaskGroup() as lanes:
                for _ in range(LANES):
                    lanes.create_task(lane())
        finally:
            watching.cancel()
        if wrong := await self._left():
            self.log.wrong[0] = wrong

    def memory(self) -> float:
        """The memory of the server's process in MiB; 0 where it isn't measured."""
        assert self._editor._server
        return resident_mib(self._editor._server.pid) or 0.0

    async def _watch(self) -> None:
        clock = asyncio.get_running_loop().time
        while True:
            before = clock()
            await asyncio.sleep(TICK)
            self.log.stood_still = max(self.log.stood_still, clock() - before - TICK)

    async def _left(self) -> list[str]:
        """What is still there when all jobs have ended."""
        with suppress(TimeoutError):
            async with asyncio.timeout(TIDY_SECONDS):
                await _until(lambda: not self._way.open)
        late = [f"asked after the end of its job: {chat.body}" for chat in self._simulator.chats()]
        return late + [f"a connection is left open: {each}" for each in self._way.open]

    async def _set(self, on_stop: OnStop) -> None:
        self._on_stop = on_stop
        self._editor.set_configuration({"qwen": self._settings | {"onStop": on_stop}})
        self._editor.workspace_did_change_configuration(types.DidChangeConfigurationParams({}))

    async def _came_of(self, job: int, plan: Plan) -> Came:
        uri = f"file:///project/job_{job}.py"
        file = self._editor.open(ABOVE + code(job) + BELOW, uri=uri)
        id_ = await self._editor.run("refactor", file, code(job))
        stopping = asyncio.create_task(self._stop(id_, plan))
        with suppress(TimeoutError):
            await self._editor.end_of(id_, seconds=LONGEST_JOB)
        stopping.cancel()
        await asyncio.wait({stopping})
        await self._recorded(job)
        ends = [end for end in self._editor.ended if end["job"] == id_]
        self._editor.ended = [end for end in self._editor.ended if end["job"] != id_]
        came = self._came(job, plan, ends, file)
        self._editor.close(file)
        return came

    def _came(self, job: int, plan: Plan, ends: list[Json], file: OpenFile) -> Came:
        asked = [chat.body for chat in self._taken(job)]
        return Came(
            job, plan, ends, file.text, self._on_stop, self._goes_on, asked, self._way.texts(job)
        )

    async def _recorded(self, job: int) -> None:
        """Waits until the simulator has what is still on the way to it, if a stop lets that by."""
        with suppress(TimeoutError):
            async with asyncio.timeout(RECORDED_SECONDS):
                await _until(lambda: len(self._chats(job)) >= self._way.asked[job])

    def _chats(self, job: int) -> list[Received]:
        """The requests for this job, as the simulator has recorded them."""
        names = f"def totals_{job}("
        return [chat for chat in self._simulator.chats() if names in str(chat.body["messages"])]

    def _taken(self, job: int) -> list[Received]:
        """The same, and the record is without them then."""
        taken = self._chats(job)
        rest = [each for each in self._simulator.received if each not in taken]
        self._simulator.received[:] = rest
        return taken

    async def _stop(self, job: str, plan: Plan) -> None:
        if plan.stops_after is not None:
            await asyncio.sleep(plan.stops_after)
            # Once it is sent, its answer is waited for, also where the job has ended meanwhile.
            await asyncio.shield(self._editor.command("qwen.stop", job=job))

    def _note(self, came: Came) -> None:
        self.log.outcomes[came.outcome] += 1
        self.log.requests += len(came.asked)
        self.log.gone_on += came.gone_on
        if wrong := list(complaints(came)):
            self.log.wrong[came.job] = wrong


@asynccontextmanager
async def station(
    folder: Path, plan_of: Callable[[int], Plan], *, goes_on: bool
) -> AsyncIterator[Station]:
    """A station with a home in `folder`. Who can go on is signed in, who can't has a key."""
    home = Home(folder)
    async with (
        running() as simulator,
        way_to(simulator.base_url, plan_of) as way,
    ):
        settings = home.pays(simulator, "sk-simulator-key") | {"timeouts": {"idle": IDLE_SECONDS}}
        home.environ["OPENAI_BASE_URL"] = way.base_url
        settings |= {"baseUrl": way.base_url} | ({"provider": "simulator"} if goes_on else {})
        async with home.editor(settings, command=(SERVER, "--log-level", "warning")) as editor:
            if goes_on:
                await sign_in(editor)
            yield Station(editor, simulator, way, goes_on=goes_on, settings=settings)


async def _until(holds: Callable[[], bool]) -> None:
    while not holds():  # noqa: ASYNC110
        await asyncio.sleep(0.05)

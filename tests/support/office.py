"""A server, an editor with several files, and jobs that can be told apart by what they write."""

import asyncio
import random
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from qwen_lsp.lsp.server import create_server
from qwen_lsp.model.transport.http import Http

from .client import CAPABILITIES, homes
from .kinds import Kind
from .model_editor import Json, ModelEditor, OpenFile, span_of
from .service import Service, Stream, chunk, last_chunks
from .virtual_time import run_virtually

LINES = 30
"""Lines of a reply."""
SECONDS_TO_END = 30.0


@dataclass
class Job:
    """One job: what it replaces, and what it writes; both name it in every line."""

    number: int
    file: OpenFile
    id: str = ""

    @property
    def original(self) -> str:
        return original(self.number)

    @property
    def lines(self) -> list[str]:
        return [f"    new_{self.number}_{line} = {line}" for line in range(LINES)]

    @property
    def written(self) -> str:
        return "\n".join(self.lines) + "\n"


class Office:
    """A server, an editor of one kind, and a service in which each job has its own stream."""

    def __init__(self, kind: Kind, home: Path) -> None:
        self.service = Service()
        self.server = create_server(http=Http(transport=self.service), environ=homes(home))
        self.editor = ModelEditor(self.server, kind)
        self.rng = random.Random(kind)
        self.jobs: list[Job] = []

    async def begin(self, jobs: int, *, files: int) -> None:
        """Opens files and runs all jobs in them at the same time."""
        await self.editor.start(CAPABILITIES, initializationOptions={"provider": "ollama"})
        for name in range(files):
            numbers = range(name, jobs, files)
            uri = f"file:///project/file_{name}.py"
            file = self.editor.open(uri, text_of(map(original, numbers)), "python")
            self.jobs += [Job(number, file) for number in numbers]
        answers = await asyncio.gather(*map(self._run, self.jobs))
        for job, answer in zip(self.jobs, answers, strict=True):
            job.id = answer["result"]["job"]
        await asyncio.sleep(2)

    async def say(self, first: int, last: int) -> None:
        """The models say lines `first` up to `last` of all replies, in any order of the jobs."""
        streams = {job.number: self._stream(job) for job in self.jobs}
        for row in range(first, last):
            for job in self.rng.sample(self.jobs, len(self.jobs)):
                fence = "```python\n" if row == 0 else ""
                line = f"{fence}{job.lines[row]}\n"
                for piece in (line[:7], line[7:]):
                    streams[job.number].pieces.put_nowait(chunk(content=piece))
                    await asyncio.sleep(0.002)

    async def end(self) -> None:
        """All models come to their end, and so do the jobs."""
        for job in self.jobs:
            pieces = self._stream(job).pieces
            pieces.put_nowait(chunk(content="```\n"))
            for last in (*last_chunks(), None):
                pieces.put_nowait(last)
        await asyncio.sleep(SECONDS_TO_END)

    async def stop(self, job: Job) -> None:
        answer = await self.editor.command("qwen.stop", {"job": job.id})
        assert answer["result"] == {"stopped": 1}
        await asyncio.sleep(SECONDS_TO_END)

    @property
    def outcomes(self) -> dict[str, str]:
        """How each job has ended, by its id; no job ends twice."""
        ends = [params for method, params in self.editor.notifications if method == "qwen/jobEnded"]
        files = {job.id: job.file.uri for job in self.jobs}
        assert all(end["uri"] == files[end["job"]] for end in ends)
        outcomes = {end["job"]: end["outcome"] for end in ends}
        assert len(outcomes) == len(ends)
        return outcomes

    async def _run(self, job: Job) -> Json:
        range_ = self.editor.range_of(job.file, span_of(job.file.document.text, job.original))
        argument = {"action": "refactor", "uri": job.file.uri, "range": range_}
        return await self.editor.command("qwen.run", argument)

    def _stream(self, job: Job) -> Stream:
        """The stream of the request that asks about this job's code."""
        asked = [body["messages"][-1]["content"] for body in self.service.chats]
        (index,) = (place for place, text in enumerate(asked) if is_about(text, job))
        return self.service.streams[index]


def original(number: int) -> str:
    return "".join(f"    old_{number}_{line} = {line}\n" for line in range(4))


def text_of(parts: Any) -> str:
    return "import os\n\n" + "".join(f"def part():\n{part}\n\n" for part in parts)


def is_about(prompt: str, job: Job) -> bool:
    """Whether it is this job's code that is to be refactored, and not what surrounds another's."""
    return job.original in prompt.partition("The selected lines:\n")[2]


def play(kind: Kind, home: Path, scene: Callable[[Office], Coroutine[Any, Any, None]]) -> None:
    async def played() -> None:
        office = Office(kind, home)
        await scene(office)
        await office.server.close()

    run_virtually(played())

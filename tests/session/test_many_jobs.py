"""Many jobs at once, in many files and in one: none gets what is another's."""

from pathlib import Path
from typing import get_args

import pytest

from qwen_lsp.text.document import Position, Span

from ..support.kinds import Kind
from ..support.model_editor import span_of
from ..support.office import LINES, Office, play, text_of

each_kind = pytest.mark.parametrize("kind", get_args(Kind))


@each_kind
def test_twenty_jobs_in_twenty_files(kind: Kind, tmp_path: Path) -> None:
    async def scene(office: Office) -> None:
        await office.begin(20, files=20)
        await office.say(0, LINES)
        await office.end()
        assert office.outcomes == {job.id: "done" for job in office.jobs}
        for job in office.jobs:
            assert job.file.document.text == text_of([job.written])

    play(kind, tmp_path, scene)


@each_kind
def test_three_jobs_in_one_file_whose_user_types_between_them(kind: Kind, tmp_path: Path) -> None:
    async def scene(office: Office) -> None:
        await office.begin(3, files=1)
        file = office.jobs[0].file
        await office.say(0, 10)
        office.editor.type(file, Span(Position(0, 0), Position(0, 0)), "# typed\n")
        place = span_of(file.document.text, "\n\ndef part").start
        office.editor.type(file, Span(place, place), "  # typed")
        await office.say(10, LINES)
        await office.end()
        assert office.outcomes == {job.id: "done" for job in office.jobs}
        text = text_of(job.written for job in office.jobs).replace("os\n", "os  # typed\n", 1)
        assert file.document.text == "# typed\n" + text

    play(kind, tmp_path, scene)


@each_kind
@pytest.mark.parametrize(("jobs", "files"), [(20, 20), (3, 1)])
def test_stopping_one_leaves_the_others(kind: Kind, jobs: int, files: int, tmp_path: Path) -> None:
    async def scene(office: Office) -> None:
        await office.begin(jobs, files=files)
        await office.say(0, 10)
        stopped = office.jobs[1]
        await office.stop(stopped)
        assert office.outcomes == {stopped.id: "stopped"}
        assert stopped.original in stopped.file.document.text
        await office.say(10, LINES)
        await office.end()
        assert office.outcomes == {job.id: "done" for job in office.jobs} | {stopped.id: "stopped"}
        for job in office.jobs:
            same_file = [each for each in office.jobs if each.file is job.file]
            parts = [each.original if each is stopped else each.written for each in same_file]
            assert job.file.document.text == text_of(parts)

    play(kind, tmp_path, scene)


@each_kind
def test_closing_a_file_leaves_the_jobs_in_the_others(kind: Kind, tmp_path: Path) -> None:
    async def scene(office: Office) -> None:
        await office.begin(6, files=3)
        await office.say(0, 10)
        closed = office.jobs[0].file
        office.editor.close(closed)
        before = closed.document.text
        await office.say(10, LINES)
        await office.end()
        outcomes = {True: "stopped", False: "done"}
        assert office.outcomes == {job.id: outcomes[job.file is closed] for job in office.jobs}
        assert closed.document.text == before
        for file in {job.file for job in office.jobs} - {closed}:
            jobs = [job for job in office.jobs if job.file is file]
            assert file.document.text == text_of(job.written for job in jobs)

    play(kind, tmp_path, scene)

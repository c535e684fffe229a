"""Jobs begin, are stopped and end, whatever comes first."""

import asyncio

from lsprotocol import types

from qwen_lsp.actions.library import builtin_actions
from qwen_lsp.lsp.documents.documents import OpenDocument
from qwen_lsp.lsp.jobs.job import Job, Jobs

ACTION = builtin_actions()[0]
DOCUMENT = OpenDocument(types.TextDocumentItem("file:///a.py", "python", 1, "x\n"), "utf-16")


def started(jobs: Jobs, ended: list[str]) -> Job:
    """A job that works until it is stopped."""
    job = jobs.new(ACTION, DOCUMENT)

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(job.id)

    jobs.start(job, work())
    return job


async def test_a_job_that_is_stopped_at_once_still_ends_in_good_order() -> None:
    jobs, ended = Jobs(), list[str]()
    started(jobs, ended)
    assert jobs.stop(None) == 1
    await jobs.ended(5)
    assert ended == ["1"]
    assert not jobs.running


async def test_one_of_two_is_stopped() -> None:
    jobs, ended = Jobs(), list[str]()
    first, second = started(jobs, ended), started(jobs, ended)
    assert jobs.stop(second.id) == 1
    assert jobs.stop("99") == 0
    await asyncio.sleep(0.01)
    assert ended == [second.id]
    jobs.stop_by_token("another's")
    jobs.stop_by_token(first.token)
    await jobs.ended(5)
    assert ended == [second.id, first.id]

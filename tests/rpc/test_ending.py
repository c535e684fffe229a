"""What is left behind, and the end (fault 6)."""

import asyncio
import gc
import json

import pytest
from lsprotocol import types

from qwen_lsp.lsp.rpc.endpoint import Server
from qwen_lsp.lsp.rpc.framing import frame

from ..support.handlers import Work, documents_of, in_memory, run, soon, started, turns
from ..support.link import Json, Link


async def test_nothing_is_kept_of_what_is_done() -> None:
    server, link = await started(
        commands={"now": lambda _: 1, "later": soon}, features={"qwen/n": soon}
    )
    gc.collect()
    before = _sizes(server)
    for _ in range(3):
        uri = link.open("x")
        link.notify("qwen/n")
        link.notify("textDocument/didClose", textDocument={"uri": uri})
        await link.answer(run(link, "now"))
        await link.answer(run(link, "later"))
        with pytest.raises(TimeoutError):
            await server.protocol.request("workspace/applyEdit", {"edit": {}}, timeout=0)
    await turns()
    assert _sizes(server) == before


def _sizes(server: Server) -> dict[str, int]:
    kept = {**vars(server.protocol), **vars(server.protocol.progress)}
    return {name: len(value) for name, value in kept.items() if hasattr(value, "__len__")}


async def test_a_progress_token_is_forgotten_when_its_work_ends() -> None:
    cancelled: list[types.WorkDoneProgressCancelParams] = []
    server, link = await started(
        features={types.WINDOW_WORK_DONE_PROGRESS_CANCEL: cancelled.append}
    )
    progress = server.work_done_progress
    for token in ("a", "b"):
        progress.begin(token, types.WorkDoneProgressBegin("Working"))
    watched = progress.tokens["b"]
    progress.end("a", types.WorkDoneProgressEnd())
    link.notify("window/workDoneProgress/cancel", token="b")
    link.notify("window/workDoneProgress/cancel", token="unknown")
    assert watched.cancelled()
    assert progress.tokens == {}
    assert [params.token for params in cancelled] == ["b", "unknown"]


async def test_shutdown_while_commands_run() -> None:
    work = Work()
    server, link = await started(commands={"work": work})
    ids = [run(link, "work") for _ in range(3)]
    await turns()
    assert (await link.request("shutdown"))["result"] is None
    for id_ in ids:
        answer = await link.answer(id_)
        assert answer["error"]["code"] == types.LSPErrorCodes.RequestCancelled
    assert work.ends == ["cancelled"] * 3
    link.notify("exit")
    assert server.protocol.exit_status == 0


async def test_shutdown_waits_for_the_handler_of_ours() -> None:
    closed = asyncio.Event()

    async def shutdown(_: object) -> None:
        await turns()
        closed.set()

    _, link = await started(features={"shutdown": shutdown})
    assert (await link.request("shutdown"))["result"] is None
    assert closed.is_set()


async def test_after_shutdown_nothing_but_exit_is_taken() -> None:
    server, link = await started(commands={"now": lambda _: 1})
    await link.request("shutdown")
    for method in ("shutdown", "initialize", "workspace/executeCommand"):
        error = await link.answer(link.ask(method, {"capabilities": {}, "command": "now"}))
        assert error["error"]["code"] == types.ErrorCodes.InvalidRequest
    link.open("x")
    assert documents_of(server).open_document("file:///a.py") is None


async def test_before_initialize_requests_are_refused_and_notifications_dropped() -> None:
    server = in_memory(commands={"now": lambda _: 1})
    link = Link(server)
    error = (await link.answer(run(link, "now")))["error"]
    assert error["code"] == types.ErrorCodes.ServerNotInitialized
    link.open("x")
    await link.initialize()
    assert documents_of(server).open_document("file:///a.py") is None
    again = await link.request("initialize", capabilities={})
    assert again["error"]["code"] == types.ErrorCodes.InvalidRequest


async def test_exit_without_shutdown_is_a_failure() -> None:
    server, link = await started()
    link.notify("exit")
    assert server.protocol.ended.is_set()
    assert server.protocol.exit_status == 1


async def test_the_end_comes_after_what_was_said_before_it() -> None:
    server, link = await started(commands={"later": soon})
    messages: list[Json] = [
        {"id": 1, "method": "workspace/executeCommand", "params": {"command": "later"}},
        {"id": 2, "method": "shutdown"},
        {"method": "exit"},
    ]
    link.write(b"".join(frame(json.dumps({"jsonrpc": "2.0", **m}).encode()) for m in messages))
    server.protocol.feed_eof()
    await asyncio.wait_for(server.protocol.ended.wait(), 5)
    assert server.protocol.exit_status == 0


async def test_closing_cancels_and_closes_all(caplog: pytest.LogCaptureFixture) -> None:
    work = Work()
    server, link = await started(commands={"work": work})
    closed: list[str] = []

    async def fails() -> None:
        raise OSError("no")

    async def closes() -> None:
        closed.append("closed")

    server.on_close(fails)
    server.on_close(closes)
    run(link, "work")
    await turns()
    waiting = asyncio.create_task(server.protocol.request("qwen/never", None, timeout=60))
    await turns()
    await server.close()
    await asyncio.wait([waiting], timeout=5)
    assert waiting.cancelled()
    assert (closed, work.ends) == (["closed"], ["cancelled"])
    assert "OSError: no" in caplog.text

"""Requests to the client, and whatever it answers (fault 7)."""

import asyncio
import logging

import pytest
from lsprotocol import types

from ..support.handlers import run, started, turns


async def test_a_request_to_the_client_is_answered() -> None:
    server, link = await started()
    params = types.ApplyWorkspaceEditParams(types.WorkspaceEdit())
    task = asyncio.create_task(server.protocol.request("workspace/applyEdit", params, timeout=5))
    asked = await link.wait_for({"method": "workspace/applyEdit"})
    link.send(id=asked["id"], result={"applied": True})
    assert (await task).applied is True


async def test_an_error_of_the_client_is_a_value() -> None:
    server, link = await started()
    task = asyncio.create_task(
        server.protocol.request("workspace/applyEdit", {"edit": {}}, timeout=5)
    )
    asked = await link.wait_for({"method": "workspace/applyEdit"})
    link.send(id=asked["id"], error={"code": -32603, "message": "No."})
    error = await task
    assert isinstance(error, types.ResponseError)
    assert (error.code, error.message) == (-32603, "No.")


@pytest.mark.parametrize("error", [{}, "text", {"code": "x"}, [1]])
async def test_even_a_strange_error_is_a_value(error: object) -> None:
    server, link = await started()
    task = asyncio.create_task(
        server.protocol.request("workspace/applyEdit", {"edit": {}}, timeout=5)
    )
    asked = await link.wait_for({"method": "workspace/applyEdit"})
    link.send(id=asked["id"], error=error)
    assert isinstance(await task, types.ResponseError)


async def test_an_answer_that_can_not_be_read_is_an_error() -> None:
    server, link = await started()
    task = asyncio.create_task(
        server.protocol.request("workspace/applyEdit", {"edit": {}}, timeout=5)
    )
    asked = await link.wait_for({"method": "workspace/applyEdit"})
    link.send(id=asked["id"], result="yes")
    assert isinstance(await task, types.ResponseError)


async def test_a_late_answer_is_dropped_quietly(caplog: pytest.LogCaptureFixture) -> None:
    server, link = await started()
    with pytest.raises(TimeoutError):
        await server.protocol.request("workspace/applyEdit", {"edit": {}}, timeout=0)
    asked = await link.wait_for({"method": "workspace/applyEdit"})
    link.received.clear()
    caplog.clear()
    link.send(id=asked["id"], result={"applied": True})
    link.send(id=asked["id"], error={"code": 1, "message": "late"})
    link.send(id=None, error={"code": 1, "message": "of what?"})
    link.send(id=99999, result=None)
    await turns()
    assert link.received == []
    assert [record for record in caplog.records if record.levelno > logging.INFO] == []


async def test_an_answer_in_the_moment_of_giving_up_is_dropped() -> None:
    server, link = await started(commands={"now": lambda _: 1})
    asked = server.protocol.send_request_async("workspace/applyEdit", {"edit": {}})
    id_ = link.received[-1]["id"]
    asked.cancel()
    link.send(id=id_, result={"applied": True})
    assert (await link.answer(run(link, "now")))["result"] == 1


async def test_the_methods_of_pygls_work_too() -> None:
    server, link = await started()
    params = types.ShowDocumentParams("https://example.org", external=True)
    task = asyncio.create_task(server.window_show_document_async(params))
    asked = await link.wait_for({"method": "window/showDocument"})
    link.send(id=asked["id"], result={"success": True})
    assert (await task).success is True

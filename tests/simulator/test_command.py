"""`qwen-lsp simulate` as a process of its own."""

import asyncio
import json
import signal
import sys
from asyncio.subprocess import PIPE

import httpx
import pytest

from qwen_lsp.cli import main


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals to send")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_it_says_where_it_is_and_stops_when_told(number: signal.Signals) -> None:
    words = ("-m", "qwen_lsp", "simulate", "--first-token", "0", "--fault=silence")
    process = await asyncio.create_subprocess_exec(sys.executable, *words, stdout=PIPE, stderr=PIPE)
    assert process.stdout is not None
    said = json.loads(await asyncio.wait_for(process.stdout.readline(), 30))
    assert said["baseUrl"] == said["origin"] + "/v1"
    assert said["issuer"] == said["origin"]
    assert said["pid"] == process.pid
    messages = [{"role": "system", "content": ""}]
    async with httpx.AsyncClient(trust_env=False) as client:
        post = client.build_request(
            "POST",
            said["baseUrl"] + "/chat/completions",
            json={"model": "simulator", "messages": messages, "stream": True},
            headers={"Authorization": "Bearer sk-simulator"},
        )
        response = await client.send(post, stream=True)
        assert response.status_code == 200
        process.send_signal(number)
        _, complaint = await asyncio.wait_for(process.communicate(), 30)
        await response.aclose()
    assert (process.returncode, complaint) == (0, b"")


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (["--pace", "fast"], "--pace:"),
        (["--fault", "odd"], "--fault:"),
        (["--token-lifetime=-1"], "--token-lifetime:"),
        (["--port", "70000"], "--port:"),
    ],
)
def test_a_wrong_option_is_one_sentence(
    words: list[str], complaint: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["simulate", *words]) == 2
    captured = capsys.readouterr()
    assert complaint in captured.err
    assert captured.err.count("\n") == 1
    assert not captured.out

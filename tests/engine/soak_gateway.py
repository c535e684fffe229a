"""The real server by LiteLLM's proxy, as a team has it: `make soak` plays it, `make test` does not.

The engine is llama.cpp where its tokens matter, else the simulator, which can be turned.
"""

import asyncio
import time
from asyncio.subprocess import PIPE, STDOUT
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

import httpx

from qwen_lsp.simulator.knobs import Knobs
from qwen_lsp.simulator.server import running
from qwen_lsp.simulator.service import Simulator

from ..e2e.conftest import SERVER, Home
from ..e2e.editor import Editor
from ..e2e.sample import ABOVE, BELOW, CODE
from .conftest import Engine
from .litellm_proxy import MODEL, Gateway, gateway
from .recording import recording
from .test_whole_path import ABOVE as ABOVE_INDENTED
from .test_whole_path import BELOW as BELOW_INDENTED
from .test_whole_path import SELECTED, code_in

TEXT = ABOVE + CODE + BELOW
MANY = 10_000
LIMIT = 6
"""Requests a minute."""
JOBS = 4
A_MINUTE = 60
SECONDS_TO_END = 120.0
"""Longer than a limit of a minute lasts, and than all pauses of an engine in trouble."""


@asynccontextmanager
async def editor_by(
    home: Home, base_url: str, key: str, *, model: str = MODEL
) -> AsyncIterator[Editor]:
    """An editor whose server asks what answers at `base_url`, with a key of the environment."""
    home.environ |= {"OPENAI_API_KEY": key, "OPENAI_BASE_URL": base_url}
    settings = {"provider": "custom", "baseUrl": base_url, "model": model}
    async with home.editor(settings) as editor:
        yield editor


async def test_a_whole_reply_streams_into_the_document(
    fenced_engine: Engine, tmp_path: Path
) -> None:
    """Set up in a terminal, as the page says; the editor's own settings say nothing."""
    home, engine = Home(tmp_path / "home"), fenced_engine
    async with (
        gateway(engine.base_url, engine.model, tmp_path, rpm=MANY) as litellm,
        recording(litellm.base_url) as way,
    ):
        address = "--base-url", way.base_url
        await command(home, "login", "--provider", "custom", *address, "--api-key", key=litellm.key)
        await command(home, "use", "custom", MODEL, *address, "--everywhere")
        async with home.editor({}) as editor:
            file = editor.open(ABOVE_INDENTED + SELECTED + BELOW_INDENTED)
            job = await editor.run("refactor", file, SELECTED)
            ended = await editor.end_of(job, seconds=SECONDS_TO_END)
        assert ended["outcome"] == "done", ended
        assert file.text == ABOVE_INDENTED + code_in(way.content) + BELOW_INDENTED
        assert editor.edits > 1
        assert ended["usage"]["completionTokens"] == way.usage["completion_tokens"]
        check_secrets(litellm, editor, home)


async def test_a_stop_sets_the_engine_free(endless_engine: Engine, tmp_path: Path) -> None:
    """The engine has one slot: the second job is answered only if the first one has left it."""
    home = Home(tmp_path / "home")
    async with (
        gateway(endless_engine.base_url, endless_engine.model, tmp_path, rpm=MANY) as litellm,
        recording(litellm.base_url) as way,
        editor_by(home, way.base_url, litellm.key) as editor,
    ):
        for _ in range(2):
            file, before = editor.open(TEXT), len(way.content)
            job = await editor.run("explain", file, CODE)
            while len(way.content) <= before:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
            assert await editor.command("qwen.stop") == {"stopped": 1}
            assert (await editor.end_of(job))["outcome"] == "stopped"
            assert file.text == TEXT
            editor.close(file)
        await until_free(endless_engine)


async def test_what_goes_wrong_is_said(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    async with AsyncExitStack() as engines:
        simulator = await engines.enter_async_context(running(Knobs(pace=2, first_token=10)))
        async with gateway(simulator.base_url, "simulator", tmp_path, rpm=LIMIT) as litellm:
            await check_wrong_key(home, litellm, simulator)
            await check_unknown_model(home, litellm, simulator)
            await check_limit(home, litellm, simulator)
            await check_trouble(home, litellm, simulator)
            await engines.aclose()
            await check_nobody_behind(home, litellm)


async def check_wrong_key(home: Home, litellm: Gateway, simulator: Simulator) -> None:
    async with editor_by(home, litellm.base_url, "sk-mistyped") as editor:
        said = await failure(editor)
    assert "OPENAI_API_KEY" in said
    assert simulator.chats() == []


async def check_unknown_model(home: Home, litellm: Gateway, simulator: Simulator) -> None:
    async with editor_by(home, litellm.base_url, litellm.key, model="qwen9") as editor:
        said = await failure(editor)
    assert f"has no model qwen9; choose one with qwen.model. It has {MODEL}." in said
    assert simulator.chats() == []


async def check_limit(home: Home, litellm: Gateway, simulator: Simulator) -> None:
    """All jobs are refused at first, say that they wait for the next minute, and come to be."""
    async with editor_by(home, litellm.base_url, litellm.key) as editor:
        files = [editor.open(TEXT, uri=f"file:///project/{name}.py") for name in range(JOBS)]
        await use_up(litellm)
        before, began = len(simulator.chats()), time.monotonic()
        jobs = [await editor.run("refactor", file, CODE) for file in files]
        ends = [await editor.end_of(job, seconds=SECONDS_TO_END) for job in jobs]
        assert [end["outcome"] for end in ends] == ["done"] * JOBS, ends
        (text,) = {file.text for file in files}
        assert text != TEXT
        assert b"too many requests; retrying in" in editor.wire
    assert len(simulator.chats()) == before + JOBS
    refusals = litellm.log.read_text(encoding="utf-8").count("429 Too Many Requests")
    assert refusals > JOBS
    say(f"{JOBS} jobs over a limit of {LIMIT} requests a minute, done after", began, refusals)


async def check_trouble(home: Home, litellm: Gateway, simulator: Simulator) -> None:
    """An engine in trouble is asked again, and what it says is told as it says it."""
    await until_counted_anew()
    simulator.turn(refuse="plain", refuse_times=1)
    async with editor_by(home, litellm.base_url, litellm.key) as editor:
        file = editor.open(TEXT)
        job = await editor.run("refactor", file, CODE)
        assert (await editor.end_of(job))["outcome"] == "done"
        editor.close(file)
        simulator.turn(refuse="context", refuse_times=0)
        said = await failure(editor)
        assert "is too long for qwen3-coder: 9,000 tokens, of which 8,192 fit" in said
        check_secrets(litellm, editor, home)


async def check_nobody_behind(home: Home, litellm: Gateway) -> None:
    await until_counted_anew()
    async with editor_by(home, litellm.base_url, litellm.key) as editor:
        said = await failure(editor)
    assert "is in trouble itself (HTTP 500: “Cannot connect to host" in said


async def failure(editor: Editor) -> str:
    """The sentence by which a job fails that leaves the text as it was."""
    file = editor.open(TEXT)
    job = await editor.run("refactor", file, CODE)
    ended = await editor.end_of(job, seconds=SECONDS_TO_END)
    assert ended["outcome"] == "failed", ended
    assert file.text == TEXT
    said: str = ended["message"]
    assert said.endswith(".")
    assert "\n" not in said
    return said


async def command(home: Home, *words: str, key: str = "") -> None:
    """Gives a command in a terminal, with the key on its input."""
    process = await asyncio.create_subprocess_exec(
        SERVER, *words, env=home.environ, stdin=PIPE, stdout=PIPE, stderr=STDOUT
    )
    said, _ = await process.communicate(key.encode())
    assert process.returncode == 0, said.decode()


def check_secrets(litellm: Gateway, editor: Editor, home: Home) -> None:
    """The gateway logs no code, and nobody logs the key."""
    written = [path.read_bytes() for path in home.files() if path.suffix == ".log"]
    assert written
    log = litellm.log.read_bytes()
    assert b"chat/completions" in log
    assert not any(code in log for code in (b"orders[i]", b"older = 2"))
    assert not any(litellm.key.encode() in each for each in (*written, bytes(editor.stderr), log))


async def use_up(litellm: Gateway) -> None:
    """Uses up the limit of this minute early enough for jobs to meet it."""
    if time.time() % A_MINUTE > A_MINUTE / 2:
        await until_counted_anew()
    asked = {"model": MODEL, "messages": [{"role": "user", "content": "Hello"}]}
    statuses = [
        (await litellm.answer("/chat/completions", **asked)).status_code for _ in range(LIMIT + 1)
    ]
    assert statuses == [200] * LIMIT + [429]


async def until_counted_anew() -> None:
    """LiteLLM counts by the minutes of the clock."""
    await asyncio.sleep(A_MINUTE - time.time() % A_MINUTE + 1)


async def until_free(engine: Engine) -> None:
    """Waits until the engine makes no token for anybody."""
    async with asyncio.timeout(30), httpx.AsyncClient(trust_env=False) as client:
        slots = engine.base_url.removesuffix("v1") + "slots"
        while b'"is_processing":true' in (await client.get(slots)).content:  # noqa: ASYNC110
            await asyncio.sleep(0.05)


def say(words: str, began: float, refusals: int) -> None:
    """What the run has met, for whoever reads the output of `make soak`."""
    print(f"{words} {time.monotonic() - began:.0f} s and {refusals} refusals")  # noqa: T201

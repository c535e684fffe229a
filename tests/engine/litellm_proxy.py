"""LiteLLM's proxy with the configuration of docs/scaling.md, before any engine, on loopback.

It is installed in an environment of its own, by `make .venv/gateway`.
"""

import asyncio
import secrets
import socket
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx

CONFIGURATION = Path(__file__).parents[2] / "docs" / "gateway.yaml"
PROGRAM = Path(sys.prefix) / "gateway" / "bin" / "litellm"
MODEL = "qwen3-coder"
STARTS = 5
SECONDS_TO_START = 120


@dataclass(frozen=True)
class Gateway:
    """A gateway that runs: where, the key that it takes, and its log."""

    base_url: str
    key: str
    log: Path

    async def answer(self, path: str = "/models", **body: object) -> httpx.Response:
        """What it answers to a plain client with its key; a POST where there is a body."""
        headers = {"Authorization": f"Bearer {self.key}"}
        async with httpx.AsyncClient(headers=headers, trust_env=False, timeout=30) as client:
            if body:
                return await client.post(self.base_url + path, json=body)
            return await client.get(self.base_url + path)


@asynccontextmanager
async def gateway(engine_url: str, model: str, folder: Path, *, rpm: int) -> AsyncIterator[Gateway]:
    """A gateway before the engine at `engine_url`, which lets `rpm` requests a minute through."""
    environ = {
        "PATH": str(PROGRAM.parent),
        "HOME": str(folder),
        "ENGINE_MODEL": f"hosted_vllm/{model}",
        "ENGINE_URL": engine_url,
        "ENGINE_KEY": "sk-simulator-of-the-gateway",
        "ENGINE_RPM": str(rpm),
        "LITELLM_MASTER_KEY": f"sk-{secrets.token_hex(16)}",
        "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    }
    for attempt in range(STARTS):
        started = await _started(environ, folder / f"gateway-{attempt}.log")
        if started:
            break
    else:
        raise AssertionError("the gateway does not start")
    found, process = started
    try:
        yield found
    finally:
        process.terminate()
        await asyncio.to_thread(process.wait, 30)


async def _started(
    environ: dict[str, str], log: Path
) -> "tuple[Gateway, subprocess.Popen[bytes]] | None":
    """A gateway at a port that was free just now; None where another program has taken it."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: ASYNC220 - It is not waited for here.
            [PROGRAM, "--config", CONFIGURATION, "--host", "127.0.0.1", "--port", port],
            stdout=output,
            stderr=subprocess.STDOUT,
            env=environ,
        )
    found = Gateway(f"http://127.0.0.1:{port}/v1", environ["LITELLM_MASTER_KEY"], log)
    try:
        async with asyncio.timeout(SECONDS_TO_START):
            while process.poll() is None:
                if await _answers(found):
                    return found, process
                await asyncio.sleep(0.2)
    except BaseException:
        process.kill()
        raise
    said = (await asyncio.to_thread(log.read_bytes)).decode("utf-8", "replace")
    assert "address already in use" in said.lower(), said[-3000:]
    return None


async def _answers(found: Gateway) -> bool:
    """Whether it is this gateway that answers: no other knows the key."""
    try:
        return MODEL in (await found.answer()).text
    except httpx.HTTPError:
        return False

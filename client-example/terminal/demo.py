"""Shows qwen-lsp at work: a real server, real LSP over stdio, real HTTP, and a small editor.

The model is simulated unless `--provider` names a real one.
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import report
from browser import approve, open_page
from client import Client
from rich.console import Console
from rich.text import Text
from rpc import Refused, ServerEnded
from screen import Screen
from story import Failed, Pauses, tell

from qwen_lsp.model.catalog.providers import providers
from qwen_lsp.simulator.knobs import Knobs
from qwen_lsp.simulator.server import running
from qwen_lsp.simulator.service import Simulator

_SERVER = [sys.executable, "-m", "qwen_lsp", "--log-level", "warning"]
_HOMES = ("HOME", "QWEN_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME")
_SIMULATED = "qwen-lsp at work. The model is SIMULATED: a service on this machine makes the replies"


def main() -> int:
    """Runs the demonstration; the exit status."""
    arguments = _arguments()
    screen = Screen(Console(), _title(arguments))
    try:
        asyncio.run(_run(arguments, screen))
    except KeyboardInterrupt:
        return 130
    except (Failed, Refused, ServerEnded, TimeoutError, OSError) as problem:
        reason = str(problem) or "nobody answered in time"
        screen.print(Text(f"The demonstration could not go on: {reason}"))
        return 1
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--provider", default="simulator", choices=providers())
    parser.add_argument("--model", help="the model's name; without it the provider's default")
    parser.add_argument("--base-url", help="the address of the provider `custom`")
    parser.add_argument("--save-picture", type=Path, metavar="FILE.svg")
    parser.add_argument("--quick", action="store_true", help="without pauses for human eyes")
    return parser.parse_args()


def _title(arguments: argparse.Namespace) -> str:
    if arguments.provider == "simulator":
        return _SIMULATED
    return f"qwen-lsp at work with a real model of {providers()[arguments.provider].name}"


@dataclass(frozen=True)
class _Service:
    """What answers, and how the client gets to it."""

    settings: Mapping[str, Any]
    environment: Mapping[str, str]
    visit: Callable[[str], Awaitable[None]]
    simulator: Simulator | None = None


async def _run(arguments: argparse.Namespace, screen: Screen) -> None:
    provider = providers()[arguments.provider]
    pauses = Pauses(look=0.05, key=0.008) if arguments.quick else Pauses()
    async with _service(arguments) as service:
        client = Client(service.settings, screen, service.visit)
        try:
            with screen:
                await _start(client, screen, service)
                seconds = await tell(client, screen, provider, pauses)
            if service.simulator:
                await client.command("qwen.signOut")
            await client.server.stop()
        finally:
            await client.server.close()
        report.show_change(screen, client)
        if service.simulator:
            report.show_sent(screen, service.simulator.received)
        report.show_pace(screen, client, seconds)
    if arguments.save_picture:
        report.save_picture(arguments.save_picture, screen.views)


async def _start(client: Client, screen: Screen, service: _Service) -> None:
    began = time.monotonic()
    name = await client.start(_SERVER, service.environment)
    took = round(1000 * (time.monotonic() - began))
    screen.step("Server", f"{name} speaks LSP on its stdio, ready after {took} ms")


@asynccontextmanager
async def _service(arguments: argparse.Namespace) -> AsyncIterator[_Service]:
    """The simulator with a home of its own, or the real service that was asked for."""
    settings = {
        "provider": arguments.provider,
        "model": arguments.model,
        "baseUrl": arguments.base_url,
    }
    if arguments.provider != "simulator":
        yield _Service(settings, os.environ, open_page)
        return
    knobs = Knobs(pace=3, first_token=50) if arguments.quick else Knobs(pace=18, first_token=400)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        environment = {**os.environ, **dict.fromkeys(_HOMES, home)}
        async with running(knobs) as simulator:
            settings["baseUrl"] = simulator.base_url
            yield _Service(settings, environment, approve, simulator)


if __name__ == "__main__":
    sys.exit(main())

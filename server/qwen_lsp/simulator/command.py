"""`qwen-lsp simulate`: a simulated Qwen service on loopback, until it is stopped."""

import argparse
import asyncio
import json
import os
import signal
import sys
from importlib.util import find_spec

from pydantic import ValidationError

from .knobs import MODELS, Knobs

_NEEDED = ("starlette", "uvicorn", "python_multipart")
_LAST_PORT = 65535


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds `--port` and an option for each knob."""
    parser.epilog = (
        "A request can turn the knobs for itself alone, by the header "
        "“X-Simulate: pace=50, fault=cut” or by its model: " + ", ".join(MODELS) + "."
    )
    parser.add_argument(
        "--port",
        type=int,
        default=0,
        help="the port on 127.0.0.1; 0, the default, takes a free one",
    )
    knobs = parser.add_argument_group("knobs")
    for name, field in Knobs.model_fields.items():
        option = "--" + name.replace("_", "-")
        if field.annotation is bool:
            knobs.add_argument(option, action="store_true", help=field.description)
        else:
            said = "" if field.default is None else f" (default: {field.default})"
            help_text = f"{field.description}{said}"
            knobs.add_argument(option, default=field.default, metavar="…", help=help_text)


def run(arguments: argparse.Namespace) -> int:
    """Prints one line of JSON with the addresses, then serves until SIGINT or SIGTERM."""
    missing = [name for name in _NEEDED if find_spec(name) is None]
    if missing:
        return _failed("The simulator needs more packages: install `qwen-lsp[demo]`.")
    if not 0 <= arguments.port <= _LAST_PORT:
        return _failed(f"--port: {arguments.port} is no port; the last one is {_LAST_PORT}.")
    try:
        knobs = Knobs.model_validate(
            {name: getattr(arguments, name) for name in Knobs.model_fields}
        )
        asyncio.run(_serve(knobs, arguments.port))
    except ValidationError as problem:
        first = problem.errors(include_url=False, include_input=False)[0]
        option = str(first["loc"][0]).replace("_", "-")
        return _failed(f"--{option}: {first['msg']}.")
    except OSError as problem:
        return _failed(f"The simulator can't listen on port {arguments.port}: {problem}.")
    except KeyboardInterrupt:
        pass
    return 0


async def _serve(knobs: Knobs, port: int) -> None:
    from .server import running

    stopped = asyncio.Event()
    _on_signals(stopped)
    async with running(knobs, port=port) as simulator:
        addresses = {
            "origin": simulator.origin,
            "baseUrl": simulator.base_url,
            "issuer": simulator.origin,
            "pid": os.getpid(),
        }
        sys.stdout.write(json.dumps(addresses) + "\n")
        sys.stdout.flush()
        await stopped.wait()


def _on_signals(stopped: asyncio.Event) -> None:
    """Windows knows no signal handlers of a loop: Ctrl+C comes as KeyboardInterrupt there."""
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        try:
            loop.add_signal_handler(number, stopped.set)
        except NotImplementedError:
            return


def _failed(sentence: str) -> int:
    sys.stderr.write(sentence + "\n")
    return 2

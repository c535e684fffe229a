"""Engines to test against. Each starts once a run, when the first test asks for it."""

import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from .recording import Recording, recording
from .tiny_qwen2 import write_model

SERVE = Path(__file__).with_name("serve.py")
FENCED = r"""
root ::= "Here you are:\n\n```python\n" line{6,12} "```\n"
line ::= "    " [a-z0-9 =+()_é€]{0,30} "\n"
"""
ENDLESS = r"""
root ::= many{20}
many ::= line{20}
line ::= [a-z ]{1,20} "\n"
"""


@dataclass(frozen=True)
class Engine:
    """An engine that runs: where, and the name of its model."""

    base_url: str
    model: str


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("engine") / "tiny-qwen2.gguf"
    write_model(path)
    return path


@pytest.fixture(scope="session")
def engine(model: Path) -> Iterator[Engine]:
    """What it says is noise: any bytes at all, a few dozen or a few hundred of them."""
    with _running(model) as found:
        yield found


@pytest.fixture(scope="session")
def fenced_engine(model: Path) -> Iterator[Engine]:
    """A sentence, then one fenced block of noise: a grammar holds it to that."""
    with _running(model, FENCED) as found:
        yield found


@pytest.fixture(scope="session")
def endless_engine(model: Path) -> Iterator[Engine]:
    """Lines of noise until it is stopped."""
    with _running(model, ENDLESS) as found:
        yield found


@pytest.fixture
async def recorded(engine: Engine) -> AsyncIterator[Recording]:
    """A way to `engine` that keeps what it sends."""
    async with recording(engine.base_url) as found:
        yield found


@pytest.fixture
async def fenced_recorded(fenced_engine: Engine) -> AsyncIterator[Recording]:
    """A way to `fenced_engine` that keeps what it sends."""
    async with recording(fenced_engine.base_url) as found:
        yield found


@contextmanager
def _running(model: Path, grammar: str = "") -> Iterator[Engine]:
    with subprocess.Popen(
        [sys.executable, SERVE, model, grammar],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            address = process.stdout.readline().strip()
            assert address.startswith("http://127.0.0.1:"), "the engine does not start"
            yield Engine(f"{address}/v1", "tiny-qwen2")
        finally:
            process.kill()

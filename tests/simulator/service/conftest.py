"""One service and one client for all tests of a file."""

from collections.abc import AsyncIterator

import httpx
import pytest
import pytest_asyncio

from qwen_lsp.simulator.knobs import Knobs
from qwen_lsp.simulator.server import running
from qwen_lsp.simulator.service import Simulator

QUICK = Knobs(pace=0, first_token=0)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def service() -> AsyncIterator[Simulator]:
    async with running() as simulator:
        yield simulator


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(service: Simulator) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(base_url=service.origin, trust_env=False) as http:
        yield http


@pytest.fixture(autouse=True)
def simulator(service: Simulator) -> Simulator:
    """The same one for all tests, as new."""
    service.knobs = QUICK
    service.received.clear()
    return service

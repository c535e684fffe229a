"""An engine without a key, and the client that asks it."""

from collections.abc import AsyncIterator

import pytest

from qwen_lsp.model.payer import Access
from qwen_lsp.model.transport.http import Http


class NoKey:
    """Who pays nothing."""

    def __init__(self, base_url: str) -> None:
        self._access = Access(base_url, None)

    async def access(self) -> Access:
        return self._access

    async def renewed(self, refused: Access) -> Access:
        raise AssertionError(refused)


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    """Closed after the test."""
    opened = Http()
    yield opened
    await opened.aclose()

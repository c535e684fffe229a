"""Requests are counted by the account that pays, for a minute and for a day."""

import pytest
from pydantic import SecretStr

from qwen_lsp.account.counted import Counted
from qwen_lsp.errors import CredentialRefused, NotSignedIn
from qwen_lsp.model.qwen import Access


class Payer:
    """Pays with `key`, or refuses."""

    def __init__(self) -> None:
        self.key: str | None = "sk-1"
        self.is_refused = False

    async def access(self) -> Access:
        if self.key is None:
            raise NotSignedIn("nobody")
        return Access("https://a.example/v1", SecretStr(self.key))

    async def renewed(self, refused: Access) -> Access:
        if self.is_refused:
            raise CredentialRefused("no")
        return await self.access()


class World:
    def __init__(self, *, is_one: bool) -> None:
        self.now = 1000.0
        self.payer = Payer()
        self.counted = Counted(self.payer, is_one=is_one, clock=lambda: self.now)


async def test_a_minute_and_a_day() -> None:
    world = World(is_one=False)
    assert world.counted.counts == (0, 0)
    for _ in range(3):
        await world.counted.access()
        world.now += 20
    assert world.counted.counts == (2, 3)
    world.now += 60
    assert world.counted.counts == (0, 3)
    world.now += 86_400
    assert world.counted.counts == (0, 0)
    await world.counted.access()
    assert world.counted.counts == (1, 1)


async def test_another_key_is_another_account() -> None:
    world = World(is_one=False)
    await world.counted.access()
    world.payer.key = "sk-2"
    await world.counted.access()
    await world.counted.access()
    assert world.counted.counts == (2, 2)
    world.payer.key = "sk-1"
    await world.counted.access()
    assert world.counted.counts == (2, 2)


async def test_a_renewed_token_is_the_same_account_and_another_request() -> None:
    world = World(is_one=True)
    access = await world.counted.access()
    world.payer.key = "another"
    await world.counted.renewed(access)
    assert world.counted.counts == (2, 2)


async def test_what_is_not_paid_for_is_not_counted() -> None:
    world = World(is_one=False)
    access = await world.counted.access()
    world.payer.is_refused = True
    with pytest.raises(CredentialRefused):
        await world.counted.renewed(access)
    world.payer.key = None
    with pytest.raises(NotSignedIn):
        await world.counted.access()
    assert world.counted.counts == (1, 1)

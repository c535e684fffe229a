"""The real account and the real client, signed in at the simulator and answered by it."""

from collections.abc import AsyncIterator
from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import pytest_asyncio

from qwen_lsp.account.signed_in import SignedIn
from qwen_lsp.errors import (
    CredentialRefused,
    QwenError,
    ReplyCut,
    ServiceRefused,
    SignInDenied,
)
from qwen_lsp.model.catalog.providers import providers
from qwen_lsp.model.chat import Message, Request, Text, Thought, Usage
from qwen_lsp.model.qwen import Qwen
from qwen_lsp.model.transport.http import Http
from qwen_lsp.simulator.knobs import Knobs
from qwen_lsp.simulator.server import running

if TYPE_CHECKING:
    from qwen_lsp.simulator.service import Simulator

PROVIDER = providers()["simulator"]


pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.usefixtures("hasty")]


class Clock:
    """Time in seconds since the epoch, which passes only by `sleep`."""

    def __init__(self) -> None:
        self.now = 1_790_000_000.0

    def __call__(self) -> float:
        return self.now

    async def sleep(self, seconds: float) -> None:
        self.now += seconds


class Peer:
    """A client of a simulator, nobody signed in yet."""

    def __init__(self, simulator: "Simulator", clock: Clock, http: Http, home: Path) -> None:
        self.simulator = simulator
        self.clock = clock
        self.http = http
        self.account = SignedIn(
            PROVIDER,
            http=http.client,
            environ={"QWEN_HOME": str(home)},
            base_url=simulator.base_url,
            clock=clock,
            sleep=clock.sleep,
        )

    async def sign_in(self) -> None:
        assert await self.account.sign_in() is not None
        await self.account.until_signed_in()

    async def reply(self, model: str = "coder-model", *, system: bool = True) -> list[Any]:
        user = Message("user", "Refactor\n```python\nx=x+1\n```")
        messages = (Message("system", "s"), user) if system else (user,)
        qwen = Qwen(PROVIDER, self.account, self.http, "0")
        async with aclosing(qwen.stream(Request(messages, model))) as pieces:
            return [piece async for piece in pieces]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared() -> AsyncIterator[tuple["Simulator", Clock, Http]]:
    clock, http = Clock(), Http()
    async with running(clock=clock) as simulator:
        yield simulator, clock, http
        await http.aclose()


@pytest_asyncio.fixture(loop_scope="module")
async def peer(
    shared: tuple["Simulator", Clock, Http], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Peer]:
    monkeypatch.setattr("platformdirs.user_data_path", lambda *_, **__: tmp_path)
    peer = Peer(*shared, tmp_path)
    peer.simulator.knobs = Knobs(pace=0, first_token=0, approval="approve")
    peer.simulator.received.clear()
    yield peer
    await peer.account.aclose()


def text(pieces: list[Any]) -> str:
    return "".join(piece.text for piece in pieces if isinstance(piece, Text))


async def test_signed_in_and_answered(peer: Peer) -> None:
    await peer.sign_in()
    pieces = await peer.reply()
    (chat,) = peer.simulator.chats()
    assert chat.paid_by == "sign-in"
    assert chat.sent is not None
    assert text(pieces) == chat.sent.text
    assert any(isinstance(piece, Usage) and piece.completion_tokens for piece in pieces)


async def test_thoughts_are_no_text(peer: Peer) -> None:
    await peer.sign_in()
    pieces = await peer.reply("simulator-thinking")
    assert any(isinstance(piece, Thought) for piece in pieces)
    assert text(pieces).startswith("Here is")


async def test_a_system_message_goes_first_where_it_is_needed(peer: Peer) -> None:
    await peer.sign_in()
    await peer.reply(system=False)
    (chat,) = peer.simulator.chats()
    assert [message["role"] for message in chat.body["messages"]] == ["system", "user"]


async def test_the_user_said_no(peer: Peer) -> None:
    peer.simulator.turn(approval="deny")
    with pytest.raises(SignInDenied):
        await peer.sign_in()


async def test_a_token_is_renewed_in_time_and_after_a_refusal(peer: Peer) -> None:
    await peer.sign_in()
    peer.clock.now += 21600
    assert text(await peer.reply())
    peer.clock.now += 3600
    peer.simulator.turn(refuse="401", refuse_times=1)
    assert text(await peer.reply())
    paths = [each.path for each in peer.simulator.received if "token" in each.path]
    assert len(paths) == 3


async def test_a_revoked_sign_in_ends(peer: Peer) -> None:
    await peer.sign_in()
    peer.clock.now += 3600
    peer.simulator.authorization.tokens.revoke()
    with pytest.raises(QwenError):
        await peer.reply()
    assert peer.account.state == "signedOut"


async def test_a_service_that_has_ended_is_not_asked_for_ever(peer: Peer) -> None:
    peer.simulator.turn(ended=True)
    await peer.sign_in()
    with pytest.raises(CredentialRefused):
        await peer.reply()
    assert len(peer.simulator.received) < 8


@pytest.mark.parametrize("refusal", ["403", "404", "405", "length", "quota", "waf"])
async def test_each_refusal_is_one_sentence(peer: Peer, refusal: str) -> None:
    await peer.sign_in()
    peer.simulator.turn(refuse=refusal)
    with pytest.raises(QwenError, match=r"^[^\n]+\.$"):
        await peer.reply()


@pytest.mark.parametrize("fault", ["object", "text", "finish", "native", "prefixed", "json"])
async def test_each_error_in_a_stream_is_one(peer: Peer, fault: str) -> None:
    await peer.sign_in()
    peer.simulator.turn(fault=fault)
    with pytest.raises(ServiceRefused):
        await peer.reply()


@pytest.mark.parametrize("fault", ["cut", "reset", "length"])
async def test_each_cut_is_one(peer: Peer, fault: str) -> None:
    await peer.sign_in()
    peer.simulator.turn(fault=fault)
    with pytest.raises(ReplyCut):
        await peer.reply()

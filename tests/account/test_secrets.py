"""No token, code, verifier or key is in a log, a repr, a sentence or a traceback."""

import logging
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from qwen_lsp.account import token
from qwen_lsp.account.issuer import other_issuer
from qwen_lsp.account.keys import keys
from qwen_lsp.account.sign_in import device_flow, exchange, post, refresh, sign_in, tokens
from qwen_lsp.account.signed_in import SignedIn
from qwen_lsp.model.payer import Payer

from .authorization import (
    ACCESS_2,
    DEVICE,
    KEY,
    PENDING,
    REFRESH_1,
    REFRESH_2,
    SECRETS,
    AuthorizationServer,
    answer,
    code,
    error,
    page,
)
from .authorization import token as token_answer
from .conftest import Home, Made, MadeKeyed

ECHO = " ".join(SECRETS)
ECHOES = [
    answer(400, {"error": ECHO, "error_description": ECHO}),
    answer(400, {"error": DEVICE}),
    answer(401, {"error": {"code": REFRESH_1, "message": ECHO}}),
    answer(403, {ECHO: ECHO}),
    answer(200, {"access_token": f"{ECHO}\r\n", "token_type": ECHO}),
    httpx.Response(200, headers={"content-type": ECHO}, text=ECHO),
    httpx.Response(500, text=ECHO),
    page(200),
]


class Witness:
    """Everything that anyone could read afterwards."""

    def __init__(self, server: AuthorizationServer, caplog: pytest.LogCaptureFixture) -> None:
        self._server = server
        self._caplog = caplog
        self._seen: list[str] = []

    def sees(self, thing: object) -> None:
        if isinstance(thing, BaseException):
            self._seen += traceback.format_exception(thing)
            thing = (thing, thing.args, thing.__cause__, thing.__context__)
        self._seen += [repr(thing), str(thing), f"{thing}", "%s" % (thing,)]  # noqa: UP031
        self._seen += [repr(part) for part in parts_of(thing)]

    def finds_nothing(self) -> None:
        verifiers = {f["code_verifier"] for _, f in self._server.forms if "code_verifier" in f}
        records = [record.getMessage() for record in self._caplog.records]
        text = "\n".join([*self._seen, *records, self._caplog.text])
        assert "qwen_lsp.account" in text
        assert [secret for secret in {*SECRETS, *verifiers} if secret in text] == []


def parts_of(thing: object, depth: int = 6) -> Iterator[object]:
    """What hangs on `thing`. The environment, where the user wrote the keys, is left out."""
    fields: dict[str, Any] = {} if isinstance(thing, SecretStr) else getattr(thing, "__dict__", {})
    for name, part in fields.items():
        if name not in ("_environ", "_caplog") and depth:
            yield part
            yield from parts_of(part, depth - 1)


async def attempt(witness: Witness, *steps: Any) -> None:
    """Takes the steps as far as they go; what comes and what fails is looked at."""
    try:
        for step in steps:
            witness.sees(await step())
    except Exception as error:  # noqa: BLE001  (whatever fails has to be looked at)
        witness.sees(error)


@pytest.fixture(autouse=True)
def everything_is_logged(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    with caplog.at_level(logging.DEBUG):
        yield


async def session(mine: SignedIn, witness: Witness) -> None:
    """A sign-in, its use, a refusal of its token, and the way out."""
    await attempt(witness, mine.look, mine.sign_in)
    witness.sees(mine)
    await attempt(witness, mine.until_signed_in)
    await use(mine, witness)
    witness.sees(mine)
    await attempt(witness, mine.sign_out)
    await mine.aclose()


async def use(payer: Payer, witness: Witness) -> None:
    """An access, and two refusals."""

    async def renew_twice() -> None:
        access = await payer.access()
        witness.sees(access)
        access = await payer.renewed(access)
        witness.sees(access)
        await payer.renewed(access)

    await attempt(witness, renew_twice)


async def test_a_session_that_goes_well(
    account: Made, caplog: pytest.LogCaptureFixture, clock: Any
) -> None:
    server = AuthorizationServer(
        device=[code()],
        token=[
            PENDING,
            error(429, "slow_down"),
            token_answer(expires_in=20),
            token_answer(ACCESS_2, REFRESH_2),
        ],
    )
    witness = Witness(server, caplog)
    await session(account(server), witness)
    assert server.count("refresh_token") == 1
    witness.finds_nothing()


@pytest.mark.parametrize("echo", ECHOES)
@pytest.mark.parametrize("step", ["code", "poll", "refresh"])
async def test_a_server_that_echoes_what_it_was_sent(
    account: Made,
    home: Home,
    caplog: pytest.LogCaptureFixture,
    step: str,
    echo: httpx.Response,
) -> None:
    token = {"code": [echo], "poll": [echo, PENDING], "refresh": [token_answer(expires_in=9), echo]}
    server = AuthorizationServer(device=[echo if step == "code" else code()], token=token[step])
    witness = Witness(server, caplog)
    await session(account(server), witness)
    witness.finds_nothing()


ISSUER = other_issuer("https://login.example", "an-editor", "models", "https://models.example/v1")
DESCRIPTION = answer(
    200,
    {
        "issuer": ISSUER.url,
        "device_authorization_endpoint": "https://login.example/device/code",
        "token_endpoint": "https://login.example/token",
    },
)


@pytest.mark.parametrize("said", [DESCRIPTION, *ECHOES])
async def test_another_issuer(
    account: Made, home: Home, caplog: pytest.LogCaptureFixture, said: httpx.Response
) -> None:
    renewed = token_answer(ACCESS_2, REFRESH_2)
    server = AuthorizationServer(
        description=[DESCRIPTION, said],
        device=[code()],
        token=[PENDING, token_answer(expires_in=20), renewed, said],
    )
    witness = Witness(server, caplog)
    mine = account(server, "oauth", base_url="https://models.example/v1", issuer=ISSUER)
    await session(mine, witness)
    assert server.count("refresh_token") == 1
    witness.finds_nothing()
    again = account(server, "oauth", base_url="https://models.example/v1", issuer=ISSUER)
    await session(again, witness)
    witness.finds_nothing()


@pytest.mark.parametrize(
    "failure",
    [
        httpx.ConnectError("All connection attempts failed"),
        httpx.ReadTimeout(""),
        OSError(111, "Connection refused"),
    ],
)
async def test_a_network_that_fails(
    account: Made, home: Home, caplog: pytest.LogCaptureFixture, failure: Exception
) -> None:
    home.holds("access-token-1-7Qx", REFRESH_1, lifetime=0)
    server = AuthorizationServer(device=[failure], token=[failure])
    witness = Witness(server, caplog)
    await session(account(server), witness)
    witness.finds_nothing()


async def test_a_disk_that_fails(
    account: Made,
    home: Home,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def full(self: Path, target: Path) -> Path:
        raise OSError(28, "No space left on device", str(self))

    monkeypatch.setattr(Path, "replace", full)
    home.holds("access-token-1-7Qx", REFRESH_1, lifetime=0)
    server = AuthorizationServer(device=[code()], token=[token_answer(ACCESS_2, REFRESH_2)])
    witness = Witness(server, caplog)
    mine = account(server)
    await session(mine, witness)
    witness.finds_nothing()


@pytest.mark.parametrize(
    ("provider", "environ"),
    [
        ("dashscope-intl", {"DASHSCOPE_API_KEY": KEY}),
        ("dashscope-intl", {"DASHSCOPE_API_KEY": f"{KEY} {KEY}"}),
        ("custom", {"OPENAI_API_KEY": KEY}),
        ("custom", {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": f"https://x:{KEY}@a.example/"}),
        ("custom", {"OPENAI_API_KEY": KEY, "OPENAI_BASE_URL": "https://a.example/"}),
    ],
)
async def test_keys(
    keyed: MadeKeyed, caplog: pytest.LogCaptureFixture, provider: str, environ: dict[str, str]
) -> None:
    logging.getLogger("qwen_lsp.account").debug("begins")
    witness = Witness(AuthorizationServer(), caplog)
    mine = keyed(provider, **environ)
    witness.sees(mine)
    await use(mine, witness)
    witness.sees(mine)
    witness.finds_nothing()


def test_no_value_of_the_package_shows_a_secret_by_its_type() -> None:
    """Fields named like a secret are of a type that hides it."""
    modules = (device_flow, exchange, keys, post, refresh, sign_in, token, tokens)
    fields = [
        (f"{kind.__name__}.{name}", annotation)
        for module in modules
        for kind in vars(module).values()
        if isinstance(kind, type) and kind.__module__.startswith("qwen_lsp.account")
        for name, annotation in getattr(kind, "__annotations__", {}).items()
    ]
    secret = ("access_token", "refresh_token", "id_token", "device_code", "verifier", "value")
    named = [(name, kind) for name, kind in fields if name.rpartition(".")[2] in secret]
    assert len(named) >= 6
    assert [name for name, kind in named if "SecretStr" not in str(kind)] == []

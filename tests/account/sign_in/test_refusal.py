"""What refuses a token: which words end a sign-in, and that nothing goes in circles."""

import asyncio
import json
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from qwen_lsp.account.issuer import QWEN, Issuer
from qwen_lsp.account.sign_in.exchange import IssuerResponse
from qwen_lsp.account.sign_in.refresh import refreshed
from qwen_lsp.account.token import Token
from qwen_lsp.errors import (
    AccountError,
    CredentialRefused,
    NotSignedIn,
)

from ..authorization import (
    ACCESS_1,
    ACCESS_2,
    REFRESH_1,
    REFRESH_2,
    AuthorizationServer,
    Clock,
    answer,
    code,
    error,
    page,
    token,
    used,
)
from ..conftest import Home, Made


@pytest.mark.parametrize(
    "said",
    [
        error(400, "invalid_request"),
        error(401, "invalid_grant"),
        answer(400, {"error": {"message": "Invalid refresh token or client_id"}}),
        answer(401, {}),
    ],
)
async def test_a_refused_refresh_token_ends_the_sign_in(
    account: Made, home: Home, said: httpx.Response
) -> None:
    home.holds(ACCESS_1, REFRESH_1, lifetime=0)
    server = AuthorizationServer(token=[said])
    mine = account(server)
    with pytest.raises(CredentialRefused, match="has ended; sign in again"):
        await mine.access()
    assert home.names() == []
    assert mine.state == "signedOut"
    with pytest.raises(NotSignedIn):
        await mine.access()
    assert len(server.forms) == 1


@pytest.mark.parametrize(
    "said",
    [
        answer(500, {"error": "invalid_grant"}),
        page(503),
        page(200),
        page(400),
        page(401),
        page(403),
        error(403, "forbidden"),
        error(429, "slow_down"),
        error(400, "slow_down"),
        error(400, "temporarily_unavailable"),
        error(200, "invalid_grant"),
        answer(200, {}),
        answer(200, {"access_token": None}),
        answer(302, {}),
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("cut"),
    ],
)
async def test_nothing_else_clears_the_sign_in(account: Made, home: Home, said: Any) -> None:
    home.holds(ACCESS_1, REFRESH_1, lifetime=0)
    before = home.file.read_bytes()
    server = AuthorizationServer(token=[said, token(ACCESS_2, REFRESH_2)])
    mine = account(server)
    with pytest.raises(AccountError) as raised:
        await mine.access()
    assert type(raised.value) is AccountError
    assert home.file.read_bytes() == before
    assert home.names() == ["oauth_creds.json"]
    assert used(await mine.access())[1] == ACCESS_2


@pytest.mark.parametrize(
    ("code", "to_do"),
    [
        ("invalid_client", "check qwen.oauth.clientId, which has to be a public client's"),
        ("unauthorized_client", "check qwen.oauth.clientId"),
        ("invalid_scope", "correct qwen.oauth.scope"),
    ],
)
async def test_a_wrong_client_id_of_the_users_own_clears_nothing(code: str, to_do: str) -> None:
    token = Token(SecretStr(ACCESS_1), SecretStr(REFRESH_1), 0, "Bearer")
    said = IssuerResponse(401, "application/json", json.dumps({"error": code}).encode(), 0)
    issuer = Issuer("https://login.example", "mine", "", api="https://models.example")
    with pytest.raises(AccountError) as raised:
        refreshed(issuer, token, said)
    assert type(raised.value) is AccountError
    assert f"because it answered 401 ({code}); {to_do}" in str(raised.value)
    with pytest.raises(CredentialRefused):
        refreshed(QWEN, token, said)


async def test_another_programs_newer_token_outlives_a_refusal(account: Made, home: Home) -> None:
    home.holds(ACCESS_1, REFRESH_1, lifetime=0)

    def refused(form: dict[str, str]) -> httpx.Response:
        home.holds(ACCESS_2, REFRESH_2)
        return error(400, "invalid_request")

    mine = account(AuthorizationServer(token=[refused]))
    with pytest.raises(CredentialRefused):
        await mine.access()
    assert home.held()["refresh_token"] == REFRESH_2
    assert used(await mine.access())[1] == ACCESS_2


async def test_a_401_is_met_by_one_renewal_and_then_a_sentence(account: Made, home: Home) -> None:
    home.holds(ACCESS_1, REFRESH_1)
    server = AuthorizationServer(token=[token(ACCESS_2, REFRESH_2), token("access-3", "refresh-3")])
    mine = account(server)
    second = await mine.renewed(await mine.access())
    assert used(second)[1] == ACCESS_2
    for _ in range(3):
        with pytest.raises(CredentialRefused) as raised:
            await mine.renewed(second)
    assert server.count("refresh_token") == 1
    sentence = str(raised.value)
    assert "ended on 15 April 2026" in sentence
    assert "dashscope-intl" in sentence
    assert "ollama" in sentence


async def test_a_401_right_after_signing_in_spends_no_refresh_token(account: Made) -> None:
    server = AuthorizationServer(device=[code()], token=[token()])
    mine = account(server)
    await mine.sign_in()
    await mine.until_signed_in()
    access = await mine.access()
    with pytest.raises(CredentialRefused, match="ended on 15 April 2026"):
        await mine.renewed(access)
    assert server.count("refresh_token") == 0
    assert (await mine.sign_in()) is not None
    await mine.aclose()


async def test_a_401_hours_after_signing_in_is_met_by_a_renewal(
    account: Made, clock: Clock
) -> None:
    server = AuthorizationServer(device=[code()], token=[token(), token(ACCESS_2, REFRESH_2)])
    mine = account(server)
    await mine.sign_in()
    await mine.until_signed_in()
    clock.now += 7200
    assert used(await mine.renewed(await mine.access()))[1] == ACCESS_2


async def test_many_401s_for_one_token_are_met_by_one_renewal(account: Made, home: Home) -> None:
    home.holds(ACCESS_1, REFRESH_1)
    server = AuthorizationServer(token=[token(ACCESS_2, REFRESH_2), error(400, "invalid_request")])
    mine = account(server)
    old = await mine.access()
    accesses = await asyncio.gather(*(mine.renewed(old) for _ in range(5)))
    accesses.append(await mine.renewed(old))
    assert {used(access)[1] for access in accesses} == {ACCESS_2}
    assert server.count("refresh_token") == 1


async def test_an_adopted_token_that_is_refused_too_is_the_end(account: Made, home: Home) -> None:
    home.holds(ACCESS_1, REFRESH_1)
    server = AuthorizationServer()
    mine = account(server)
    old = await mine.access()
    home.holds(ACCESS_2, REFRESH_2)
    adopted = await mine.renewed(old)
    assert used(adopted)[1] == ACCESS_2
    with pytest.raises(CredentialRefused, match="15 April 2026"):
        await mine.renewed(adopted)
    assert server.forms == []


async def test_a_token_without_a_refresh_token_asks_for_a_sign_in(
    account: Made, home: Home
) -> None:
    home.holds(ACCESS_1, "")
    server = AuthorizationServer()
    mine = account(server)
    with pytest.raises(CredentialRefused, match="sign in again"):
        await mine.renewed(await mine.access())
    assert server.forms == []
    assert home.file.exists()

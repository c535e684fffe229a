"""Our device flow, PKCE and rotating refresh, as Authlib's authorization server takes them."""

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from qwen_lsp.account.issuer import other_issuer
from qwen_lsp.account.signed_in import SignedIn
from qwen_lsp.account.storage.token_paths import own_file
from qwen_lsp.errors import AccountError, CredentialRefused, SignInDenied, SignInExpired
from qwen_lsp.model.catalog.providers import providers
from qwen_lsp.model.transport.http import Http

from ..authorization import Clock, used
from ..conftest import Home
from .authlib_server import CLIENT_ID, SCOPE, TENANT, Company, running

API = "https://models.acme.example/v1"


@pytest.fixture(autouse=True)
def plain_http(monkeypatch: pytest.MonkeyPatch) -> None:
    """Authlib would have https; it is all on this machine."""
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")


@pytest.fixture
def company() -> Iterator[Company]:
    with running() as company:
        yield company


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    http = Http()
    yield http
    await http.aclose()


class Desk:
    """Accounts of one user, each as in a program of its own."""

    def __init__(self, company: Company, http: Http, clock: Clock) -> None:
        self.issuer = other_issuer(company.issuer, CLIENT_ID, SCOPE, API)
        self.http, self.clock = http, clock

    def account(self, **changes: Any) -> SignedIn:
        return SignedIn(
            providers()["oauth"],
            http=self.http.client,
            environ={},
            base_url=API,
            issuer=replace(self.issuer, **changes),
            clock=self.clock,
            ticks=self.clock,
            sleep=self.clock.sleep,
        )


@pytest.fixture
def desk(company: Company, http: Http, home: Home, clock: Clock) -> Desk:
    return Desk(company, http, clock)


async def test_a_sign_in(company: Company, desk: Desk, clock: Clock) -> None:
    company.decisions = ["pending", "slow down", "pending", "approved"]
    mine = desk.account()
    code = await mine.sign_in()
    assert code is not None
    assert code.verification_uri == f"{company.issuer}/device"
    assert code.user_code in (code.verification_uri_complete or "")
    await mine.until_signed_in()
    assert clock.slept == [5, 5, 10, 10]
    (given,) = company.tokens
    assert used(await mine.access()) == (API, given.access_token)
    assert given.scope == SCOPE
    assert own_file(desk.issuer).exists()
    described = f"/.well-known/oauth-authorization-server{TENANT}"
    assert company.paths == [
        described, f"{TENANT}/device_authorization", *[f"{TENANT}/token"] * 4,
    ]  # fmt: skip


async def test_pkce_is_checked(company: Company, desk: Desk) -> None:
    company.decisions = ["approved"]
    mine = desk.account()
    await mine.sign_in()
    company.device["challenge"].code_challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    with pytest.raises(SignInExpired, match="sign in again"):
        await mine.until_signed_in()
    assert company.tokens == []


@pytest.mark.parametrize(
    ("decision", "kind"), [("denied", SignInDenied), ("expired", SignInExpired)]
)
async def test_what_its_user_decides(
    company: Company, desk: Desk, decision: str, kind: type[AccountError]
) -> None:
    company.decisions = ["pending", decision]
    mine = desk.account()
    await mine.sign_in()
    with pytest.raises(kind, match="sign in again"):
        await mine.until_signed_in()


async def test_each_renewal_rotates(company: Company, desk: Desk, clock: Clock) -> None:
    company.decisions = ["approved"]
    mine = desk.account()
    await mine.sign_in()
    await mine.until_signed_in()
    for generation in (1, 2, 3):
        clock.now += 4000
        other = desk.account()
        both = await asyncio.gather(mine.access(), other.access())
        newest = company.tokens[-1]
        assert newest.generation == generation
        assert [used(access)[1] for access in both] == [newest.access_token] * 2
    assert [each.is_revoked for each in company.tokens] == [True, True, True, False]


async def test_a_family_that_was_revoked(company: Company, desk: Desk, clock: Clock) -> None:
    company.decisions = ["approved"]
    mine = desk.account()
    await mine.sign_in()
    await mine.until_signed_in()
    company.tokens[0].is_revoked = True
    clock.now += 4000
    with pytest.raises(CredentialRefused, match=r"has ended; sign in again"):
        await mine.access()
    assert await mine.look() == "signedOut"


async def test_a_client_that_it_does_not_know(company: Company, desk: Desk) -> None:
    with pytest.raises(AccountError, match=r"\(invalid_client\); check qwen.oauth.clientId"):
        await desk.account(client_id="somebody").sign_in()


async def test_its_tokens_go_to_no_other_api(company: Company, desk: Desk) -> None:
    company.decisions = ["approved"]
    mine = desk.account()
    await mine.sign_in()
    await mine.until_signed_in()
    assert await desk.account().look() == "signedIn"
    assert await desk.account(api="https://models.example").look() == "signedOut"
    assert await desk.account(client_id="somebody").look() == "signedOut"


async def test_a_redirect_is_not_followed(company: Company, desk: Desk) -> None:
    company.redirects = "http://127.0.0.1:9/"
    with pytest.raises(AccountError, match=r"because it answered 302 .* correct qwen.oauth.issuer"):
        await desk.account().sign_in()
    assert len(company.paths) == 3


async def test_no_secret_is_told(
    company: Company, desk: Desk, clock: Clock, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG, "qwen_lsp")
    company.decisions = ["slow down", "approved"]
    mine = desk.account()
    told: list[object] = [await mine.sign_in()]
    await mine.until_signed_in()
    clock.now += 4000
    access = await mine.access()
    told += [access, mine.state, desk.issuer, vars(mine)]
    secrets = company.secrets()
    assert len(secrets) == 6
    text = caplog.text + repr(told)
    assert "authorization-server" in text
    assert [secret for secret in secrets if secret in text] == []

"""Signing in and out of one provider's account."""

import asyncio
from typing import Any

import httpx
import pytest

from qwen_lsp.errors import (
    AccountError,
    NotSignedIn,
    QwenError,
    SignInDenied,
    SignInExpired,
)

from ..authorization import (
    ACCESS_1,
    ACCESS_2,
    PENDING,
    REFRESH_1,
    AuthorizationServer,
    Clock,
    code,
    error,
    page,
    token,
    used,
)
from ..conftest import Home, Made

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"


async def test_signing_in_by_the_device_flow(account: Made, home: Home, clock: Clock) -> None:
    server = AuthorizationServer(device=[code()], token=[PENDING, PENDING, token()])
    mine = account(server)
    assert await mine.look() == "signedOut"
    shown = await mine.sign_in()
    assert shown is not None
    assert shown.user_code == "ABCD1234"
    assert await mine.look() == "pending"
    await mine.until_signed_in()
    assert mine.state == "signedIn"
    assert used(await mine.access()) == ("https://portal.qwen.ai/v1", ACCESS_1)
    assert clock.slept == [5, 5, 5]
    assert home.names() == ["oauth_creds.json"]
    assert home.held() == {
        "access_token": ACCESS_1,
        "refresh_token": REFRESH_1,
        "token_type": "Bearer",
        "resource_url": "portal.qwen.ai",
        "expiry_date": round((clock() + 21600) * 1000),
    }
    assert await mine.sign_in() is None


async def test_the_requests_are_those_of_the_rfcs(account: Made) -> None:
    server = AuthorizationServer(device=[code()], token=[token()])
    mine = account(server)
    await mine.sign_in()
    await mine.until_signed_in()
    (device_url, device), (token_url, poll) = server.forms
    assert device_url == "https://chat.qwen.ai/api/v1/oauth2/device/code"
    assert token_url == "https://chat.qwen.ai/api/v1/oauth2/token"
    assert set(device) == {"client_id", "scope", "code_challenge", "code_challenge_method"}
    assert set(poll) == {"grant_type", "client_id", "device_code", "code_verifier"}
    for headers in server.headers:
        assert headers["content-type"] == "application/x-www-form-urlencoded"
        assert headers["accept"] == "application/json"
        assert headers["user-agent"].startswith("qwen-lsp/")
        assert len(headers["x-request-id"]) == 36


async def test_asking_again_gives_the_same_code_and_the_time_that_is_left(
    account: Made, clock: Clock
) -> None:
    server = AuthorizationServer(device=[code(), code(user_code="ZZZZ")], token=[PENDING])
    mine = account(server)
    asked_at = clock()
    asked = [*await asyncio.gather(mine.sign_in(), mine.sign_in()), await mine.sign_in()]
    assert {code.user_code for code in asked if code} == {"ABCD1234"}
    last = await mine.sign_in()
    assert last is not None
    assert last.expires_in == 898 - (clock() - asked_at) < 898
    await mine.aclose()
    third = await mine.sign_in()
    assert third is not None
    assert third.user_code == "ZZZZ"
    await mine.aclose()


async def test_two_programs_sign_in_at_once(account: Made, home: Home, clock: Clock) -> None:
    """Its user approves one of the codes; the other program finds the token of that."""
    first_server = AuthorizationServer(device=[code()], token=[PENDING, PENDING, token()])
    second_server = AuthorizationServer(device=[code(user_code="ZZZZ")], token=[PENDING])
    first, second = account(first_server), account(second_server)
    codes = await asyncio.gather(first.sign_in(), second.sign_in())
    assert [shown.user_code for shown in codes if shown] == ["ABCD1234", "ZZZZ"]
    await asyncio.gather(first.until_signed_in(), second.until_signed_in())
    assert (first.state, second.state) == ("signedIn", "signedIn")
    assert used(await first.access()) == used(await second.access())
    assert home.held()["access_token"] == ACCESS_1


@pytest.mark.parametrize(
    "kept", [{"expiry_date": 0}, {"access_token": "two words"}, {"refresh_token": None}]
)
async def test_what_another_program_leaves_may_be_no_sign_in(
    account: Made, home: Home, kept: dict[str, Any]
) -> None:
    server = AuthorizationServer(device=[code()], token=[PENDING, PENDING, token(ACCESS_2)])
    mine = account(server)
    await mine.sign_in()
    home.holds(ACCESS_1, REFRESH_1, **kept)
    await mine.until_signed_in()
    assert server.count(DEVICE_GRANT) == 3
    assert home.held()["access_token"] == ACCESS_2


async def test_a_sign_in_outlasts_a_clock_that_is_set(account: Made) -> None:
    """The time of day jumps by a day, forth and back; on the other clock it is 15 seconds."""
    ticks = Clock()
    server = AuthorizationServer(device=[code()], token=[PENDING, PENDING, PENDING, token()])
    days = iter([0, 86_400, -86_400] * 10)
    mine = account(
        server, clock=lambda: 1_790_000_000.0 + next(days), ticks=ticks, sleep=ticks.sleep
    )
    await mine.sign_in()
    await mine.until_signed_in()
    assert ticks.slept == [5, 5, 5, 5]


async def test_each_sign_in_has_a_verifier_of_its_own(account: Made) -> None:
    server = AuthorizationServer(device=[code()], token=[error(400, "access_denied")])
    mine = account(server)
    for _ in range(2):
        await mine.sign_in()
        with pytest.raises(SignInDenied):
            await mine.until_signed_in()
    verifiers = {form["code_verifier"] for _, form in server.forms if "code_verifier" in form}
    assert len(verifiers) == 2


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (error(400, "access_denied"), SignInDenied),
        (error(400, "expired_token"), SignInExpired),
        (error(401, "whatever"), SignInExpired),
        (page(200), AccountError),
        (PENDING, SignInExpired),
        (httpx.ConnectError("no way"), SignInExpired),
    ],
)
async def test_a_sign_in_that_fails(
    account: Made, home: Home, said: Any, kind: type[QwenError]
) -> None:
    server = AuthorizationServer(device=[code()], token=[said])
    mine = account(server)
    await mine.sign_in()
    with pytest.raises(kind):
        await mine.until_signed_in()
    assert mine.state == "signedOut"
    assert not home.file.exists()
    assert server.count(DEVICE_GRANT) <= 898 / 5 + 1


async def test_a_service_that_gives_no_code(account: Made) -> None:
    server = AuthorizationServer(device=[httpx.ConnectTimeout("slow")])
    mine = account(server)
    with pytest.raises(AccountError, match=r"could not begin: .* could not be reached in time"):
        await mine.sign_in()
    assert mine.state == "signedOut"
    await mine.until_signed_in()


async def test_cancelling_ends_the_polling(account: Made) -> None:
    server = AuthorizationServer(device=[code()], token=[PENDING])
    mine = account(server)
    await mine.sign_in()
    waiter = asyncio.create_task(mine.until_signed_in())
    await asyncio.sleep(0)
    mine.cancel_sign_in()
    with pytest.raises(AccountError, match="cancelled"):
        await waiter
    polls = len(server.forms)
    for _ in range(10):
        await asyncio.sleep(0)
    assert len(server.forms) == polls
    assert mine.state == "signedOut"


async def test_signing_out_deletes_the_file_and_ends_a_pending_sign_in(
    account: Made, home: Home
) -> None:
    home.holds(ACCESS_1, REFRESH_1)
    server = AuthorizationServer(device=[code()], token=[PENDING])
    mine = account(server)
    assert await mine.look() == "signedIn"
    await mine.sign_out()
    assert mine.state == "signedOut"
    assert home.names() == []
    with pytest.raises(NotSignedIn):
        await mine.access()
    await mine.sign_in()
    await mine.sign_out()
    assert mine.state == "signedOut"


async def test_signing_out_makes_no_folder(account: Made, home: Home) -> None:
    await account(AuthorizationServer()).sign_out()
    assert not home.file.parent.exists()

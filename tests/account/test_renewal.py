"""A token is renewed in time, once, and by one program."""

import asyncio
import os
import subprocess
import sys
from pathlib import Path

import httpx
import pytest

from qwen_lsp.account.exchange import QWEN

from .authorization import (
    ACCESS_1,
    ACCESS_2,
    REFRESH_1,
    REFRESH_2,
    AuthorizationServer,
    Clock,
    error,
    token,
    used,
)
from .conftest import Home, Made


async def test_a_stale_token_is_renewed_before_it_is_used(
    account: Made, home: Home, clock: Clock
) -> None:
    home.holds(ACCESS_1, REFRESH_1, lifetime=29, note="kept", resource_url="other.qwen.ai")
    server = AuthorizationServer(token=[token(ACCESS_2, REFRESH_2, resource_url=None)])
    mine = account(server)
    assert used(await mine.access()) == ("https://other.qwen.ai/v1", ACCESS_2)
    assert server.forms == [
        (
            "https://chat.qwen.ai/api/v1/oauth2/token",
            {
                "grant_type": "refresh_token",
                "refresh_token": REFRESH_1,
                "client_id": QWEN.client_id,
            },
        )
    ]
    held = home.held()
    assert held["refresh_token"] == REFRESH_2
    assert held["expiry_date"] == round((clock() + 21600) * 1000)
    assert held["note"] == "kept"
    assert held["resource_url"] == "other.qwen.ai"
    assert home.names() == ["oauth_creds.json"]


async def test_an_old_refresh_token_is_kept_if_none_comes(account: Made, home: Home) -> None:
    home.holds(ACCESS_1, REFRESH_1, lifetime=0)
    await account(AuthorizationServer(token=[token(ACCESS_2, None)])).access()
    assert home.held()["refresh_token"] == REFRESH_1


async def test_many_callers_share_one_renewal(account: Made, home: Home) -> None:
    home.holds(ACCESS_1, REFRESH_1, lifetime=0)
    server = AuthorizationServer(token=[token(ACCESS_2, REFRESH_2), error(400, "invalid_request")])
    mine = account(server)
    accesses = await asyncio.gather(*(mine.access() for _ in range(20)))
    assert {used(access)[1] for access in accesses} == {ACCESS_2}
    assert server.count("refresh_token") == 1


async def test_two_accounts_on_one_file_renew_once(account: Made, home: Home) -> None:
    home.holds(ACCESS_1, REFRESH_1, lifetime=0)
    server = AuthorizationServer(token=[token(ACCESS_2, REFRESH_2), error(400, "invalid_request")])
    accounts = [account(server, sleep=lambda _: asyncio.sleep(0.01)) for _ in range(4)]
    accesses = await asyncio.gather(*(mine.access() for mine in accounts))
    assert {used(access)[1] for access in accesses} == {ACCESS_2}
    assert server.count("refresh_token") == 1


async def test_a_cancelled_caller_does_not_cut_the_renewal_short(account: Made, home: Home) -> None:
    home.holds(ACCESS_1, REFRESH_1, lifetime=0)
    asked, answered = asyncio.Event(), asyncio.Event()

    async def slow(request: httpx.Request) -> httpx.Response:
        asked.set()
        await answered.wait()
        return token(ACCESS_2, REFRESH_2)

    client = httpx.AsyncClient(transport=httpx.MockTransport(slow))
    mine = account(AuthorizationServer())
    mine._http = lambda: client
    caller = asyncio.create_task(mine.access())
    await asked.wait()
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    answered.set()
    await mine.aclose()
    assert home.held()["refresh_token"] == REFRESH_2
    assert home.names() == ["oauth_creds.json"]
    await client.aclose()


async def test_a_token_renewed_by_another_program_is_adopted(
    account: Made, home: Home, clock: Clock
) -> None:
    home.holds(ACCESS_1, REFRESH_1, lifetime=0)
    lock = home.file.with_suffix(".lock")
    lock.write_text("of another program")
    server = AuthorizationServer(token=[error(400, "invalid_request")])
    mine = account(server)

    async def meanwhile(seconds: float) -> None:
        home.holds(ACCESS_2, REFRESH_2)
        await asyncio.to_thread(lock.unlink)

    mine._sleep = meanwhile
    assert used(await mine.access())[1] == ACCESS_2
    assert server.forms == []


RENEWER = """
import asyncio, os, sys, urllib.parse
import httpx
from qwen_lsp.account.account import Account
from qwen_lsp.model.providers import providers

async def rotate(request):
    form = dict(urllib.parse.parse_qsl(request.content.decode()))
    with open(sys.argv[1], "a") as log:
        log.write(form["refresh_token"] + "\\n")
    await asyncio.sleep(0.1)
    n = int(form["refresh_token"].rpartition("-")[2]) + 1
    tokens = {"access_token": f"a-{n}", "refresh_token": f"r-{n}", "expires_in": 3600}
    return httpx.Response(200, json=tokens)

async def main():
    client = httpx.AsyncClient(transport=httpx.MockTransport(rotate))
    account = Account(providers()["qwen-oauth"], http=lambda: client, environ=os.environ)
    print((await account.access()).key.get_secret_value())

asyncio.run(main())
"""


def test_three_processes_renew_once(home: Home, tmp_path: Path) -> None:
    home.holds("a-1", "r-1", lifetime=-1e9)
    log = tmp_path / "log"
    running = [
        subprocess.Popen(
            [sys.executable, "-c", RENEWER, str(log)],
            env=os.environ | home.environ,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    outputs = [process.communicate(timeout=60)[0].strip() for process in running]
    assert outputs == ["a-2", "a-2", "a-2"]
    assert log.read_text().split() == ["r-1"]
    assert home.held()["refresh_token"] == "r-2"

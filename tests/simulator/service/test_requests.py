"""Requests are checked as the real service checks them, and kept without their secrets."""

from typing import Any

import httpx
import pytest

from qwen_lsp.simulator.authorization import CLIENT_ID
from qwen_lsp.simulator.service import Simulator

from .calls import KEY, ask, chat, new_code

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"messages": "none"}, 400),
        ({"messages": []}, 400),
        ({"model": "gpt"}, 404),
        ({"model": None}, 400),
    ],
)
async def test_a_bad_request_is_refused(
    client: httpx.AsyncClient, fields: dict[str, Any], status: int
) -> None:
    response = await ask(client, **fields)
    assert response.status_code == status
    assert response.json()["error"]["message"]


@pytest.mark.parametrize("body", [b"", b"{", b"[1]", b"\xff"])
async def test_a_body_that_is_no_request(client: httpx.AsyncClient, body: bytes) -> None:
    response = await client.post("/v1/chat/completions", content=body, headers=KEY)
    assert response.status_code == 400


@pytest.mark.parametrize("header", ["", "Bearer sk-other", "Basic sk-simulator", "Bearer"])
async def test_who_does_not_pay_gets_nothing(client: httpx.AsyncClient, header: str) -> None:
    for path in ("/v1/chat/completions", "/v1/models"):
        method = "GET" if path.endswith("models") else "POST"
        response = await client.request(
            method, path, json=chat(), headers={"Authorization": header}
        )
        assert response.status_code == 401
        assert response.json()["error"]["message"] == "invalid access token or token expired"


async def test_another_host_name_is_refused(client: httpx.AsyncClient) -> None:
    response = await client.get("/v1/models", headers=KEY | {"Host": "evil.example"})
    assert response.status_code == 400


async def test_the_record_keeps_no_secrets(simulator: Simulator, client: httpx.AsyncClient) -> None:
    await ask(client)
    code = await new_code(client)
    form = {"client_id": CLIENT_ID, "device_code": code["device_code"], "code_verifier": "v" * 43}
    await client.post("/api/v1/oauth2/token", data=form)
    shown = repr(simulator.received)
    assert "(hidden)" in shown
    secrets = (KEY["Authorization"], form["device_code"], form["code_verifier"])
    assert not any(secret in shown for secret in secrets)

"""Calls that clients make to the service, and how its answers are read."""

import json
from typing import Any

import httpx

from qwen_lsp.simulator.authorization import CLIENT_ID

KEY = {"Authorization": "Bearer sk-simulator-1"}
LONG = "word " * 40


def chat(model: str = "coder-model", **fields: Any) -> dict[str, Any]:
    messages = [{"role": "system", "content": "s"}, {"role": "user", "content": "Hello"}]
    return {"model": model, "messages": messages, "stream": True} | fields


async def ask(client: httpx.AsyncClient, **fields: Any) -> httpx.Response:
    return await client.post("/v1/chat/completions", json=chat(**fields), headers=KEY)


def events(body: str) -> list[Any]:
    """The data of each event, the last one as text."""
    found = [line[6:] for line in body.split("\n") if line.startswith("data: ")]
    return [json.loads(each) if each != "[DONE]" else each for each in found]


def content(chunks: list[Any]) -> str:
    choices = [choice for each in chunks if each != "[DONE]" for choice in each.get("choices", [])]
    return "".join(choice["delta"].get("content") or "" for choice in choices)


async def new_code(client: httpx.AsyncClient) -> dict[str, Any]:
    form = {"client_id": CLIENT_ID, "code_challenge": "c" * 43, "code_challenge_method": "S256"}
    body: dict[str, Any] = (await client.post("/api/v1/oauth2/device/code", data=form)).json()
    return body

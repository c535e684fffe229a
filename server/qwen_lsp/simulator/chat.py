"""Answers `POST /v1/chat/completions` and `GET /v1/models`."""

import asyncio
import json
import secrets
import time
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from .answers import answer, token_count
from .knobs import MODELS, Knobs
from .play import Play
from .received import Received, Sent
from .refusals import BAD_TOKEN, WholeResponse, error, in_json, refused
from .script import Order, at_once, streamed
from .service import Simulator, responded


class _StreamOptions(BaseModel):
    include_usage: bool = False


class _Chat(BaseModel):
    """The part of a chat request that is read; the rest is ignored, as the services do."""

    model_config = ConfigDict(extra="ignore")

    model: str
    messages: list[dict[str, Any]]
    stream: bool = False
    stream_options: _StreamOptions | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None


async def models(simulator: Simulator, request: Request) -> Response:
    """The names of the models."""
    noted = simulator.note(request, {})
    if not simulator.accepts(noted.paid_by):
        return responded(BAD_TOKEN, noted)
    listed = [
        {"id": name, "object": "model", "created": 0, "owned_by": "simulator"} for name in MODELS
    ]
    return responded(in_json(200, {"object": "list", "data": listed}), noted)


async def completions(simulator: Simulator, request: Request) -> Response:
    """A reply made from the prompt, streamed or at once; or the refusal that the knobs ask for."""
    body = _json(await request.body())
    noted = simulator.note(request, body)
    try:
        knobs = simulator.knobs_for(
            str(body.get("model", "")), request.headers.get("x-simulate", "")
        )
        chat = _Chat.model_validate(body)
    except ValidationError as problem:
        return responded(_bad_request(problem), noted)
    if refusal := _refusal(simulator, noted, chat, knobs):
        return responded(refusal, noted)
    return _reply(simulator, noted, chat, knobs)


def _refusal(
    simulator: Simulator, noted: Received, chat: _Chat, knobs: Knobs
) -> WholeResponse | None:
    if knobs.refuse:
        return refused(knobs.refuse, knobs.retry_after)
    if not simulator.accepts(noted.paid_by):
        return BAD_TOKEN
    if chat.model not in MODELS:
        return refused("404")
    # Qwen's portal, where sign-ins pay, says so and no more where no system message leads.
    leads = chat.messages[0].get("role") if chat.messages else None
    if leads != "system" and (leads is None or noted.paid_by == "sign-in"):
        return error(400, "invalid_parameter_error", "bad request")
    return None


def _reply(simulator: Simulator, noted: Received, chat: _Chat, knobs: Knobs) -> Response:
    messages, begun = _begun(chat.messages)
    text = answer(messages) if knobs.reply is None else knobs.reply
    text = text.removeprefix(begun)
    order = Order(
        id=f"chatcmpl-{secrets.token_hex(8)}",
        model=chat.model,
        created=int(time.time()),
        prompt_tokens=token_count(json.dumps(chat.messages, ensure_ascii=False)),
        usage=chat.stream_options is not None and chat.stream_options.include_usage,
        most_tokens=chat.max_completion_tokens or chat.max_tokens,
    )
    script = streamed(text, order, knobs) if chat.stream else at_once(text, order, knobs)
    noted.sent = Sent(asyncio.get_running_loop().time())
    return Play(script, noted.sent, simulator.closing)


def _begun(messages: list[dict[str, Any]]) -> tuple[list[dict[str, Any]], str]:
    """What was said, and the beginning of the reply to it, where that is to be gone on with."""
    last = messages[-1] if messages else {}
    if last.get("role") != "assistant" or not last.get("partial"):
        return messages, ""
    return messages[:-1], str(last.get("content") or "")


def _json(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _bad_request(problem: ValidationError) -> WholeResponse:
    first = problem.errors(include_url=False, include_input=False)[0]
    where = ".".join(str(step) for step in first["loc"])
    return error(400, "invalid_parameter_error", f"{where}: {first['msg']}")

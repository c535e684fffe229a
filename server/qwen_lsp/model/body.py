"""A request as the service wants it: the body and the headers of one Chat Completion."""

from collections.abc import Mapping

from qwen_lsp.model.address import is_qwen_host
from qwen_lsp.model.catalog.families import (
    family_of,
    limit_name,
    sampling_fields,
    thinking_fields,
)
from qwen_lsp.model.catalog.providers import Provider, dialect_at
from qwen_lsp.model.chat import Message, Request
from qwen_lsp.model.special_tokens import without_tokens
from qwen_lsp.text.tokens import tokens_in

_LEAST_CACHED = 1_024
"""Tokens below which DashScope keeps nothing (qwen-services, 5.5)."""
_DEFAULT_SYSTEM = "You are a careful programmer."


def body_of(request: Request, provider: Provider, host: str) -> dict[str, object]:
    """The body for `host`, with the family's own thinking, sampling and limit."""
    family, dialect = family_of(request.model), dialect_at(host, provider)
    body: dict[str, object] = {
        "model": request.model,
        "messages": _written(
            _ordered(request.messages, system_first=provider.system_first),
            caches=provider.caches and family.caches,
        ),
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    if request.thinking != "off" or not _has_to_think(request.model, provider):
        body |= thinking_fields(family, dialect, thinking=request.thinking)
    body |= sampling_fields(family, dialect, provider.sampling)
    if request.temperature is not None:
        body["temperature"] = request.temperature
    if request.tokens_left is not None:
        body[limit_name(family, dialect)] = request.tokens_left
    return body


def headers_of(provider: Provider, host: str, agent: str) -> Mapping[str, str]:
    """All headers but the credential. `X-DashScope-*` goes to Qwen's own hosts alone."""
    headers = {
        "Accept": "text/event-stream",
        # A compressed stream waits until there is enough to compress.
        "Accept-Encoding": "identity",
        "User-Agent": agent,
    }
    if is_qwen_host(host):
        headers["X-DashScope-UserAgent"] = agent
        headers["X-DashScope-CacheControl"] = "enable"
        if provider.sign_in:
            headers["X-DashScope-AuthType"] = provider.id
    return headers


def _has_to_think(model: str, provider: Provider) -> bool:
    """Whether the service refuses to turn thinking off (qwen-services, 5.1)."""
    return model.lower().startswith(provider.has_to_think)


def _ordered(messages: tuple[Message, ...], *, system_first: bool) -> list[Message]:
    """System messages as one, first (qwen-services, 5.1 and 1.8)."""
    system = "\n\n".join(m.content for m in messages if m.role == "system")
    if not system and system_first:
        system = _DEFAULT_SYSTEM
    first = [Message("system", system)] if system else []
    return first + [message for message in messages if message.role != "system"]


def _written(messages: list[Message], *, caches: bool) -> list[dict[str, object]]:
    """The messages without a special token in any; what is worth keeping is marked."""
    written = [_message(message) for message in messages]
    if caches and (stable := _stable(messages)):
        last = written[stable - 1]
        text = {"type": "text", "text": last["content"], "cache_control": {"type": "ephemeral"}}
        last["content"] = [text]
    return written


def _message(message: Message) -> dict[str, object]:
    text = without_tokens(message.content)
    if not message.image:
        return {"role": message.role, "content": text}
    image = {"type": "image_url", "image_url": {"url": message.image}}
    return {"role": message.role, "content": [image, {"type": "text", "text": text}]}


def _stable(messages: list[Message]) -> int:
    """How many messages a later request will begin with as well, if they are worth marking.

    That is so in a conversation: all but the newest question come again with the next one. Making
    an entry costs a quarter more, so a single question is left to the service's own cache
    (qwen-services, 5.5).
    """
    newest = max((place for place, m in enumerate(messages) if m.role == "user"), default=0)
    before = messages[:newest]
    if not any(message.role == "assistant" for message in before) or before[-1].image:
        return 0
    tokens = sum(tokens_in(message.content) for message in before)
    return newest if tokens >= _LEAST_CACHED else 0


def holds_tokens(request: Request) -> bool:
    """Whether special tokens are taken out of `request`, so that its reply must get them back."""
    return any(without_tokens(m.content) != m.content for m in request.messages)

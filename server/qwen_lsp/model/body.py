"""A request as the service wants it: the body and the headers of one Chat Completion."""

from collections.abc import Mapping

from qwen_lsp.model.address import is_qwen_host
from qwen_lsp.model.chat import Message, Request
from qwen_lsp.model.families import (
    Dialect,
    family_of,
    limit_name,
    sampling_fields,
    thinking_fields,
)
from qwen_lsp.model.providers import Provider
from qwen_lsp.model.special_tokens import without_tokens

_DEFAULT_SYSTEM = "You are a careful programmer."


def body_of(request: Request, provider: Provider, host: str) -> dict[str, object]:
    """The body for `host`, with the family's own thinking, sampling and limit."""
    family, dialect = family_of(request.model), dialect_at(host, provider)
    body: dict[str, object] = {
        "model": request.model,
        "messages": _messages(request.messages, system_first=provider.system_first),
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    body |= thinking_fields(family, dialect, thinking=request.thinking)
    body |= sampling_fields(family, dialect)
    if request.temperature is not None:
        body["temperature"] = request.temperature
    if request.max_tokens is not None:
        body[limit_name(family, dialect)] = request.max_tokens
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


def dialect_at(host: str, provider: Provider) -> Dialect:
    """How thinking is turned off at `host`: a custom address may be DashScope's."""
    return "dashscope" if is_qwen_host(host) else provider.dialect


def _messages(messages: tuple[Message, ...], *, system_first: bool) -> list[dict[str, str]]:
    """System messages as one, first (qwen-services, 5.1 and 1.8), and no special token in any."""
    system = "\n\n".join(m.content for m in messages if m.role == "system")
    if not system and system_first:
        system = _DEFAULT_SYSTEM
    first = [Message("system", system)] if system else []
    said = [message for message in messages if message.role != "system"]
    return [{"role": m.role, "content": without_tokens(m.content)} for m in first + said]


def holds_tokens(request: Request) -> bool:
    """Whether special tokens are taken out of `request`, so that its reply must get them back."""
    return any(without_tokens(m.content) != m.content for m in request.messages)

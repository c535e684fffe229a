"""A prompt that is larger than its model's window gets less of the file, before anyone cuts it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from ..actions.prompt import prompt
from ..errors import AccountError, RequestError
from ..model.address import host_of, is_loopback
from ..model.chat import Message, Request
from ..model.window import Window
from ..model.windows import known_window
from ..text.tokens import tokens_in
from .work import Work

if TYPE_CHECKING:
    from .services import Chosen
    from .session import Session

SURELY_READ = 6_000
"""Tokens that any service reads which is not on this machine; it is not asked for these."""
NARROW = (
    "{service} reads {window:,} tokens at a time, so less of the file around the selection is "
    "sent than qwen.context.tokens allows; start it with OLLAMA_CONTEXT_LENGTH={more} to raise it."
)
TOO_NARROW = (
    "The selection and the reply to it take about {needed:,} tokens, and {service} reads "
    "{window:,} at a time; select less, or start it with OLLAMA_CONTEXT_LENGTH={more}."
)
_SHORT_REPLY, _THINKING, _IMAGE = 800, 2_000, 3_000
_TOKENS_OF_A_TURN = 8


async def fitted(session: "Session", work: Work, request: Request, chosen: "Chosen") -> Request:
    """`request` with as much around the selection as its model has room for.

    Raises RequestError where the selection alone has none and the service would not say so.
    """
    needed = tokens_of(request.messages) + _reply_of(work, request)
    window = await _window(session, chosen, request.model, needed)
    if window is None or needed <= window.tokens:
        return request
    around = work.selection.around_tokens
    left = around - (needed - window.tokens)
    words = {
        "service": chosen.provider.name,
        "window": window.tokens,
        "more": _power_of_two(needed),
    }
    if left < 0 and window.cuts:
        raise RequestError(TOO_NARROW.format(needed=needed - around, **words))
    if window.cuts and (told := NARROW.format(**words)) not in session.told:
        session.told.add(told)
        session.editor.say(told)
    return with_around(work, request, max(0, left))


def tokens_of(messages: Sequence[Message]) -> int:
    """About how many tokens the messages take, with what a template puts around each."""
    return sum(tokens_in(each.content) + _TOKENS_OF_A_TURN for each in messages)


async def _window(session: "Session", chosen: "Chosen", model: str, needed: int) -> Window | None:
    windows, provider = session.services.windows, chosen.provider
    if provider.dialect == "dashscope":
        return known_window(model)
    if provider.sign_in and needed <= SURELY_READ:
        return None  # Asking for an access may renew a token.
    try:
        access = await chosen.account.access()
    except AccountError:
        return None  # The request itself will say so.
    if needed <= SURELY_READ and not is_loopback(host_of(access.base_url)):
        return None
    window = await windows.of(provider, access, model)
    if window and window.is_assumed and needed > window.tokens:
        return await windows.opened(provider, access, model)
    return window


def _reply_of(work: Work, request: Request) -> int:
    """About how many tokens the reply takes."""
    if request.max_tokens:
        return request.max_tokens
    size = tokens_in(work.selection.text) * 5 // 4 if work.action.edits else 0
    shown = _IMAGE if work.image else 0
    return size + _SHORT_REPLY + shown + (_THINKING if request.thinking else 0)


def with_around(work: Work, request: Request, tokens: int) -> Request:
    """The request with less around the selection; what was said since then stays."""
    first = len(work.messages)
    if request.messages[:first] != work.messages:
        return request
    said = prompt(work.action, work.selection.within(tokens))
    return replace(request, messages=said + request.messages[first:])


def _power_of_two(tokens: int) -> int:
    return 1 << max(13, (tokens - 1).bit_length())

"""A prompt that is larger than its model's window gets less of the file, before anyone cuts it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol

from ..actions.prompt import prompt
from ..errors import AccountError, RequestError
from ..model.address import host_of, is_loopback
from ..model.catalog.window import Window
from ..model.catalog.windows import OLLAMAS_LEAST, Windows, known_window
from ..model.chat import Message, Request
from ..services.services import Chosen
from ..settings.settings import Settings
from ..text.tokens import tokens_in
from .request import JobRequest

SURELY_READ = 6_000
"""Tokens that any service reads that is not on this machine; it is not asked for these.

What answers at an address of the user's own may be Ollama on another machine: fewer are sure there.
"""
NARROW = (
    "{service} reads {window:,} tokens at a time, so less of the file around the selection is "
    "sent than qwen.context.tokens allows; {remedy}."
)
RAISE = "start it with OLLAMA_CONTEXT_LENGTH={more}, or raise the num_ctx of a model that has one"
REFUSE = "set qwen.context.tooLong to fail where you don't want that"
NOT_LESS = (
    "The selection with its surroundings and the reply take about {needed:,} tokens, and {service} "
    "reads {window:,} at a time; set qwen.context.tokens to {fits}, or {remedy}."
)
TOO_NARROW = (
    "The selection and the reply to it take about {needed:,} tokens, and {service} reads "
    "{window:,} at a time; select less, or {remedy}."
)
_SHORT_REPLY, _THINKING, _IMAGE = 800, 2_000, 3_000
_TOKENS_OF_A_TURN = 8


class UserNotices(Protocol):
    """Shows the user what they need to read only once in a session."""

    def is_new(self, about: str, /) -> bool:
        """Whether the user has read nothing about it yet. From now on they have."""
        ...

    def show_once(self, sentence: str, /, *, about: str) -> None:
        """Shows `sentence`, unless the user has read `about` this before."""
        ...


async def fit_to_context_window(
    job_request: JobRequest,
    request: Request,
    chosen: Chosen,
    settings: Settings,
    *,
    windows: Windows,
    notices: UserNotices,
) -> Request:
    """`request` with as much around the selection as `settings` allow and its model has room for.

    Raises RequestError where the service would cut it without a word: because the selection alone
    has no room, or less around it is not to be sent. What refuses by itself is left to do so.
    """
    if job_request.selection.around_tokens > settings.context_tokens:
        # The settings may have come after the request.
        request = with_around(job_request, request, settings.context_tokens)
    expected = _reply_of(job_request, request)
    reply = request.max_tokens or expected
    needed = tokens_of(request.messages) + reply
    window = await _window(windows, chosen, request.model, needed)
    if window and window.cuts:
        # It takes any limit of a reply, however small its window is.
        needed += min(expected, reply) - reply
    may_be_less = settings.context_too_long == "less"
    if window is None or needed <= window.tokens or not (window.cuts or may_be_less):
        return request
    room = room_in(job_request, request, tokens_of(request.messages) - (needed - window.tokens))
    if fault := _fault(window, chosen, needed, room, may_be_less=may_be_less):
        raise RequestError(fault)
    narrow = _narrow(window, chosen, needed)
    notices.show_once(narrow, about=narrow)
    return with_around(job_request, request, max(0, room))


def _fault(
    window: Window, chosen: Chosen, needed: int, room: int, *, may_be_less: bool
) -> str | None:
    """Why the request must not be sent; None where it may."""
    words = {"service": chosen.provider.name, "window": window.tokens, "remedy": _remedy(needed)}
    if room < 0 and window.cuts:
        return TOO_NARROW.format(needed=window.tokens - room, **words)
    return None if may_be_less else NOT_LESS.format(needed=needed, fits=room, **words)


def _narrow(window: Window, chosen: Chosen, needed: int) -> str:
    """What the user reads where less around the selection is sent."""
    remedy = _remedy(needed) if window.cuts else REFUSE
    return NARROW.format(service=chosen.provider.name, window=window.tokens, remedy=remedy)


def room_in(job_request: JobRequest, request: Request, tokens: int) -> int:
    """How much around the selection may be sent for the messages to take at most `tokens`.

    It is counted as qwen.context.tokens is; below 0 it is what is missing for the selection alone.
    """
    room = job_request.selection.around_tokens
    while True:
        asked = with_around(job_request, request, max(room, 0))
        over = tokens_of(asked.messages) - tokens
        if over <= 0:
            return max(room, 0)
        if room <= 0:
            return -over
        room -= over


def tokens_of(messages: Sequence[Message]) -> int:
    """About how many tokens the messages take, with what a template puts around each."""
    return sum(tokens_in(each.content) + _TOKENS_OF_A_TURN for each in messages)


async def _window(windows: Windows, chosen: Chosen, model: str, needed: int) -> Window | None:
    provider = chosen.provider
    if provider.dialect == "dashscope":
        return known_window(model)
    is_sure = needed <= (OLLAMAS_LEAST if provider.base_url is None else SURELY_READ)
    if provider.sign_in and is_sure:
        return None  # Asking for an access may renew a token.
    try:
        access = await chosen.account.access()
    except AccountError:
        return None  # The request itself will say so.
    if is_sure and not is_loopback(host_of(access.base_url)):
        return None
    window = await windows.of(provider, access, model)
    if window and window.is_assumed and needed > window.tokens:
        return await windows.opened(provider, access, model)
    return window


def _reply_of(job_request: JobRequest, request: Request) -> int:
    """About how many tokens the reply takes."""
    size = tokens_in(job_request.selection.text) * 5 // 4 if job_request.action.edits else 0
    shown = _IMAGE if job_request.image else 0
    return size + _SHORT_REPLY + shown + (0 if request.thinking == "off" else _THINKING)


def with_around(job_request: JobRequest, request: Request, tokens: int) -> Request:
    """The request with less around the selection; what was said since then stays.

    The same where it began with another selection, and where it shows an image.
    """
    first = len(job_request.messages)
    is_its_own = job_request.model_request.messages[:first] == job_request.messages
    if not is_its_own or any(message.image for message in request.messages):
        return request
    said = prompt(job_request.action, job_request.selection.within(tokens))
    return replace(request, messages=said + request.messages[first:])


def _remedy(needed: int) -> str:
    """How Ollama reads as much; what its model sets goes before what it was started with."""
    return RAISE.format(more=1 << max(13, (needed - 1).bit_length()))

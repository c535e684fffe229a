"""What the server can do about a refusal: send less of the file, or name the models there are."""

from typing import TYPE_CHECKING

from ..errors import ModelError, QwenError
from ..model.chat import Request
from .fitting import room_in, tokens_of, with_around
from .work import Work

if TYPE_CHECKING:
    from ..services.services import Chosen
    from .session import Session

SMALLER = "too long; asking again with less of the file"
LESS = (
    "The selection with its surroundings was too long for {model}{by}, so less of the file around "
    "it was sent; set qwen.context.tooLong to fail where you don't want that."
)
OFFER = "It fits with qwen.context.tokens at {fits}."
LOWER = "Or set qwen.context.tokens lower."
THERE = "{said} It has {names}."
MOST_NAMES = 8
_SURE_PART = 5 / 4
"""Our count of tokens is a guess, so that more is left out than was too many."""


def smaller(work: Work, request: Request, error: ModelError) -> Request | None:
    """`request` with less around the selection, where it was too long and there is something."""
    if error.meaning != "too long":
        return None
    less = with_around(work, request, max(_room(work, request, error) or 0, 0))
    return None if less.messages == request.messages else less


def tell_of_less(session: "Session", model: str, over: int | None) -> None:
    """Tells the user, once for each model, that less than they allow was sent: `over` tokens."""
    by = f" by {over:,} tokens" if over else ""
    session.tell_once(LESS.format(model=model, by=by), about=f"less for {model}")


def with_offer(work: Work, request: Request, error: ModelError) -> ModelError:
    """`error`, with the number that qwen.context.tokens would have to be, where there is one."""
    room = _room(work, request, error)
    if room is not None and room < 0:
        return error
    offer = LOWER if room is None else OFFER.format(fits=room)
    return type(error)(f"{error} {offer}", meaning=error.meaning, over=error.over)


def _room(work: Work, request: Request, error: ModelError) -> int | None:
    """How much around the selection there is room for, as `room_in`; None where nobody says."""
    if error.over is None:
        return None
    return room_in(work, request, tokens_of(request.messages) - int(error.over * _SURE_PART))


async def with_names(session: "Session", error: QwenError, chosen: "Chosen") -> QwenError:
    """`error`, with the models that there are where the one asked for is not."""
    if not isinstance(error, ModelError) or error.meaning != "model":
        return error
    try:
        access = await chosen.account.access()
    except QwenError:
        return error
    names = (await session.services.models.of(chosen.provider, access)).names
    if not names:
        return error
    listed = ", ".join(names[:MOST_NAMES]) + (" and others" if len(names) > MOST_NAMES else "")
    return type(error)(THERE.format(said=error, names=listed), meaning=error.meaning)

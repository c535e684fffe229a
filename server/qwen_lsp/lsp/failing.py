"""What the server can do about a refusal: send less of the file, or name the models there are."""

from typing import TYPE_CHECKING

from ..errors import ModelError, QwenError
from ..model.chat import Request
from .fitting import with_around
from .work import Work

if TYPE_CHECKING:
    from .services import Chosen
    from .session import Session

SMALLER = "too long; asking again with less of the file"
THERE = "{said} It has {names}."
MOST_NAMES = 8
_SURE_PART = 5 / 4
"""Our count of tokens is a guess, so that more is left out than was too many."""


def smaller(work: Work, request: Request, error: QwenError) -> Request | None:
    """`request` with less around the selection, where it was too long and there is something."""
    around = work.selection.around_tokens
    if not isinstance(error, ModelError) or error.meaning != "too long" or around == 0:
        return None
    left = 0 if error.over is None else around - int(error.over * _SURE_PART)
    less = with_around(work, request, max(left, 0))
    return None if less.messages == request.messages else less


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

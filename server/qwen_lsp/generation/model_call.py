"""The model that answers a job: of the service that is chosen by the time that the job starts.

What is chosen later is for later jobs. Where a request was too long, less of the file is sent;
where its model is not there, the error names those that are.
"""

from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path

from ..errors import ModelError, QwenError, RequestError
from ..model.catalog.models import ModelLists
from ..model.chat import Kept, Piece, Request, Text, Usage, Waiting
from ..model.conversation import Conversation
from ..services.services import Chosen, Services
from ..settings.settings import Settings
from .context_window import UserNotices, fit_to_context_window, room_in, tokens_of, with_around
from .conversations import Conversations
from .images import shown
from .request import SWITCHED_OFF, JobRequest

SILENT = "{name} does not answer, as was said; choose another service with Qwen: Select provider."
WAITING = "waiting for {name}"
WAITING_HERE = "waiting for {name}, which may have to load the model"

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


@dataclass(frozen=True)
class CallContext:
    """What the model calls of a session have in common."""

    services: Services
    settings: Callable[[str], Awaitable[Settings]]
    """The settings for the document of this URI, once they are known. Raises RequestError."""
    choose: Callable[[Settings], Awaitable[Chosen]]
    """The service to ask; where several could answer, the user is asked. Raises QwenError."""
    conversations: Conversations
    notices: UserNotices
    folders: Callable[[], Sequence[Path]]
    """The folders of the workspace that lie on this machine."""
    record_usage: Callable[[str, Usage], object]
    """Called with a provider and what was used there, where the user wants that to be kept."""


class ModelCall:
    """Whatever the settings for the document name. `job` is the id of the one that asks."""

    def __init__(self, context: CallContext, job_request: JobRequest, job: str) -> None:
        self._context, self._job_request = context, job_request
        self._talk = job_request.continues or job

    async def stream(self, request: Request) -> AsyncGenerator[Piece]:
        """The reply, piece by piece. Raises QwenError."""
        context, job_request = self._context, self._job_request
        settings = await context.settings(job_request.file.uri)
        if not settings.enabled:
            raise RequestError(SWITCHED_OFF)
        chosen = await context.choose(settings)
        asked, said = self._with(request, settings, chosen), list[Piece]()
        # To learn how much fits, a model may have to be loaded.
        waiting = WAITING_HERE if chosen.provider.is_local else WAITING
        yield Waiting(waiting.format(name=chosen.provider.name))
        asked = await fit_to_context_window(
            job_request,
            asked,
            chosen,
            settings,
            windows=context.services.windows,
            notices=context.notices,
        )
        asked = await shown(job_request, asked, chosen, context.folders())
        try:
            async with aclosing(self._answers(asked, chosen, settings)) as pieces:
                async for piece in pieces:
                    said.append(piece)
                    yield piece
            self._remember(asked, said)
        except QwenError as error:
            named = await with_names(context.services.models, error, chosen)
            raise self._shortened(named, chosen) from None
        finally:
            if any(isinstance(piece, Text | Usage) for piece in said):
                self._record_usage(settings, chosen.provider.id, said)

    async def _answers(
        self, asked: Request, chosen: Chosen, settings: Settings
    ) -> AsyncGenerator[Piece]:
        """The reply; to less of the file, where the service says that it was too much."""
        has_shown = False
        try:
            async with aclosing(chosen.model.stream(asked)) as pieces:
                async for piece in pieces:
                    has_shown = has_shown or isinstance(piece, Text)
                    yield piece
            return
        except ModelError as error:
            less = None if has_shown else smaller(self._job_request, asked, error)
            if less is None:
                raise
            if settings.context_too_long == "fail":
                raise with_offer(self._job_request, asked, error) from None
            over = error.over
        yield Waiting(SMALLER)
        async with aclosing(chosen.model.stream(less)) as pieces:
            async for piece in pieces:
                if isinstance(piece, Text):
                    tell_of_less(self._context.notices, less.model, over)
                yield piece

    def _record_usage(self, settings: Settings, provider: str, pieces: list[Piece]) -> None:
        """Counts what was used, unless the user does not want that."""
        if settings.usage == "keep":
            usage = [piece for piece in pieces if isinstance(piece, Usage)]
            self._context.record_usage(provider, usage[-1] if usage else Usage())

    def _remember(self, asked: Request, pieces: list[Piece]) -> None:
        """What was said, once its reply is whole. An image is too large to be kept."""
        if any(message.image for message in asked.messages):
            return
        reply = "".join(piece.text for piece in pieces if isinstance(piece, Text))
        kept = next((piece for piece in pieces if isinstance(piece, Kept)), None)
        said = Conversation(asked.messages).answered(reply, kept)
        self._context.conversations.remember(self._talk, self._job_request.file.uri, said)

    def _with(self, request: Request, settings: Settings, chosen: Chosen) -> Request:
        action = self._job_request.action
        temperature = settings.temperature
        may_be_kept = settings.conversation == "service" and chosen.provider.keeps_conversations
        return replace(
            request,
            model=request.model or settings.model or action.model or chosen.default_model,
            thinking=settings.thinking,
            temperature=action.temperature if temperature is None else temperature,
            max_tokens=settings.max_tokens,
            timeouts=settings.timeouts,
            may_be_kept=may_be_kept,
            kept=request.kept if may_be_kept else None,
        )

    def _shortened(self, error: QwenError, chosen: Chosen) -> QwenError:
        """The error, but for a long story that its user has read in this session already."""
        advice = chosen.provider.advice
        if advice is None or advice not in str(error) or self._context.notices.is_new(advice):
            return error
        return type(error)(SILENT.format(name=chosen.provider.name))


def smaller(job_request: JobRequest, request: Request, error: ModelError) -> Request | None:
    """`request` with less around the selection, where it was too long and there is something."""
    if error.meaning != "too long":
        return None
    less = with_around(job_request, request, max(_room(job_request, request, error) or 0, 0))
    return None if less.messages == request.messages else less


def tell_of_less(notices: UserNotices, model: str, over: int | None) -> None:
    """Tells the user, once for each model, that less than they allow was sent: `over` tokens."""
    by = f" by {over:,} tokens" if over else ""
    notices.show_once(LESS.format(model=model, by=by), about=f"less for {model}")


def with_offer(job_request: JobRequest, request: Request, error: ModelError) -> ModelError:
    """`error`, with the number that qwen.context.tokens would have to be, where there is one."""
    room = _room(job_request, request, error)
    if room is not None and room < 0:
        return error
    offer = LOWER if room is None else OFFER.format(fits=room)
    return type(error)(f"{error} {offer}", meaning=error.meaning, over=error.over)


def _room(job_request: JobRequest, request: Request, error: ModelError) -> int | None:
    """How much around the selection there is room for, as `room_in`; None where nobody says."""
    if error.over is None:
        return None
    return room_in(job_request, request, tokens_of(request.messages) - int(error.over * _SURE_PART))


async def with_names(models: ModelLists, error: QwenError, chosen: Chosen) -> QwenError:
    """`error`, with the models that there are where the one asked for is not."""
    if not isinstance(error, ModelError) or error.meaning != "model":
        return error
    try:
        access = await chosen.account.access()
    except QwenError:
        return error
    names = (await models.of(chosen.provider, access)).names
    if not names:
        return error
    listed = ", ".join(names[:MOST_NAMES]) + (" and others" if len(names) > MOST_NAMES else "")
    return type(error)(THERE.format(said=error, names=listed), meaning=error.meaning)

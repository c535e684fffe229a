"""What the user is told of a choice: what it is for, and what stands in its way."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..account.choice import EVERYWHERE, NO_FOLDER, LastChoice
from ..account.keys import no_sign_in
from ..errors import QwenError
from .choosing import where
from .services import Chosen

if TYPE_CHECKING:
    from .session import Session


@dataclass(frozen=True)
class Told:
    """A sentence or two, and the same for programs."""

    sentence: str
    fields: dict[str, Any]


def told_choice(session: "Session", choice: LastChoice, *, everywhere: bool) -> Told:
    """What to say of a choice that was just made."""
    place = _place(session, everywhere=everywhere)
    try:
        now = session.services.chosen(session.settings)
    except QwenError as error:
        return Told(f"{choice.provider} is chosen {where(place)}, but: {error}", _fields(choice))
    fields = {**_fields(choice), "for": place}
    if source := _overriding(choice, now):
        what = f"{choice.provider}{f' with {choice.model}' if choice.model else ''}"
        return Told(
            f"{what} is chosen {where(place)}, but {source} goes before it, so "
            f"{now.provider.id} with {now.default_model or 'no model'} goes on answering; change "
            "it there.",
            {**fields, "overriddenBy": source},
        )
    model = now.default_model
    said = f"{model} on {now.provider.name}" if model else now.provider.name
    sentence = f"{said} answers from now on, {where(place)}."
    return Told(" ".join(filter(None, (sentence, *_to_do(session, now)))), fields)


def _to_do(session: "Session", now: Chosen) -> tuple[str, ...]:
    """What is left to do before it answers, and what still goes another way."""
    running = "What is running finishes as it began." if session.jobs.running else ""
    model = "" if now.default_model else "Choose its model too: Qwen: Select model."
    return running, _credential(now), model


def _credential(now: Chosen) -> str:
    if now.is_paid_for:
        return ""
    if now.provider.sign_in:
        return "Nobody is signed in there yet; run Qwen: Sign in."
    return str(no_sign_in(now.provider))


def _overriding(choice: LastChoice, now: Chosen) -> str | None:
    """What names another service or model, and goes before the choice."""
    if now.provider.id != choice.provider:
        return now.source
    if choice.model and now.default_model != choice.model:
        return now.named_model.source
    return None


def _place(session: "Session", *, everywhere: bool) -> str:
    if everywhere:
        return EVERYWHERE
    return " and ".join(str(folder) for folder in session.folders) or NO_FOLDER


def _fields(choice: LastChoice) -> dict[str, Any]:
    chosen = {"provider": choice.provider, "model": choice.model}
    return {name: value for name, value in chosen.items() if value}

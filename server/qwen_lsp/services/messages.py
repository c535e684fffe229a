"""What the user is told of a choice: what it is for, and what stands in its way."""

from dataclasses import dataclass
from typing import Any

from ..account.choice import LastChoice
from ..account.keys.keys import no_sign_in
from ..account.signed_in import SignedIn
from ..errors import QwenError
from ..settings.settings import Settings
from .login_command import login_command
from .resolution import source_of, where
from .services import Chosen, Services

_FINISHES = "What is running finishes as it began."
_NO_MODEL = "Choose its model too, with Qwen: Select model."


@dataclass(frozen=True)
class Told:
    """A sentence or two, and the same for programs."""

    sentence: str
    fields: dict[str, Any]


def told_choice(
    services: Services, settings: Settings, choice: LastChoice, *, is_running: bool
) -> Told:
    """What to say of a choice that was just made, and looked for; `choice.place` is what for.

    `is_running` says whether there are jobs that were begun before.
    """
    place = where(choice.place)
    try:
        now = services.chosen(settings)
    except QwenError as error:
        return Told(f"{_called(choice)} is chosen {place}, but: {error}", _fields(choice))
    if source := _overriding(choice, now, services.last.choice):
        return Told(
            f"{_called(choice)} is chosen {place}, but counts only after {source}: "
            f"{_called(LastChoice(now.provider.id, now.default_model))} goes on answering until "
            "you change that.",
            {**_fields(choice), "overriddenBy": source},
        )
    model = f"{now.default_model} on " if now.default_model else ""
    sentence = f"{model}{now.provider.name} answers from now on, {place}."
    more = (_FINISHES if is_running else "", *_to_do(now))
    return Told(" ".join(filter(None, (sentence, *more))), _fields(choice))


def _to_do(now: Chosen) -> tuple[str, str]:
    """What is left to do before it answers."""
    return "" if now.default_model else _NO_MODEL, _credential(now)


def _credential(now: Chosen) -> str:
    if now.is_paid_for:
        return ""
    if isinstance(now.account, SignedIn):
        login = login_command(now.account)
        return f"Nobody is signed in there yet; run Qwen: Sign in, or {login}."
    try:
        now.account.address  # noqa: B018 - it says what is wrong with it
    except QwenError as error:
        return str(error)
    return str(no_sign_in(now.provider))


def _called(choice: LastChoice) -> str:
    return f"{choice.provider} with {choice.model}" if choice.model else choice.provider


def _overriding(choice: LastChoice, now: Chosen, counts: LastChoice | None) -> str | None:
    """What names another service or model, and goes before the choice; `counts` is one as well."""
    if now.provider.id != choice.provider:
        return now.source
    if counts and counts.place != choice.place:
        return source_of(counts)
    if choice.model and now.default_model != choice.model:
        return now.named_model.source
    return None


def _fields(choice: LastChoice) -> dict[str, Any]:
    held = {"provider": choice.provider, "model": choice.model, "for": choice.place}
    return {name: value for name, value in held.items() if value}

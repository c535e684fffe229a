"""Who says which service and which model is asked: of several places the first one counts."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..account.choice import EVERYWHERE, LastChoice
from ..account.keys.places import MODELS, Known
from ..errors import RequestError
from ..model.catalog.providers import providers
from ..settings.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..model.catalog.providers import Provider

QWEN_CODES = "the settings of Qwen Code"
FOUND = "the only one found"
BY_DEFAULT = "the provider's default"
CHOOSE_ONE = "choose one with Qwen: Select provider, or run qwen-lsp use PROVIDER"


@dataclass(frozen=True)
class Named:
    """A value, and what a sentence calls the place that names it."""

    value: str
    source: str


NOTHING = Named("", "")


class Undecided(RequestError):
    """Several services could answer, and nobody has said which; `options` are those.

    `key` is what a sentence calls the place of the one key that fits all of them.
    """

    def __init__(self, options: "Sequence[Provider]", key: str | None) -> None:
        self.options, self.key = tuple(options), key
        names = ", ".join(provider.id for provider in options)
        super().__init__(
            f"The key in {key} may be for any of {names}: only you know which it was made for; "
            f"{CHOOSE_ONE}."
            if key
            else f"Several services could answer: {names}; {CHOOSE_ONE}."
        )


def source_of(choice: LastChoice) -> str:
    """What a sentence calls the place of a choice."""
    return f"what was chosen {where(choice.place)}"


def where(place: str) -> str:
    """The words for what a choice is made for."""
    return place if place == EVERYWHERE else f"for {place}"


def named_model(
    provider: "Provider", settings: Settings, known: Known, choice: LastChoice | None
) -> Named:
    """The model to ask at `provider`, unless the request or the action names one.

    A variable of the environment or of an .env file names it for the address beside it, and not for
    one that was chosen with a model of its own; Qwen Code's settings come after any choice.
    """
    if settings.model:
        return Named(settings.model, settings.model_source)
    variable, qwen_codes = _variables(known) if provider.id == "custom" else (None, None)
    chosen = None
    if choice and choice.provider == provider.id and choice.model:
        chosen = Named(choice.model, source_of(choice))
        variable = None if choice.base_url else variable
    return variable or chosen or qwen_codes or Named(provider.default_model, BY_DEFAULT)


def qwen_codes_model(provider: "Provider", settings: Settings, known: Known) -> Named:
    """The same where the settings of Qwen Code choose the provider."""
    named = named_model(provider, settings, known, None)
    if named.source == BY_DEFAULT and known.choice.model:
        return Named(known.choice.model, QWEN_CODES)
    return named


def not_allowed(provider: "Provider", settings: Settings) -> RequestError:
    """The error of who would ask a service that qwen.providers.allowed does not name."""
    allowed = ", ".join(settings.allowed or ())
    do = f"choose one of {allowed} with Qwen: Select provider" if allowed else "it allows none"
    return RequestError(f"{provider.name} is not in qwen.providers.allowed here; {do}.")


def unknown(provider_id: str, place: str) -> RequestError:
    """The error of who names a provider that there is not."""
    return RequestError(
        f"There is no provider “{provider_id}”; {place} is one of auto, {', '.join(providers())}."
    )


def _variables(known: Known) -> tuple[Named | None, Named | None]:
    """The models that variables name for a service of the user's own.

    That of the environment or an .env file, and that of the settings of Qwen Code.
    """
    named = [
        (place.form, Named(value, place.called(name)))
        for place in known.places
        for name in MODELS
        if (value := place.value(name))
    ]
    own = next((each for form, each in named if form == "variables"), None)
    return own, next((each for form, each in named if form == "settings"), None)

"""Which service the settings of Qwen Code and its variables choose, for who has chosen no other."""

from dataclasses import dataclass

from qwen_lsp.errors import RequestError
from qwen_lsp.model.address import base_url_of
from qwen_lsp.model.providers import providers

from .key_places import Known

_SIGN_IN, _CUSTOM = "qwen-oauth", "custom"


@dataclass(frozen=True)
class Wanted:
    """A provider, and the model to ask there if one is named."""

    provider: str
    model: str | None


def wanted(known: Known) -> Wanted | None:
    """The service that Qwen Code would ask; None where its settings choose none that speaks here.

    What the environment or an .env file says of the address or the model goes before its settings.
    """
    choice = known.choice
    if choice.sign_in == _SIGN_IN:
        return Wanted(_SIGN_IN, choice.model)
    speaks_openai = choice.sign_in == "openai" or (choice.sign_in is None and choice.base_url)
    address = known.address() if speaks_openai else None
    return Wanted(_provider_at(address), known.model()) if address else None


def _provider_at(address: str) -> str:
    try:
        url = base_url_of(address)
    except RequestError:
        return _CUSTOM
    rows = (each.id for each in providers().values() if each.base_url == url)
    return next(rows, _CUSTOM)

"""What the settings say of one provider: its address, its issuer, its key, whether it is set up."""

from collections.abc import Mapping
from dataclasses import replace

from pydantic import SecretStr

from ..account.choice import LastChoice
from ..account.issuer import Issuer, other_issuer
from ..account.keys.places import Known
from ..account.keys.sources import CommandFor
from ..model.address import base_url_of
from ..model.catalog.providers import Provider, providers
from ..model.transport.extra_headers import Along
from ..model.transport.network import Network
from ..settings.settings import Settings

OTHER_SIGN_IN = "oauth"


def issuer_of(provider: Provider, settings: Settings) -> Issuer | None:
    """Whom qwen.oauth names, for the provider that it is about. Raises RequestError."""
    if provider.id != OTHER_SIGN_IN:
        return None
    oauth = settings.oauth
    return other_issuer(oauth.issuer, oauth.client_id, oauth.scope, oauth.base_url)


def address_of(provider: Provider, settings: Settings, choice: LastChoice | None) -> str | None:
    """What is set or was chosen, for the providers whose address is the user's to say.

    Raises RequestError.
    """
    if provider.id == OTHER_SIGN_IN:
        return base_url_of(settings.oauth.base_url)
    chosen = choice.base_url if choice and choice.provider == provider.id else None
    address = settings.base_url or chosen
    return base_url_of(address) if address and provider.base_url is None else None


def command_of(settings: Settings, environ: Mapping[str, str]) -> CommandFor | None:
    """qwen.keyCommand, whose key is for the service that the user's own settings name."""
    home = _home(settings, environ) if settings.key_command else None
    return CommandFor(settings.key_command, home) if home else None


def network_of(settings: Settings, environ: Mapping[str, str], known: Known) -> Network:
    """The way to the network; qwen.headers go to the service that the user's own settings name."""
    home = _home(settings, environ) if settings.headers else None
    proxy = known.choice.proxy
    return replace(
        settings.network,
        qwen_codes_proxy=SecretStr(proxy) if proxy else None,
        along=Along(home, settings.headers) if home else None,
    )


def may_be_found(provider: Provider, settings: Settings) -> bool:
    """Whether `auto` may choose it: never one that nobody has set up, or that is not allowed."""
    if provider.loopback_only or not settings.allows(provider.id):
        return False
    if provider.id == OTHER_SIGN_IN:
        return bool(settings.oauth.issuer)
    return (
        provider.sign_in
        or provider.needs_key
        or (provider.id == "custom" and bool(settings.base_url))
    )


def _home(settings: Settings, environ: Mapping[str, str]) -> str | None:
    """The address of the service that the user's own settings name."""
    provider = providers().get(settings.users.provider)
    if provider is None:
        return None
    if provider.id == OTHER_SIGN_IN:
        return settings.oauth.base_url or None
    return provider.base_url or settings.users.base_url or environ.get("OPENAI_BASE_URL")

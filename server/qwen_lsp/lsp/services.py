"""Which service answers, and who pays for it."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace

from pydantic import SecretStr

from ..account.account import Account
from ..account.exchange import Issuer
from ..account.key_sources import CommandFor, KeySources, Workspace
from ..account.keys import no_sign_in
from ..account.other_issuer import other_issuer
from ..account.wanted import wanted
from ..errors import NotSignedIn, QwenError, RequestError
from ..model.address import authority_of, base_url_of
from ..model.http import Http
from ..model.network import Network
from ..model.providers import Provider, providers
from ..model.qwen import Qwen
from .settings import Settings

SET_UP = (
    "Qwen has no model to ask yet: for one on this machine set qwen.provider to ollama; for a "
    "service put its key into the environment (DASHSCOPE_API_KEY) and set qwen.provider to "
    "dashscope-intl or dashscope-cn; or run Qwen: Sign in."
)
SIGN_IN_PROVIDER = "qwen-oauth"
OTHER_SIGN_IN = "oauth"


@dataclass(frozen=True)
class Chosen:
    """A service that is ready to be asked."""

    provider: Provider
    account: Account
    model: Qwen
    named_model: str = ""
    is_qwen_codes: bool = False
    """Whether it is the choice of Qwen Code's settings, and so is its `named_model`."""

    @property
    def default_model(self) -> str:
        return self.named_model or self.provider.default_model

    @property
    def account_name(self) -> str | None:
        """How the user knows what pays; never a secret."""
        return self.provider.name if self.account.state == "signedIn" else None

    @property
    def is_paid_for(self) -> bool:
        """Whether there is a sign-in or a key, or none is needed; by what is in memory."""
        return self.account.state in ("signedIn", "keyed")


class Services:
    """The accounts of this process, one for each provider and address, and their models."""

    def __init__(self, http: Http, environ: Mapping[str, str], version: str) -> None:
        self._http, self._environ, self._version = http, environ, version
        self.keys = KeySources(environ)
        self._known: dict[tuple[str, str | None, Issuer | None], Chosen] = {}

    def reach_by(self, network: Network) -> None:
        """New requests go as `network` says; what is running goes on as it began."""
        if proxy := self.keys.known.choice.proxy:
            network = replace(network, qwen_codes_proxy=SecretStr(proxy))
        self._http.use(network)

    def chosen(self, settings: Settings) -> Chosen:
        """The service that the settings name.

        Raises RequestError if they are wrong, NotSignedIn if `auto` finds nothing that is paid
        for. Decided from what is in memory.
        """
        if settings.fault:
            raise RequestError(settings.fault)
        if settings.provider != "auto":
            return self._of(self._provider(settings.provider), settings)
        if (qwen_codes := self._qwen_codes(settings)) and qwen_codes.is_paid_for:
            return qwen_codes
        found = [
            chosen
            for provider in providers().values()
            if _may_be_found(provider, settings)
            and (chosen := self._of(provider, settings)).is_paid_for
        ]
        if len(found) > 1:
            names = ", ".join(chosen.provider.id for chosen in found)
            raise RequestError(f"Several services could answer; set qwen.provider to one: {names}.")
        if not found:
            raise NotSignedIn(SET_UP)
        return found[0]

    def is_ready(self, settings: Settings) -> bool:
        """Whether there is something to ask, by what is in memory."""
        try:
            chosen = self.chosen(settings)
        except RequestError:
            return True  # The user has to see what is wrong, and does when they run an action.
        except NotSignedIn:
            return False
        return chosen.is_paid_for

    def account(self, provider_id: str | None, settings: Settings) -> Account:
        """The account to sign in to: of the provider named, else set, else Qwen's."""
        provider = self._provider(provider_id or self._sign_ins(settings)[0])
        if not provider.sign_in:
            raise RequestError(str(no_sign_in(provider)))
        return self._of(provider, settings).account

    async def load(self, settings: Settings, workspace: Workspace) -> None:
        """Learns who is signed in and what keys there are, so that later questions need no file."""
        self.keys.take_command(_command(settings, self._environ))
        await self.keys.look(workspace)
        self.reach_by(settings.network)
        with suppress(QwenError):
            for provider_id in self._sign_ins(settings):
                await self.account(provider_id, settings).look()

    async def close(self) -> None:
        """Closes all connections."""
        for chosen in self._known.values():
            await chosen.account.aclose()
        await self._http.aclose()

    def _qwen_codes(self, settings: Settings) -> Chosen | None:
        """What the settings of Qwen Code choose, unless the user has named an address here."""
        choice = None if settings.base_url else wanted(self.keys.known)
        if choice is None:
            return None
        chosen = self._of(self._provider(choice.provider), settings)
        return replace(chosen, named_model=choice.model or "", is_qwen_codes=True)

    def _sign_ins(self, settings: Settings) -> list[str]:
        """The providers that one may be signed in with, first the one that is meant."""
        if settings.provider != "auto" and self._provider(settings.provider).sign_in:
            return [settings.provider]
        may_be_other = settings.provider == "auto" and settings.oauth.issuer
        return [OTHER_SIGN_IN, SIGN_IN_PROVIDER] if may_be_other else [SIGN_IN_PROVIDER]

    def _provider(self, provider_id: str) -> Provider:
        provider = providers().get(provider_id)
        if provider is None:
            raise RequestError(
                f"There is no provider “{provider_id}”; qwen.provider is one of "
                f"auto, {', '.join(providers())}."
            )
        return provider

    def _of(self, provider: Provider, settings: Settings) -> Chosen:
        issuer, address = _issuer(provider, settings), _address(provider, settings)
        key = (provider.id, address, issuer)
        if key not in self._known:
            if issuer is not None:
                provider = replace(provider, name=authority_of(issuer.api))
            account = Account(
                provider,
                http=self._http.client,
                environ=self._environ,
                base_url=address,
                issuer=issuer,
                keys=self.keys,
            )
            model = Qwen(provider, account, self._http, self._version)
            self._known[key] = Chosen(provider, account, model)
        return self._known[key]


def _issuer(provider: Provider, settings: Settings) -> Issuer | None:
    """Whom qwen.oauth names, for the provider that it is about. Raises RequestError."""
    if provider.id != OTHER_SIGN_IN:
        return None
    oauth = settings.oauth
    return other_issuer(oauth.issuer, oauth.client_id, oauth.scope, oauth.base_url)


def _address(provider: Provider, settings: Settings) -> str | None:
    """qwen.baseUrl or qwen.oauth.baseUrl, for the providers whose address is the user's to say."""
    if provider.id == OTHER_SIGN_IN:
        return base_url_of(settings.oauth.base_url)
    if settings.base_url and provider.base_url is None:
        return base_url_of(settings.base_url)
    return None


def _command(settings: Settings, environ: Mapping[str, str]) -> CommandFor | None:
    """qwen.keyCommand, whose key is for the service that the user's own settings name."""
    provider = providers().get(settings.users.provider)
    if provider is None or not settings.key_command:
        return None
    home = provider.base_url or settings.users.base_url or environ.get("OPENAI_BASE_URL")
    return CommandFor(settings.key_command, home) if home else None


def _may_be_found(provider: Provider, settings: Settings) -> bool:
    """Whether `auto` may choose it: never one that nobody has set up."""
    if provider.loopback_only:
        return False
    if provider.id == OTHER_SIGN_IN:
        return bool(settings.oauth.issuer)
    return (
        provider.sign_in
        or provider.needs_key
        or (provider.id == "custom" and bool(settings.base_url))
    )

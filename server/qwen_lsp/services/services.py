"""Which service answers, and who pays for it."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from ..account.choice import choice_file
from ..account.keyed import Keyed
from ..account.keys.keys import no_sign_in
from ..account.keys.qwen_code_settings import wanted
from ..account.keys.sources import KeySources, Workspace
from ..account.signed_in import SignedIn
from ..errors import AccountError, NotSignedIn, QwenError, RequestError
from ..model.address import authority_of
from ..model.catalog.models import ModelLists
from ..model.catalog.providers import Provider, providers
from ..model.catalog.windows import Windows
from ..model.limits.limiter import Limiters
from ..model.qwen import Qwen
from ..model.transport.http import Http
from ..settings.settings import Settings
from .last_choice import ChosenLast
from .provider_settings import (
    OTHER_SIGN_IN,
    address_of,
    command_of,
    issuer_of,
    may_be_found,
    network_of,
)
from .resolution import (
    FOUND,
    NOTHING,
    QWEN_CODES,
    Named,
    Undecided,
    named_model,
    not_allowed,
    qwen_codes_model,
    source_of,
    unknown,
)

if TYPE_CHECKING:
    from ..account.issuer import Issuer

SET_UP = (
    "Qwen has no model to ask yet; choose Qwen: Set up a model…, or run qwen-lsp setup in a "
    "terminal."
)
SIGN_IN_PROVIDER = "qwen-oauth"


@dataclass(frozen=True)
class Chosen:
    """A service that is ready to be asked."""

    provider: Provider
    account: SignedIn | Keyed
    model: Qwen
    limiters: Limiters
    source: str = ""
    """What names the provider."""
    named_model: Named = NOTHING
    """What to ask there, unless the request or the action names another."""

    @property
    def default_model(self) -> str:
        """The model's name; empty where none is named."""
        return self.named_model.value

    @property
    def account_name(self) -> str | None:
        """How the user knows what pays; never a secret."""
        is_signed_in = isinstance(self.account, SignedIn) and self.account.is_ready
        return self.provider.name if is_signed_in else None

    @property
    def key_source(self) -> str | None:
        """What a sentence calls the place of the key that pays, by what is in memory."""
        return self.account.source if isinstance(self.account, Keyed) else None

    @property
    def is_paid_for(self) -> bool:
        """Whether there is a sign-in or a key, or none is needed; by what is in memory."""
        return self.account.is_ready


class Services:
    """The accounts of this process, one for each provider and address, and their models."""

    def __init__(self, http: Http, environ: Mapping[str, str], version: str) -> None:
        self.http, self.environ, self._version = http, environ, version
        self.keys = KeySources(environ)
        self.models, self.windows = ModelLists(http), Windows(http)
        self.last = ChosenLast()
        self._known: dict[tuple[str, str | None, Issuer | None], Chosen] = {}

    def reach_by(self, settings: Settings) -> None:
        """New requests go as these say; what is running goes on as it began."""
        self.http.use(network_of(settings, self.environ, self.keys.known))

    def chosen(self, settings: Settings) -> Chosen:
        """The service to ask by these settings.

        Raises RequestError if they are wrong or name one that they don't allow, Undecided and
        NotSignedIn if nothing is named, and of what there is, several could answer or none.
        Decided from what is in memory.
        """
        if settings.fault:
            raise RequestError(settings.fault)
        chosen = self._named(settings) or self._found(settings)
        if not settings.allows(chosen.provider.id):
            raise not_allowed(chosen.provider, settings)
        return chosen

    def ready(self, settings: Settings) -> list[Chosen]:
        """The services that there is a sign-in or a key for, and that these settings allow."""
        return [
            chosen
            for provider in providers().values()
            if may_be_found(provider, settings)
            and (chosen := self.at(provider.id, settings)).is_paid_for
        ]

    def at(self, provider_id: str, settings: Settings, source: str = FOUND) -> Chosen:
        """That provider. Raises RequestError where there is no such, or no such address."""
        provider = self._provider(provider_id)
        model = named_model(provider, settings, self.keys.known, self.last.choice)
        return replace(self._of(provider, settings), source=source, named_model=model)

    def is_ready(self, settings: Settings) -> bool:
        """Whether there is something to ask, by what is in memory."""
        try:
            chosen = self.chosen(settings)
        except RequestError:
            return True  # The user has to see what is wrong, and does when they run an action.
        except NotSignedIn:
            return False
        return chosen.is_paid_for

    def account(self, provider_id: str | None, settings: Settings) -> SignedIn:
        """The account to sign in to: of the provider named, else set, else Qwen's."""
        provider = self._provider(provider_id or self._sign_ins(settings)[0])
        # Where there is no signing in, that is what is wrong, whatever else is wrong with it.
        account = self._of(provider, settings).account if provider.sign_in else None
        if not isinstance(account, SignedIn):
            raise RequestError(str(no_sign_in(provider)))
        return account

    def watched(self, settings: Settings) -> list[Path]:
        """The files whose change may change what `load` learns, there or not."""
        files = list(self.keys.watched())
        with suppress(AccountError):
            files.append(choice_file())
        with suppress(QwenError):
            accounts = [self.account(each, settings) for each in self._sign_ins(settings)]
            files += [account.file for account in accounts if account.file]
        return files

    async def load(
        self, settings: Settings, workspace: Workspace, folders: Sequence[Path] = ()
    ) -> None:
        """Learns who is signed in, what keys there are and what was chosen last for the folders of
        the workspace, so that later questions need no file.
        """
        await self.last.look(folders)
        self.keys.take_command(command_of(settings, self.environ))
        await self.keys.look(workspace)
        self.reach_by(settings)
        with suppress(QwenError):
            for provider_id in self._sign_ins(settings):
                await self.account(provider_id, settings).look()

    async def close(self) -> None:
        """Closes all connections."""
        for chosen in self._known.values():
            if isinstance(chosen.account, SignedIn):
                await chosen.account.aclose()
        await self.http.aclose()

    def _named(self, settings: Settings) -> Chosen | None:
        """The service that a setting, the last choice or Qwen Code names, in this order.

        What was chosen in this tool goes before another tool's file.
        """
        if (set_ := self._set_provider(settings)) != "auto":
            return self.at(set_, settings, settings.provider_source)
        if self.last.disagreement:
            raise RequestError(self.last.disagreement)
        if choice := self.last.choice:
            return self.at(choice.provider, settings, source_of(choice))
        qwen_codes = self._qwen_codes(settings)
        return qwen_codes if qwen_codes and qwen_codes.is_paid_for else None

    def _set_provider(self, settings: Settings) -> str:
        """The one that is set, but not where a folder may have set it and its user has chosen."""
        is_chosen = self.last.choice is not None or self.last.disagreement
        return "auto" if settings.may_be_folders and is_chosen else settings.provider

    def _found(self, settings: Settings) -> Chosen:
        found = self.ready(settings)
        if len(found) > 1:
            keys = {each.key_source for each in found}
            raise Undecided(
                [each.provider for each in found], keys.pop() if len(keys) == 1 else None
            )
        if not found:
            raise NotSignedIn(SET_UP)
        return found[0]

    def _qwen_codes(self, settings: Settings) -> Chosen | None:
        """What the settings of Qwen Code choose, unless the user has named an address here."""
        choice = None if settings.base_url else wanted(self.keys.known)
        if choice is None:
            return None
        provider = self._provider(choice.provider)
        model = qwen_codes_model(provider, settings, self.keys.known)
        return replace(self._of(provider, settings), source=QWEN_CODES, named_model=model)

    def _sign_ins(self, settings: Settings) -> list[str]:
        """The providers that one may be signed in with, first the one that is meant."""
        last = self.last.choice.provider if self.last.choice else "auto"
        set_ = self._set_provider(settings)
        meant = last if set_ == "auto" else set_
        if meant != "auto" and self._provider(meant).sign_in:
            return [meant]
        may_be_other = set_ == "auto" and settings.oauth.issuer
        return [OTHER_SIGN_IN, SIGN_IN_PROVIDER] if may_be_other else [SIGN_IN_PROVIDER]

    def _provider(self, provider_id: str) -> Provider:
        provider = providers().get(provider_id)
        if provider is None:
            raise unknown(provider_id, "qwen.provider")
        return provider

    def _of(self, provider: Provider, settings: Settings) -> Chosen:
        issuer = issuer_of(provider, settings)
        address = address_of(provider, settings, self.last.choice)
        key = (provider.id, address, issuer)
        if key not in self._known:
            if issuer is not None:
                provider = replace(provider, name=authority_of(issuer.api))
            account = self._account(provider, address, issuer)
            limiters = Limiters(is_one=provider.sign_in)
            model = Qwen(provider, account, self.http, self._version, limiters)
            self._known[key] = Chosen(provider, account, model, limiters)
        self._known[key].limiters.hold_to(provider.most(settings.limits))
        return self._known[key]

    def _account(
        self, provider: Provider, address: str | None, issuer: "Issuer | None"
    ) -> SignedIn | Keyed:
        if not provider.sign_in:
            return Keyed(provider, address, self.keys)
        return SignedIn(
            provider, http=self.http.client, environ=self.environ, base_url=address, issuer=issuer
        )

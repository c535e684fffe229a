"""Where a provider's requests go, and which key may go along: a key belongs to an origin."""

from typing import TYPE_CHECKING

from pydantic import SecretStr

from qwen_lsp.errors import AccountError, CredentialRefused, NotSignedIn, RequestError
from qwen_lsp.model.address import authority_of, base_url_of, is_loopback_url

from ..fields import visible
from .places import COMMAND, STORED, Key, Known, belongs

if TYPE_CHECKING:
    from qwen_lsp.model.catalog.providers import Provider


def address(provider: "Provider", base_url: str | None, known: Known) -> str:
    """The base URL of the provider's row, else the user's `base_url`, else OPENAI_BASE_URL.

    Raises AccountError where there is none, or one that nothing may be sent to.
    """
    given = provider.base_url or base_url
    if not given and not provider.loopback_only:
        given = known.address()
    if not given:
        raise AccountError(f"The address of {provider.name} is not known; set qwen.baseUrl.")
    url = normalised(given)
    if provider.loopback_only and not is_loopback_url(url):
        raise AccountError(
            f"{provider.name.capitalize()} runs on this machine only; "
            "set qwen.baseUrl to the address that it printed."
        )
    return url


def normalised(url: str) -> str:
    """`url` as a base URL. Raises AccountError for one that nothing may be sent to."""
    try:
        return base_url_of(url)
    except RequestError as error:
        raise AccountError(str(error)) from None


def takes_key(provider: "Provider") -> bool:
    """Whether a key may pay there: not where people sign in, or on a machine of their own."""
    return provider.needs_key or bool(provider.key_env)


def stored_key(provider: "Provider", url: str, known: Known) -> Key | None:
    """The key that the user has stored for the origin of `url`. Raises AccountError."""
    return _checked(known.stored_key(url)) if takes_key(provider) else None


def named_key(provider: "Provider", url: str, known: Known) -> Key | None:
    """The first key in the environment or a file that belongs to the origin of `url`.

    Raises NotSignedIn where the provider needs a key and there is none, AccountError for one that
    can't be a key.
    """
    if takes_key(provider):
        for place, variable, home in known.named(provider):
            if belongs(url, home):
                source = place.called(variable)
                return _checked(Key(source, SecretStr(place.value(variable))))
    if provider.needs_key:
        raise NotSignedIn(f"{provider.name} needs a key{_from(provider)}; {_how(provider)}.")
    return None


def refusal(
    provider: "Provider", url: str, known: Known, key: SecretStr | None
) -> CredentialRefused:
    """The sentence for a 401 that a key met, or the lack of one."""
    host = authority_of(url)
    if key is not None:
        source, is_environments = _source(provider, known, key)
        again = ", then start the editor again" if is_environments else ""
        return CredentialRefused(
            f"{host} refused the key in {source}: it may be mistyped or expired, or "
            f"made for another region or plan; set the right one{_from(provider)}{again}."
        )
    if not takes_key(provider):
        return CredentialRefused(
            f"{host} wants a key, but {provider.name} needs none; check what runs at that address."
        )
    for place, variable, home in known.named(provider):
        return CredentialRefused(_withheld(place.called(variable), host, home, provider))
    return CredentialRefused(f"{host} wants a key; {_how(provider)}.")


def no_sign_in(provider: "Provider") -> AccountError:
    """The sentence for who wants to sign in or out where there is no signing in."""
    if not takes_key(provider):
        return AccountError(f"{provider.name} needs no sign-in.")
    return AccountError(
        f"{provider.name} has no sign-in but takes a key{_from(provider)}; {_how(provider)}."
    )


def _checked(key: Key | None) -> Key | None:
    if key is not None and visible(key.value.get_secret_value()) is None:
        raise AccountError(
            f"The key in {key.source} holds a character that no key has; copy it anew, "
            "then start the editor again."
        )
    return key


def _source(provider: "Provider", known: Known, key: SecretStr) -> tuple[str, bool]:
    """What a sentence calls the place of a key, and whether that is the environment."""
    if key in known.stored.values():
        return STORED, False
    for place, variable, _ in known.named(provider):
        if place.value(variable) == key.get_secret_value():
            return place.called(variable), not place.path
    return COMMAND, False


def _withheld(variable: str, host: str, home: str, provider: "Provider") -> str:
    try:
        owner = authority_of(home)
    except RequestError:
        owner = "another address"
    return (
        f"{host} wants a key, and {variable} was not sent there because it belongs to {owner}; "
        f"if the key is meant for it, {_login(provider)}, or set OPENAI_BASE_URL to that address "
        "and start the editor again."
    )


def _how(provider: "Provider") -> str:
    if not provider.key_env:
        return _login(provider)
    names = " or ".join(provider.key_env)
    and_address = "" if provider.base_url else ", and OPENAI_BASE_URL to the address it belongs to,"
    return f"{_login(provider)}, or set {names}{and_address} and start the editor again"


def _login(provider: "Provider") -> str:
    address = "" if provider.base_url else " --base-url ADDRESS"
    return f"run qwen-lsp login --provider {provider.id}{address} --api-key"


def _from(provider: "Provider") -> str:
    return f" (see {provider.key_from})" if provider.key_from else ""

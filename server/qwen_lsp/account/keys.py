"""Where a provider's requests go, and which key may go along: a key belongs to an origin."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import SecretStr

from qwen_lsp.errors import AccountError, CredentialRefused, NotSignedIn, RequestError
from qwen_lsp.model.address import authority_of, base_url_of, is_loopback_url, same_origin

from .exchange import visible

if TYPE_CHECKING:
    from qwen_lsp.model.providers import Provider

_OPENAI = "https://api.openai.com/v1"


@dataclass(frozen=True)
class Key:
    """An API key and the environment variable that it came from."""

    variable: str
    value: SecretStr


def address(provider: "Provider", base_url: str | None, environ: Mapping[str, str]) -> str:
    """The base URL of the provider's row, else the user's `base_url`, else OPENAI_BASE_URL.

    Raises AccountError where there is none, or one that nothing may be sent to.
    """
    given = provider.base_url or base_url
    if not given and not provider.loopback_only:
        given = environ.get("OPENAI_BASE_URL")
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


def key_for(provider: "Provider", url: str, environ: Mapping[str, str]) -> Key | None:
    """The first key of the provider that belongs to the origin of `url`.

    Raises NotSignedIn where the provider needs a key and there is none.
    """
    for variable in provider.key_env:
        value = environ.get(variable, "").strip()
        if value and same_origin(url, _home(variable, provider, environ)):
            return Key(variable, _checked(variable, value))
    if provider.needs_key:
        raise NotSignedIn(
            f"{provider.name} needs a key; set {_variables(provider)}{_from(provider)}, "
            "then start the editor again."
        )
    return None


def refusal(
    provider: "Provider", url: str, environ: Mapping[str, str], key: SecretStr | None
) -> CredentialRefused:
    """The sentence for a 401 that a key met, or the lack of one."""
    host = authority_of(url)
    if key is not None:
        return CredentialRefused(
            f"{host} refused the key in {_variables(provider)}: it may be mistyped or expired, or "
            f"made for another region or plan; set the right one{_from(provider)}, "
            "then start the editor again."
        )
    if not provider.key_env:
        return CredentialRefused(
            f"{host} wants a key, but {provider.name} needs none; check what runs at that address."
        )
    for variable in provider.key_env:
        if environ.get(variable, "").strip():
            return CredentialRefused(_withheld(variable, host, _home(variable, provider, environ)))
    return CredentialRefused(
        f"{host} wants a key; set {_variables(provider)}, and OPENAI_BASE_URL to the address that "
        "the key belongs to, then start the editor again."
    )


def no_sign_in(provider: "Provider") -> AccountError:
    """The sentence for who wants to sign in or out where there is no signing in."""
    if not provider.key_env:
        return AccountError(f"{provider.name} needs no sign-in.")
    return AccountError(
        f"{provider.name} has no sign-in but takes a key; set {_variables(provider)}"
        f"{_from(provider)}, or unset it, then start the editor again."
    )


def _home(variable: str, provider: "Provider", environ: Mapping[str, str]) -> str:
    """The address whose origin a variable's key belongs to."""
    if variable == "OPENAI_API_KEY":
        return environ.get("OPENAI_BASE_URL") or _OPENAI
    return provider.base_url or ""


def _checked(variable: str, value: str) -> SecretStr:
    if visible(value) is None:
        raise AccountError(
            f"The key in {variable} holds a character that no key has; copy it anew, "
            "then start the editor again."
        )
    return SecretStr(value)


def _withheld(variable: str, host: str, home: str) -> str:
    try:
        owner = authority_of(home)
    except RequestError:
        owner = "another address"
    return (
        f"{host} wants a key, and {variable} was not sent there because it belongs to {owner}; "
        "if the key is meant for it, set OPENAI_BASE_URL to that address, "
        "then start the editor again."
    )


def _variables(provider: "Provider") -> str:
    return " or ".join(provider.key_env)


def _from(provider: "Provider") -> str:
    return f" (see {provider.key_from})" if provider.key_from else ""

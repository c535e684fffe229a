"""Who gives tokens: Qwen, or the issuer that `qwen.oauth` names."""

import re
from dataclasses import dataclass, field

from qwen_lsp.errors import RequestError
from qwen_lsp.model.address import origin_of

from .fields import visible

# RFC 6749, section 3.3.
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*|")
_NAMES = {
    "qwen.oauth.issuer": "the address of the server to sign in with",
    "qwen.oauth.clientId": "what that server knows this program as",
    "qwen.oauth.baseUrl": "the address of the API that its tokens are for",
}


@dataclass(frozen=True)
class Endpoints:
    """Where an authorization server is asked for a device's code, and for tokens."""

    device: str
    token: str


@dataclass(frozen=True)
class Issuer:
    """An authorization server and what this client is to it: a public one, without a secret.

    `url` is how it names itself, `api` the origin that its tokens are for, where one server may
    have several of them. It has to be asked for its `endpoints` where they are None.
    """

    url: str
    client_id: str
    scope: str
    api: str = ""
    endpoints: Endpoints | None = field(default=None, compare=False)

    @property
    def host(self) -> str:
        """Host and port, as a sentence names them."""
        return self.url.partition("://")[2].partition("/")[0]


def like_qwen(url: str) -> Issuer:
    """The issuer at the origin `url` with the endpoints and the client of Qwen's."""
    endpoints = Endpoints(f"{url}/api/v1/oauth2/device/code", f"{url}/api/v1/oauth2/token")
    client_id = "f0304373b74a44d2b584a3fb70ca9e56"
    return Issuer(url, client_id, "openid profile email model.completion", endpoints=endpoints)


QWEN = like_qwen("https://chat.qwen.ai")


def other_issuer(url: str, client_id: str, scope: str, api: str) -> Issuer:
    """The issuer at `url`, whose tokens go to the base URL `api` alone.

    Raises RequestError, which says what is missing or wrong, and where Qwen's own is meant: its
    sign-in is shared with Qwen Code and goes to no API that a setting could name.
    """
    for name, value in zip(_NAMES, (url, client_id, api), strict=True):
        if not value:
            what = f"set {name} to {_NAMES[name]}"
            raise RequestError(f"The sign-in of qwen.oauth is not set up yet; {what}.")
    if visible(client_id) is None:
        raise RequestError("qwen.oauth.clientId holds a character that no client id has.")
    if not _SCOPE.fullmatch(scope):
        raise RequestError("qwen.oauth.scope should be words with a space between them.")
    if _origin(url) == QWEN.url:
        raise RequestError(
            "qwen.oauth.issuer is Qwen's own; set qwen.provider to qwen-oauth for that, "
            "or name another issuer."
        )
    return Issuer(url, client_id, scope, api=origin_of(api))


def _origin(url: str) -> str:
    try:
        return origin_of(url)
    except RequestError:
        raise RequestError(
            "qwen.oauth.issuer is not an address to sign in at; write it as its server does, "
            "with https:// and without ? and #."
        ) from None

"""The issuer that `qwen.oauth` names, once its settings make sense together."""

import re

from qwen_lsp.errors import RequestError
from qwen_lsp.model.address import origin_of

from .exchange import QWEN, Issuer, visible

# RFC 6749, section 3.3.
_SCOPE = re.compile(r"[\x21\x23-\x5b\x5d-\x7e]+( [\x21\x23-\x5b\x5d-\x7e]+)*|")
_NAMES = {
    "qwen.oauth.issuer": "the address of the server to sign in with",
    "qwen.oauth.clientId": "what that server knows this program as",
    "qwen.oauth.baseUrl": "the address of the API that its tokens are for",
}


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

"""Finds out where an authorization server is asked (RFC 8414, OpenID Connect Discovery 1.0)."""

import asyncio
from collections.abc import Mapping
from urllib.parse import urlsplit

from qwen_lsp.errors import AccountError
from qwen_lsp.model.address import is_loopback

from ..fields import safe_uri, visible
from ..issuer import Endpoints, Issuer
from ..storage.lock import Clock
from .exchange import IssuerResponse, NoAnswer, json_object, what_came
from .post import Client, get

# The command that signs in answers within 8 s, and asks for a code after this.
_WAITED_FOR = 3.0


class NoDocument(AccountError):
    """There is nothing at this address that a server says about itself."""


class Directory:
    """The endpoints of `issuer`, which is asked for them once, when they are first needed."""

    def __init__(self, issuer: Issuer, http: Client, *, clock: Clock) -> None:
        self._issuer = issuer
        self._http = http
        self._clock = clock
        self._found = issuer.endpoints
        self._asking = asyncio.Lock()

    async def endpoints(self) -> Endpoints:
        """Raises AccountError."""
        async with self._asking:
            if self._found is None:
                self._found = await self._discovered()
            return self._found

    async def _discovered(self) -> Endpoints:
        faults: list[AccountError] = []
        for url in documents(self._issuer.url):
            reply = await get(self._http, url, clock=self._clock, timeout=_WAITED_FOR)
            if isinstance(reply, NoAnswer):
                raise AccountError(
                    f"{self._issuer.host} could not be asked how to sign in: {reply.sentence}"
                )
            try:
                return endpoints_in(self._issuer, reply)
            except NoDocument as error:
                faults.append(error)
            except AccountError as error:
                faults.insert(0, error)
        raise faults[0]


def documents(issuer_url: str) -> list[str]:
    """Where a server may say what it is: RFC 8414, sections 3.1 and 5, then OpenID Connect."""
    parts = urlsplit(issuer_url)
    origin, path = f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/")
    well_known = f"{origin}/.well-known"
    found = [
        f"{well_known}/oauth-authorization-server{path}",
        f"{well_known}/openid-configuration{path}",
        f"{origin}{path}/.well-known/openid-configuration",
    ]
    return list(dict.fromkeys(found))


def endpoints_in(issuer: Issuer, answer: IssuerResponse) -> Endpoints:
    """The endpoints that a document names.

    Raises NoDocument for anything else, and AccountError for a document that can't be used: of
    another issuer (RFC 8414, section 3.3), or without the device flow.
    """
    body = json_object(answer)
    if answer.status != 200 or body is None or "issuer" not in body:
        raise NoDocument(
            f"{issuer.host} does not say how to sign in there, because {_why(answer, body)}; "
            "correct qwen.oauth.issuer."
        )
    if body["issuer"] != issuer.url:
        raise _another(issuer, body["issuer"])
    if not body.get("device_authorization_endpoint") or not body.get("token_endpoint"):
        raise AccountError(
            f"{issuer.host} has no sign-in by code (RFC 8628); use another qwen.provider, "
            "with a key."
        )
    return Endpoints(
        _endpoint(issuer, body["device_authorization_endpoint"]),
        _endpoint(issuer, body["token_endpoint"]),
    )


def _endpoint(issuer: Issuer, value: object) -> str:
    """Only a server on this machine may name an address on this machine."""
    uri = safe_uri(value)
    if uri is None or "#" in uri or (_is_here(uri) and not _is_here(issuer.url)):
        raise AccountError(
            f"{issuer.host} names an address that no sign-in can safely be sent to, so nothing was "
            "sent; correct qwen.oauth.issuer."
        )
    return uri


def _is_here(uri: str) -> bool:
    return is_loopback(urlsplit(uri).hostname or "")


def _why(answer: IssuerResponse, body: Mapping[str, object] | None) -> str:
    if answer.status == 200 and body is not None:
        return "its description names no issuer"
    return what_came(answer)


def _another(issuer: Issuer, named: object) -> AccountError:
    shown = visible(named)
    if shown and shown.rstrip("/") == issuer.url.rstrip("/"):
        return AccountError(f"{issuer.host} names itself {shown}: set qwen.oauth.issuer to that.")
    return AccountError(
        f"{issuer.host} describes another issuer than the one in qwen.oauth.issuer, so nothing was "
        "sent there; correct that setting."
    )

"""What the user says about the way to the network, and the way that a request took."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from pydantic import SecretStr

from qwen_lsp.model.transport.certificate import Certificate
from qwen_lsp.model.transport.extra_headers import Along
from qwen_lsp.model.transport.proxies import Proxy

if TYPE_CHECKING:
    import httpx

_NOTE = "qwen_lsp.route"


@dataclass(frozen=True)
class Network:
    """The user's own words: the URL of a proxy, which may hold a password, and a PEM file.

    `qwen_codes_proxy` is the one that Qwen Code's settings name, for where nothing else names one,
    `along` what goes along to one origin.
    """

    proxy: SecretStr | None = None
    ca_bundle: str | None = None
    qwen_codes_proxy: SecretStr | None = None
    along: Along | None = None


@dataclass(frozen=True)
class Route:
    """The proxy that a request took, None for none, and the certificate that was not believed.

    `is_plain` is a request without TLS.
    """

    proxy: Proxy | None = None
    distrusted: Certificate | None = None
    is_plain: bool = False


def note_route(request: "httpx.Request", route: Route) -> None:
    """Notes on `request` which way it took, for the sentence about its failure."""
    request.extensions[_NOTE] = route


def route_of(request: "httpx.Request") -> Route:
    """The way that `request` took; a direct one where nothing was noted."""
    route = request.extensions.get(_NOTE)
    return route if isinstance(route, Route) else Route()

"""Which proxy a request takes. This machine is always reached without one."""

import ipaddress
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeGuard
from urllib.parse import SplitResult, urlsplit

from pydantic import SecretStr

from qwen_lsp.errors import Unreachable
from qwen_lsp.model.address import is_loopback

SETTING = "qwen.proxy"
QWEN_CODES = "the settings of Qwen Code"
_SCHEMES = ("http", "https", "socks5", "socks5h")
_SYSTEM = "the system's settings"


@dataclass(frozen=True)
class Proxy:
    """A proxy, and what names it: `qwen.proxy`, a variable, the system's settings."""

    given: SecretStr
    source: str

    @property
    def url(self) -> str:
        """Its URL, with the password that it may hold. Raises Unreachable for one of no use."""
        if (parts := _parts(self.given)) is None:
            # The address is not shown: what can't be read may be a password.
            raise Unreachable(
                f"The proxy in {self.source} can't be used; write it as http://host:port, and a "
                "@, / or # in its password as %40, %2F or %23."
            )
        return parts.geturl()

    @property
    def place(self) -> str:
        """Host and port, without a password; empty where they can't be read."""
        parts = _parts(self.given)
        return parts.netloc.rpartition("@")[2] if parts else ""

    @property
    def scheme(self) -> str:
        """`http`, `https`, `socks5` or `socks5h`; empty where it can't be read."""
        parts = _parts(self.given)
        return parts.scheme if parts else ""

    @property
    def has_password(self) -> bool:
        """Whether a user name or a password is given."""
        parts = _parts(self.given)
        return parts is not None and "@" in parts.netloc


@dataclass(frozen=True)
class Proxies:
    """The proxies by scheme, `all` for any, and the hosts that need none, as NO_PROXY says them."""

    by_scheme: Mapping[str, Proxy] = field(default_factory=dict)
    exceptions: str = ""

    def way_to(self, scheme: str, host: str, port: int) -> Proxy | None:
        """The proxy for `host`; None is the direct way."""
        if is_loopback(host) or _is_excepted(host.lower(), port, self.exceptions):
            return None
        return self.by_scheme.get(scheme) or self.by_scheme.get("all")


def proxies_in_force(setting: SecretStr | None, qwen_codes: SecretStr | None = None) -> Proxies:
    """`setting`, which is qwen.proxy, for everything; else `HTTPS_PROXY` and its like; else the one
    that Qwen Code's settings name; else the system's. NO_PROXY goes for all.
    """
    from urllib.request import getproxies

    known = getproxies()
    exceptions = known.pop("no", "")
    if _is_given(setting):
        return Proxies({"all": Proxy(setting, SETTING)}, exceptions)
    found = {scheme: Proxy(SecretStr(url), _source(scheme)) for scheme, url in known.items() if url}
    if _is_given(qwen_codes) and all(proxy.source == _SYSTEM for proxy in found.values()):
        return Proxies({"all": Proxy(qwen_codes, QWEN_CODES)}, exceptions)
    return Proxies(found, exceptions)


def _is_given(proxy: SecretStr | None) -> TypeGuard[SecretStr]:
    return proxy is not None and bool(proxy.get_secret_value().strip())


def _source(scheme: str) -> str:
    """The variable that names a proxy. Lower case counts first, as everywhere."""
    variable = f"{scheme}_proxy"
    return next((name for name in (variable, variable.upper()) if os.environ.get(name)), _SYSTEM)


def _parts(given: SecretStr) -> SplitResult | None:
    """The parts of a proxy's URL, where it is one without any doubt.

    A `#` or `/` in a password would end the host early, and be taken for a host's name.
    """
    text = given.get_secret_value().strip()
    try:
        parts = urlsplit(text if "://" in text else f"http://{text}")
        is_read = parts.port != 0 and bool(parts.hostname)
    except ValueError:
        return None
    is_known = parts.scheme in _SCHEMES
    is_whole = parts.path in ("", "/") and not parts.query and not parts.fragment
    return parts if is_read and is_known and is_whole else None


def _is_excepted(host: str, port: int, exceptions: str) -> bool:
    """Whether NO_PROXY names `host`: by a name that it ends in, an address, a network, or `*`."""
    names = (name.strip().lower() for name in exceptions.split(","))
    return any(name == "*" or _covers(name, host, port) for name in names if name)


def _covers(name: str, host: str, port: int) -> bool:
    try:
        network = ipaddress.ip_network(name.strip("[]"), strict=False)
        return ipaddress.ip_address(host) in network
    except ValueError:
        pass
    domain, _, only_port = (
        name.rpartition(":") if name.rpartition(":")[2].isdigit() else (name, "", "")
    )
    domain = domain.removeprefix("*").removeprefix(".")
    is_covered = bool(domain) and (host == domain or host.endswith("." + domain))
    return is_covered and only_port in ("", str(port))

"""Which proxy a request takes. This machine is always reached without one."""

import ipaddress
import urllib.request
from collections.abc import Mapping

from qwen_lsp.model.address import is_loopback


def environment_proxies() -> Mapping[str, str]:
    """The proxies by scheme, and under `no` the hosts without: from `HTTPS_PROXY` and its like,
    or from the system's settings."""
    return urllib.request.getproxies()


def proxy_for(scheme: str, host: str, port: int, proxies: Mapping[str, str]) -> str | None:
    """The URL of the proxy for `host`; None is the direct way."""
    if is_loopback(host) or _is_excepted(host.lower(), port, proxies.get("no", "")):
        return None
    proxy = proxies.get(scheme) or proxies.get("all")
    if not proxy:
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


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

"""What mitmproxy loads: names under `.test` lie on this machine, at the port that is asked for."""

from typing import Any


def server_connect(hook: Any) -> None:
    """Leads the way to `model.test:PORT` to `127.0.0.1:PORT`. Nothing else is let out."""
    host, port = hook.server.address
    if host.endswith(".test"):
        hook.server.address = ("127.0.0.1", port)
    elif host != "127.0.0.1":
        hook.server.error = "Tests don't leave this machine"

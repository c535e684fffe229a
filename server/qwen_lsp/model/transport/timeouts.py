"""How long a request waits: for a connection, for the first token, and from one to the next."""

from dataclasses import dataclass

from qwen_lsp.model.address import is_loopback


@dataclass(frozen=True)
class Timeouts:
    """The user's own numbers, in seconds; None leaves one to `patience_at`."""

    connect: float | None = None
    first_token: float | None = None
    idle: float | None = None


@dataclass(frozen=True)
class Patience:
    """Seconds to wait for a connection, then for the first token, then from block to block.

    `outlasts_sleep`: what answers sleeps when this machine does, so its stream goes on after.
    """

    connect: float = 10
    first: float = 120
    idle: float = 60
    outlasts_sleep: bool = False


_REMOTE = Patience()
# An engine on this machine may load its model first.
_LOCAL = Patience(first=300, outlasts_sleep=True)


def patience_at(host: str, timeouts: Timeouts) -> Patience:
    """How long to wait for what answers at `host`."""
    usual = _LOCAL if is_loopback(host) else _REMOTE
    return Patience(
        connect=usual.connect if timeouts.connect is None else timeouts.connect,
        first=usual.first if timeouts.first_token is None else timeouts.first_token,
        idle=usual.idle if timeouts.idle is None else timeouts.idle,
        outlasts_sleep=usual.outlasts_sleep,
    )

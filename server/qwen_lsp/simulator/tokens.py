"""The tokens that were given out: rotation, lifetimes, and what a stolen one costs."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class _Family:
    """All tokens that came of one sign-in (RFC 9700, section 4.14)."""

    refresh_token: str = field(repr=False)
    revoked: bool = False


@dataclass(frozen=True)
class Pair:
    """An access token and the refresh token that replaces it."""

    access_token: str = field(repr=False)
    refresh_token: str = field(repr=False)


class TokenRegistry:
    """Gives tokens out and knows which of them still count. Opaque, 86 characters, as Qwen's."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._access: dict[str, tuple[_Family, float]] = {}
        self._refresh: dict[str, _Family] = {}

    def new(self, lifetime: float) -> Pair:
        """The tokens of a new sign-in."""
        return self._pair(_Family(""), lifetime)

    def renewed(self, refresh_token: str, lifetime: float) -> Pair | None:
        """The next pair of a sign-in; None where the refresh token doesn't count.

        A refresh token counts once. Its second use revokes every token of the sign-in, because
        one of the two users stole it (RFC 9700, section 4.14.2).
        """
        family = self._refresh.get(refresh_token)
        if family is None or family.revoked:
            return None
        if family.refresh_token != refresh_token:
            family.revoked = True
            return None
        return self._pair(family, lifetime)

    def accepts(self, access_token: str) -> bool:
        """Whether a request with this token is paid for."""
        family, end = self._access.get(access_token, (None, 0.0))
        return family is not None and not family.revoked and self._clock() < end

    def revoke(self) -> None:
        """Nobody is signed in any more."""
        for family in self._refresh.values():
            family.revoked = True

    def secrets(self) -> frozenset[str]:
        """Every token that was ever given out."""
        return frozenset(self._access) | frozenset(self._refresh)

    def _pair(self, family: _Family, lifetime: float) -> Pair:
        pair = Pair(secrets.token_urlsafe(64), secrets.token_urlsafe(64))
        family.refresh_token = pair.refresh_token
        self._refresh[pair.refresh_token] = family
        self._access[pair.access_token] = (family, self._clock() + lifetime)
        return pair

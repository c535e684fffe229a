"""What becomes of a token that the service refuses although it was given only just now."""

from collections.abc import Callable

from pydantic import SecretStr

from qwen_lsp.errors import AccountError

from .token import Token

SECONDS = 300.0
"""In which a token is so new that another one would fare no better."""


class FreshTokenRefused(AccountError):
    """The service refused a token that was given only just now."""


class Fresh:
    """Remembers the token that was given last, and the one that is of no use for all that."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._given: tuple[SecretStr, float] | None = None
        self._of_no_use: SecretStr | None = None

    def give(self, token: Token) -> None:
        """Takes the time of `token`, given now."""
        self._given = (token.access_token, self._clock())

    def forget(self) -> None:
        """Nobody is signed in any more."""
        self._given = None

    def refuse(self, refused: SecretStr) -> bool:
        """Whether a token that the service refused is of no use for good; remembered, if so."""
        if self._is_new(refused):
            self._of_no_use = refused
        return refused == self._of_no_use

    def is_of_no_use(self, token: Token) -> bool:
        """Whether the service refused `token` for good."""
        return token.access_token == self._of_no_use

    def _is_new(self, access_token: SecretStr) -> bool:
        """A clock that was set back in the meantime tells nothing."""
        if self._given is None or self._given[0] != access_token:
            return False
        return 0 <= self._clock() - self._given[1] < SECONDS

"""Counts the requests that an account pays for: those of the last minute, and of the last day.

It counts what this process sends; the service counts what all of the user's programs do.
"""

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from qwen_lsp.model.qwen import Access, Payer

from .lock import Clock
from .sign_in import ticking

if TYPE_CHECKING:
    from pydantic import SecretStr

MINUTE, DAY = 60.0, 86_400.0


class Counts(NamedTuple):
    """Requests of the last minute, and of the last 24 hours."""

    minute: int = 0
    day: int = 0


class Counted:
    """A payer that counts how often it is asked to pay; each key is an account of its own.

    A sign-in is one account, however often its token is renewed.
    """

    def __init__(self, payer: Payer, *, is_one: bool, clock: Clock = ticking) -> None:
        self._payer, self._is_one, self._clock = payer, is_one, clock
        self._times: dict[SecretStr | None, deque[float]] = {}
        self._latest: SecretStr | None = None

    @property
    def counts(self) -> Counts:
        """Those of the account that has paid last."""
        times = self._times.get(self._latest, ())
        ages = [self._clock() - time for time in times]
        return Counts(sum(age < MINUTE for age in ages), sum(age < DAY for age in ages))

    async def access(self) -> Access:
        """The access to use now. Raises AccountError."""
        return self._count(await self._payer.access())

    async def renewed(self, refused: Access) -> Access:
        """Another access after a 401. Raises CredentialRefused, AccountError."""
        return self._count(await self._payer.renewed(refused))

    def _count(self, access: Access) -> Access:
        self._latest = None if self._is_one else access.key
        times = self._times.setdefault(self._latest, deque())
        now = self._clock()
        while times and now - times[0] >= DAY:
            times.popleft()
        times.append(now)
        return access

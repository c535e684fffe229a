"""The system's keyring, where a real one answers; it may ask its user first, so it may be slow."""

import logging
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from pydantic import SecretStr

if TYPE_CHECKING:
    from keyring.backend import KeyringBackend

log = logging.getLogger(__name__)

SERVICE = "qwen-lsp"
READ_WITHIN = 3.0
"""Seconds that a look at the keys waits; one that is unlocked later is read by a later look."""
CHANGED_WITHIN = 60.0
"""Seconds that the command line waits: its user may have to unlock the keyring first."""

_T = TypeVar("_T")
_free = threading.Lock()


def read(name: str) -> SecretStr | None:
    """The secret under `name`; None where there is none, or no keyring that answers. Blocks."""

    def get(keyring: "KeyringBackend") -> str | None:
        return keyring.get_password(SERVICE, name)

    found = _asked(get, within=READ_WITHIN)
    return SecretStr(found) if found else None


def keep(name: str, secret: SecretStr) -> bool:
    """Keeps `secret` under `name`; whether it can be read back from there. Blocks."""
    value = secret.get_secret_value()

    def put(keyring: "KeyringBackend") -> bool:
        keyring.set_password(SERVICE, name, value)
        return keyring.get_password(SERVICE, name) == value

    return _asked(put, within=CHANGED_WITHIN) is True


def forget(name: str) -> bool:
    """Deletes what is under `name`; whether nothing is there any more. Blocks."""

    def delete(keyring: "KeyringBackend") -> bool:
        if keyring.get_password(SERVICE, name) is not None:
            keyring.delete_password(SERVICE, name)
        return keyring.get_password(SERVICE, name) is None

    return _asked(delete, within=CHANGED_WITHIN) is True


def _asked(ask: Callable[["KeyringBackend"], _T], *, within: float) -> _T | None:
    """What a keyring answers in so many seconds; None where there is none, or it fails.

    It is asked in a thread that nobody waits for at the end: one that hangs can't be stopped.
    While it hangs it is asked nothing more, since each question may open a window.
    """
    answers: list[_T] = []
    if not _free.acquire(blocking=False):
        return None

    def work() -> None:
        try:
            keyring = _real_keyring()
            if keyring is not None:
                answers.append(ask(keyring))
        except Exception as error:  # noqa: BLE001  (each of its back ends raises what it likes)
            # Its words are not logged: a back end may quote what it was given.
            log.warning("the keyring failed (%s)", type(error).__name__)
        finally:
            _free.release()

    thread = threading.Thread(target=work, daemon=True, name="keyring")
    thread.start()
    thread.join(within)
    if thread.is_alive():
        log.warning("the keyring has not answered within %s s", within)
        return None
    return answers[0] if answers else None


def _real_keyring() -> "KeyringBackend | None":
    """The back end in use, unless it keeps nothing, or keeps it for everybody to read."""
    import keyring
    from keyring.backends.chainer import ChainerBackend
    from keyring.core import recommended

    found = keyring.get_keyring()
    chained = found.backends if isinstance(found, ChainerBackend) else [found]
    return found if any(recommended(each) for each in chained) else None

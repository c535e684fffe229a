"""Keyrings that behave as the real ones do, well or badly."""

import threading
from typing import Any

import pytest

from qwen_lsp.account.keys import keyring_entries


class Ring:
    """A keyring in memory."""

    priority: float = 5

    def __init__(self) -> None:
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, name: str) -> str | None:
        return self.held.get((service, name))

    def set_password(self, service: str, name: str, value: str) -> None:
        self.held[service, name] = value

    def delete_password(self, service: str, name: str) -> None:
        del self.held[service, name]


class Forgetful(Ring):
    """Says that it has kept what it has not, as the null back end does."""

    def set_password(self, service: str, name: str, value: str) -> None:
        pass


class Locked(Ring):
    """Refuses, in words that hold the secret."""

    def set_password(self, service: str, name: str, value: str) -> None:
        raise RuntimeError(f"can't keep {value}")


class Plain(Ring):
    """Keeps it where all can read it: no back end to recommend."""

    priority: float = 0.5


class Hanging(Ring):
    """Waits for somebody to unlock it."""

    def __init__(self) -> None:
        super().__init__()
        self.unlocked = threading.Event()
        self.asked = 0

    def get_password(self, service: str, name: str) -> str | None:
        self.asked += 1
        self.unlocked.wait(20)
        return super().get_password(service, name)

    def unlock(self) -> None:
        """Its user unlocks it; returns when it has ended what it was asked."""
        self.unlocked.set()
        with keyring_entries._free:
            pass


def use(monkeypatch: pytest.MonkeyPatch, ring: Any) -> Any:
    """From now on `ring` is the system's keyring."""
    monkeypatch.setattr("keyring.get_keyring", lambda: ring)
    return ring

"""What tests of the model share."""

import pytest

from qwen_lsp.model import continuing, retrying


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is tried again is tried at once, as often as ever."""
    at_once = {meaning: (0.0,) * len(pauses) for meaning, pauses in retrying.PAUSES.items()}
    monkeypatch.setattr(retrying, "PAUSES", at_once)
    for meaning in continuing.PAUSES:
        monkeypatch.setitem(continuing.PAUSES, meaning, 0.0)

"""Where the keys of `qwen-lsp login` are, with the keyrings that there are."""

import json
import logging
import stat
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from qwen_lsp.account.keys import keyring_entries
from qwen_lsp.account.keys.vault import Vault
from qwen_lsp.errors import AccountError

from .keyrings import Forgetful, Hanging, Locked, Plain, Ring, use

ORIGIN = "https://dashscope-intl.aliyuncs.com"
OTHER = "https://gateway.example"
KEY = SecretStr("sk-the-key-7Qx")


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "share" / "keys.json")


def test_a_keyring_keeps_the_key_and_the_file_only_tells_that_there_is_one(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring = use(monkeypatch, Ring())
    assert vault.keep(ORIGIN, KEY) == "keyring"
    assert ring.held == {("qwen-lsp", ORIGIN): KEY.get_secret_value()}
    assert KEY.get_secret_value() not in vault.path.read_text()
    assert vault.keys() == {ORIGIN: KEY}
    assert vault.forget(ORIGIN)
    assert ring.held == {}
    assert vault.keys() == {}
    assert not vault.forget(ORIGIN)


@pytest.mark.parametrize("ring", [Forgetful(), Locked(), Plain()], ids=lambda r: type(r).__name__)
def test_without_a_real_keyring_a_file_for_its_owner_keeps_it_and_says_so(
    ring: Ring, vault: Vault, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    use(monkeypatch, ring)
    caplog.set_level(logging.DEBUG)
    assert vault.keep(ORIGIN, KEY) == "file"
    assert stat.S_IMODE(vault.path.stat().st_mode) == 0o600
    assert stat.S_IMODE(vault.path.parent.stat().st_mode) == 0o700
    assert "API keys" in json.loads(vault.path.read_text())["about"]
    assert Vault(vault.path).keys() == {ORIGIN: KEY}
    assert KEY.get_secret_value() not in caplog.text
    assert ring.held == {}


def test_the_null_and_the_failing_back_end_are_none(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    from keyring.backends import chainer, fail, null

    backends: list[Any] = [null.Keyring, fail.Keyring, chainer.ChainerBackend]
    for backend in backends:
        use(monkeypatch, backend())
        assert vault.keep(ORIGIN, KEY) == "file"


def test_a_keyring_that_never_answers_is_not_waited_for(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring = use(monkeypatch, Hanging())
    monkeypatch.setattr(keyring_entries, "CHANGED_WITHIN", 0.05)
    assert vault.keep(ORIGIN, KEY) == "file"
    assert vault.keys() == {ORIGIN: KEY}
    ring.unlock()


def test_a_keyring_that_waits_for_its_user_is_asked_once_and_read_when_it_is_open(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, Ring())
    for origin in (ORIGIN, OTHER):
        vault.keep(origin, KEY)
    ring = use(monkeypatch, Hanging())
    ring.held = {("qwen-lsp", origin): KEY.get_secret_value() for origin in (ORIGIN, OTHER)}
    monkeypatch.setattr(keyring_entries, "READ_WITHIN", 0.05)
    assert vault.keys() == {}
    assert vault.keys() == {}
    assert ring.asked == 1
    ring.unlock()
    assert vault.keys() == {ORIGIN: KEY, OTHER: KEY}


def test_each_key_has_its_origin_and_a_later_one_takes_its_place(vault: Vault) -> None:
    vault.keep(ORIGIN, SecretStr("sk-1"))
    vault.keep(OTHER, SecretStr("sk-2"))
    vault.keep(ORIGIN, SecretStr("sk-3"))
    assert vault.keys() == {ORIGIN: SecretStr("sk-3"), OTHER: SecretStr("sk-2")}
    vault.forget(ORIGIN)
    assert vault.keys() == {OTHER: SecretStr("sk-2")}


def test_the_file_changes_with_a_key_that_the_keyring_holds(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, Ring())
    vault.keep(ORIGIN, SecretStr("sk-1"))
    assert vault.keys() == {ORIGIN: SecretStr("sk-1")}
    before = vault.path.read_bytes()
    Vault(vault.path).keep(ORIGIN, SecretStr("sk-2"))
    assert vault.path.read_bytes() != before
    assert vault.keys() == {ORIGIN: SecretStr("sk-2")}


def test_the_keyring_is_asked_once_until_the_file_changes(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring = use(monkeypatch, Ring())
    vault.keep(ORIGIN, KEY)
    assert vault.keys() == {ORIGIN: KEY}
    ring.held.clear()
    assert vault.keys() == {ORIGIN: KEY}


def test_a_keyring_that_was_locked_is_asked_again(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring = use(monkeypatch, Ring())
    vault.keep(ORIGIN, KEY)
    kept, ring.held = ring.held, {}
    assert vault.keys() == {}
    ring.held = kept
    assert vault.keys() == {ORIGIN: KEY}


def test_a_keyring_that_does_not_delete_is_told_of(
    vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Keeping(Ring):
        def delete_password(self, service: str, name: str) -> None:
            pass

    use(monkeypatch, Keeping())
    vault.keep(ORIGIN, KEY)
    with pytest.raises(AccountError, match="delete the entry “qwen-lsp” there by hand"):
        vault.forget(ORIGIN)
    assert vault.keys() == {}


@pytest.mark.parametrize(
    "text",
    [
        b"", b"{", b"[]", b'{"keys": []}', b'{"keys": {"https://a.example": 3}}', b"\xff",
        b'{"keys": {"https://a.example": {"key": "sk a"}}}',
        b'{"keys": {"https://a.example": {"key": 3}}}',
    ],
)  # fmt: skip
def test_a_file_that_holds_something_else_holds_no_key(vault: Vault, text: bytes) -> None:
    vault.path.parent.mkdir()
    vault.path.write_bytes(text)
    assert vault.keys() == {}
    vault.keep(ORIGIN, KEY)
    assert vault.keys()[ORIGIN] == KEY


def test_a_folder_that_can_not_be_written_to_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "share").write_text("a file")
    with pytest.raises(AccountError, match="can't be written"):
        Vault(tmp_path / "share" / "keys.json").keep(ORIGIN, KEY)

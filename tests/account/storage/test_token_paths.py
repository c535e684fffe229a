"""Where tokens are kept, by the environment."""

from pathlib import Path

import pytest

from qwen_lsp.account.issuer import QWEN, Issuer
from qwen_lsp.account.storage.token_paths import lock_file, own_file, shared_file, token_file
from qwen_lsp.errors import AccountError

HOME = Path.home()


@pytest.mark.parametrize(
    ("environ", "path"),
    [
        ({}, HOME / ".qwen" / "oauth_creds.json"),
        ({"QWEN_HOME": ""}, HOME / ".qwen" / "oauth_creds.json"),
        ({"QWEN_HOME": "~/elsewhere"}, HOME / "elsewhere" / "oauth_creds.json"),
        ({"QWEN_HOME": "here"}, Path.cwd() / "here" / "oauth_creds.json"),
        ({"QWEN_HOME": "h", "QWEN_TOKEN_DIR": "t"}, Path.cwd() / "t" / "oauth_creds.json"),
        ({"QWEN_HOME": "h", "QWEN_TOKEN_DIR": ""}, Path.cwd() / "h" / "oauth_creds.json"),
        ({"QWEN_TOKEN_DIR": "t", "QWEN_AUTH_FILE": "a.json"}, Path.cwd() / "t" / "a.json"),
        ({"QWEN_AUTH_FILE": "a.json"}, HOME / ".qwen" / "a.json"),
        ({"QWEN_TOKEN_DIR": "t", "QWEN_AUTH_FILE": "~/a.json"}, HOME / "a.json"),
    ],
)
def test_the_shared_file(environ: dict[str, str], path: Path) -> None:
    assert shared_file(environ) == path
    assert token_file(QWEN, environ) == path


@pytest.mark.parametrize(
    ("name", "lock"),
    [("oauth_creds.json", "oauth_creds.lock"), ("a", "a.lock"), ("a.lock", "a.lock.lock")],
)
def test_the_lock_is_that_of_qwen_code(name: str, lock: str) -> None:
    assert lock_file(Path("x") / name) == Path("x") / lock


def test_no_other_issuer_and_no_other_client_gets_the_shared_file() -> None:
    environ = {"QWEN_TOKEN_DIR": "t", "QWEN_AUTH_FILE": "a.json", "QWEN_HOME": "h"}
    issuers = [
        Issuer("http://127.0.0.1:4711", QWEN.client_id, QWEN.scope),
        Issuer("http://127.0.0.1:4712", QWEN.client_id, QWEN.scope),
        Issuer("https://chat.qwen.ai", "another-client", QWEN.scope),
        Issuer("https://chat.qwen.ai:8443", QWEN.client_id, QWEN.scope),
        Issuer("http://[::1]:4711", QWEN.client_id, QWEN.scope),
    ]
    paths = {token_file(issuer, environ) for issuer in issuers}
    assert len(paths) == len(issuers)
    assert shared_file(environ) not in paths
    assert paths == {own_file(issuer) for issuer in issuers}
    assert all(path.is_absolute() and ":" not in path.name for path in paths)


def test_without_a_home_there_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless(self: Path) -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.setattr(Path, "expanduser", homeless)
    with pytest.raises(AccountError, match="set QWEN_TOKEN_DIR"):
        token_file(QWEN, {})

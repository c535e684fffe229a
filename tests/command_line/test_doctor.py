"""`qwen-lsp doctor`: what it finds, how it ends, and that no secret is in what it says."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from qwen_lsp.account.choice import Choices, LastChoice, choice_file
from qwen_lsp.account.keys.folder import offer_of
from qwen_lsp.account.keys.trust import Trust, trust_file
from qwen_lsp.account.keys.vault import Vault, vault_file
from qwen_lsp.account.storage.token_paths import shared_file
from qwen_lsp.cli import main
from qwen_lsp.log import log_folder
from qwen_lsp.simulator.service import Simulator

KEY = "sk-simulator-7Qx"


@pytest.fixture
def doctor(simulator: Simulator, monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """Looks into the simulator as a gateway; the environment has the key, a choice the model."""
    monkeypatch.setenv("OPENAI_API_KEY", KEY)
    monkeypatch.setenv("OPENAI_BASE_URL", simulator.base_url)
    Choices(choice_file()).choose(LastChoice("custom", "coder-model", simulator.base_url), None)
    return ("doctor",)


def grades(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    found = json.loads(capsys.readouterr().out)["findings"]
    return {each["about"]: (each["grade"], each["sentence"], each.get("wayOut")) for each in found}


def test_all_is_well(
    doctor: tuple[str, ...], simulator: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(doctor) == 0
    said = capsys.readouterr().out.splitlines()
    place = simulator.origin.removeprefix("http://")
    assert said[0] == "ok       Service: Custom service (custom), by what was chosen everywhere."
    assert said[1] == "ok       Its model: coder-model, by what was chosen everywhere."
    assert said[2] == (
        f"ok       Credential: The key for {simulator.base_url} comes from OPENAI_API_KEY."
    )
    assert said[3] == "ok       Proxy: 127.0.0.1 is asked directly, because it is this machine."
    assert said[6].startswith(f"ok       Answer: {place} answers, in ")
    assert said[7].startswith("ok       Model: coder-model is one of coder-model, simulator, ")
    assert said[-2] == f"ok       Log: Each server writes a file of its own in {log_folder()}."
    assert said[-1] == "All is well."


def test_for_programs_each_finding_is_an_object(
    doctor: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main((*doctor, "--json")) == 0
    found = grades(capsys)
    assert {grade for grade, _, _ in found.values()} == {"ok"}


def test_a_refused_key_is_wrong(
    doctor: tuple[str, ...],
    simulator: Simulator,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-other")
    assert main((*doctor, "--json")) == 1
    found = grades(capsys)
    assert found["Answer"][0] == "wrong"
    assert "refused the key in OPENAI_API_KEY" in found["Answer"][1]


def test_a_model_that_is_not_there_is_a_warning(
    doctor: tuple[str, ...], simulator: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    Choices(choice_file()).choose(LastChoice("custom", "gone", simulator.base_url), None)
    assert main((*doctor, "--json")) == 0
    grade, sentence, way_out = grades(capsys)["Model"]
    assert grade == "warning"
    assert "does not list gone, but coder-model, simulator, " in sentence
    assert way_out


def test_no_model_is_wrong(
    doctor: tuple[str, ...], simulator: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    Choices(choice_file()).choose(LastChoice("custom", None, simulator.base_url), None)
    assert main((*doctor, "--json")) == 1
    grade, _, way_out = grades(capsys)["Model"]
    assert grade == "wrong"
    assert way_out.endswith("choose one with `qwen-lsp use PROVIDER MODEL`.")


def test_nobody_is_signed_in_where_the_address_was_chosen(
    simulator: Simulator, capsys: pytest.CaptureFixture[str]
) -> None:
    Choices(choice_file()).choose(LastChoice("simulator", None, simulator.base_url), None)
    assert main(("doctor", "--json")) == 1
    way_out = f"Run `qwen-lsp login --provider simulator --base-url {simulator.base_url}`."
    assert grades(capsys)["Credential"][2] == way_out


def test_nothing_to_look_into(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(("doctor",)) == 1
    said = capsys.readouterr().out
    assert said.startswith("wrong    Service: Qwen has no model to ask yet")
    assert "; run `qwen-lsp setup`.\n" in said
    assert "ok       Settings: No .env file and no settings of Qwen Code count here." in said
    assert "ok       Proxy: A service on the internet is asked directly, because no proxy" in said
    assert "ok       Certificate: Believed are the " in said


def test_with_nothing_chosen_a_proxy_and_roots_are_looked_into(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://me:s3cret-7Qx@proxy.example:3128")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "gone.pem"))
    assert main(("doctor", "--json")) == 1
    found = grades(capsys)
    assert list(found) == ["Service", "Proxy", "Certificate", "Settings", "Log"]
    assert found["Proxy"][0] == "ok"
    assert found["Proxy"][1] == (
        "A service on the internet is asked through proxy.example:3128, with a user name, as "
        "HTTPS_PROXY says."
    )
    assert found["Certificate"][0] == "wrong"
    assert "SSL_CERT_FILE names" in found["Certificate"][1]
    assert "7Qx" not in str(found)


def test_a_log_that_can_not_be_written_is_told(
    doctor: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    log_folder().parent.mkdir(parents=True, exist_ok=True)
    log_folder().write_text("")
    assert main((*doctor, "--json")) == 0
    grade, sentence, way_out = grades(capsys)["Log"]
    assert grade == "warning"
    assert f"can't write their logs in {log_folder()}" in sentence
    assert way_out


def test_words_that_make_no_sense(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(("doctor", "--provider", "nobody")) == 2
    assert "There is no provider “nobody”" in capsys.readouterr().err


def test_a_service_that_does_not_run(capsys: pytest.CaptureFixture[str]) -> None:
    named = ("--provider", "custom", "--base-url", "http://127.0.0.1:9")
    assert main(("doctor", *named, "--json")) == 1
    found = grades(capsys)
    assert found["Service"][1] == "Custom service (custom), by --provider."
    assert found["Answer"][0] == "wrong"
    assert "Nothing answers at 127.0.0.1:9" in found["Answer"][1]


@pytest.mark.parametrize(
    ("proxy", "says"),
    [
        ("http://me:s3cret-7Qx@127.0.0.1:9", "through 127.0.0.1:9, with a user name, as HTTPS_PRO"),
        ("http://me:s3cret-7Qx#@127.0.0.1:9", "The proxy in HTTPS_PROXY can't be used"),
    ],
)
def test_a_proxy_is_told_of_without_its_password(
    proxy: str, says: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    monkeypatch.setenv("DASHSCOPE_API_KEY", "sk-7Qx-secret")
    assert main(("doctor", "--provider", "dashscope-intl")) == 1
    said = "".join(capsys.readouterr())
    assert says in said
    assert "s3cret" not in said
    assert "sk-7Qx" not in said


def test_no_secret_is_in_what_is_said(
    doctor: tuple[str, ...],
    simulator: Simulator,
    in_a_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Every place that can hold one does, whatever is looked into."""
    for name in ("DASHSCOPE_API_KEY", "OPENROUTER_API_KEY", "FIREWORKS_API_KEY"):
        monkeypatch.setenv(name, f"sk-{name}-7Qx")
    for name in ("HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://user-7Qx:{name}-7Qx@127.0.0.1:9")
    Vault(vault_file()).keep("https://openrouter.ai", SecretStr("sk-vault-7Qx"))
    (in_a_folder / ".env").write_text("MODELSCOPE_API_KEY=sk-env-7Qx\n")
    Trust(trust_file()).decide(offer_of(in_a_folder), trusted=True)
    tokens = {"access_token": "access-7Qx", "refresh_token": "refresh-7Qx", "id_token": "id-7Qx"}
    file = shared_file(os.environ)
    file.parent.mkdir(parents=True)
    file.write_text(json.dumps(tokens | {"expiry_date": 10**14, "token_type": "Bearer"}))
    file.chmod(0o600)
    settings = {"env": {"X": "sk-qwen-code-7Qx"}, "security": {"auth": {"apiKey": "sk-old-7Qx"}}}
    (file.parent / "settings.json").write_text(json.dumps(settings))
    said = ""
    for words in (
        (), ("--provider", "dashscope-intl"), ("--provider", "openrouter"),
        ("--provider", "modelscope"), ("--provider", "qwen-oauth"), ("--provider", "ollama"),
        ("--provider", "custom", "--base-url", "https://u-7Qx:p-7Qx@127.0.0.1"),
        ("--provider", "custom", "--base-url", "https://127.0.0.1:9/v1?key=sk-7Qx"),
    ):  # fmt: skip
        for as_json in ((), ("--json",)):
            main(("doctor", *words, *as_json))
            said += "".join(capsys.readouterr())
    assert "Credential" in said
    assert "7Qx" not in said

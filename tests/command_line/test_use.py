"""`qwen-lsp use`: for this project, everywhere, forgotten, and what stands in its way."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from qwen_lsp.account.choice import Choices, choice_file
from qwen_lsp.cli import main

Say = Callable[..., str]


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path.resolve() / "project"
    (folder / "src").mkdir(parents=True)
    (folder / ".git").mkdir()
    monkeypatch.chdir(folder / "src")
    return folder


@pytest.fixture
def use(capsys: pytest.CaptureFixture[str]) -> Say:
    """What the command says, if it ends with `status`."""

    def said(*words: str, status: int = 0) -> str:
        assert main(("use", *words)) == status
        out, err = capsys.readouterr()
        assert bool(err) == (status != 0 and "--json" not in words)
        return (out or err).strip()

    return said


def kept(*folders: Path) -> tuple[str, str | None, str | None] | None:
    found = Choices(choice_file()).of(folders)
    return (found.provider, found.model, found.base_url) if found else None


def test_it_is_for_the_whole_project(project: Path, use: Say, tmp_path: Path) -> None:
    assert use("ollama") == f"qwen3-coder on Ollama answers from now on, for {project}."
    assert kept(project) == kept(project / "src") == ("ollama", None, None)
    assert kept(tmp_path / "other") is None
    said = f"qwen3-coder on Ollama answers here (what was chosen for {project})."
    assert use() == said


def test_any_name_of_a_model_and_json(project: Path, use: Say) -> None:
    found = json.loads(use("ollama", "my-own:7b", "--json"))
    assert found == {
        "status": "done",
        "message": f"my-own:7b on Ollama answers from now on, for {project}.",
        "provider": "ollama",
        "model": "my-own:7b",
        "for": str(project),
    }
    assert kept(project) == ("ollama", "my-own:7b", None)


def test_everywhere_and_what_goes_before_it(project: Path, use: Say, tmp_path: Path) -> None:
    assert use("lmstudio", "m", "--everywhere") == "m on LM Studio answers from now on, everywhere."
    assert kept(tmp_path / "other") == ("lmstudio", "m", None)
    use("ollama")
    assert use("lmstudio", "other", "--everywhere") == (
        f"lmstudio with other is chosen everywhere, but counts only after what was chosen for "
        f"{project}: ollama with qwen3-coder goes on answering until you change that."
    )
    use("lmstudio", "m")
    assert f"but counts only after what was chosen for {project}" in use(
        "lmstudio", "m", "--everywhere"
    )


def test_auto_forgets(project: Path, use: Say, tmp_path: Path) -> None:
    use("lmstudio", "m", "--everywhere")
    use("ollama")
    assert use("auto") == f"The choice for {project} is forgotten."
    assert kept(project) == ("lmstudio", "m", None)
    use("auto", "--everywhere")
    assert kept(project) is None


def test_a_service_at_an_address_of_its_own(project: Path, use: Say) -> None:
    assert use("custom", "m", "--base-url", "http://127.0.0.1:9/v1/chat/completions") == (
        f"m on Custom service answers from now on, for {project}."
    )
    assert kept(project) == ("custom", "m", "http://127.0.0.1:9/v1")
    use("custom", "other")
    assert kept(project) == ("custom", "other", "http://127.0.0.1:9/v1")


def test_what_is_left_to_do(project: Path, use: Say) -> None:
    assert "Choose its model too" in use("openrouter")
    assert "run qwen-lsp login --provider openrouter --api-key" in use("openrouter", "m")
    assert "Nobody is signed in there yet" in use("qwen-oauth")
    assert "The address of Custom service is not known" in use("custom", "m")


def test_it_goes_before_the_settings_of_qwen_code(
    project: Path, use: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QWEN_HOME", str(tmp_path / "qwen"))
    monkeypatch.setenv("OPENROUTER_API_KEY", "sk-1")
    (tmp_path / "qwen").mkdir()
    service = {
        "id": "m1",
        "baseUrl": "https://openrouter.ai/api/v1",
        "envKey": "OPENROUTER_API_KEY",
    }
    settings = {
        "security": {"auth": {"selectedType": "openai"}},
        "model": {"name": "m1"},
        "modelProviders": {"openai": [service]},
    }
    (tmp_path / "qwen/settings.json").write_text(json.dumps(settings), encoding="utf-8")
    assert "(the settings of Qwen Code)" in use()
    assert "overriddenBy" not in json.loads(use("ollama", "--json"))
    assert use() == f"qwen3-coder on Ollama answers here (what was chosen for {project})."
    use("auto")
    assert "(the settings of Qwen Code)" in use()


@pytest.mark.parametrize(
    ("words", "status", "sentence"),
    [
        (("nobody",), 2, "There is no provider “nobody”; name one of qwen-oauth, "),
        (("auto", "m"), 2, "A model or an address needs a provider"),
        (("ollama", "--base-url", "http://127.0.0.1:1/v1"), 2, "has an address of its own"),
        (("custom", "m", "--base-url", "http://models.example/v1"), 1, "https"),
        (("custom", "m", "--base-url", "https://me:secret@models.example/v1"), 1, "user"),
        (("ollama", " "), 1, "no name of a model"),
        (("ollama", "a\nb"), 1, "no name of a model"),
        (("ollama", "m" * 201), 1, "no name of a model"),
        ((), 1, "Qwen has no model to ask yet"),
    ],
)
def test_what_makes_no_sense(
    project: Path, use: Say, words: tuple[str, ...], status: int, sentence: str
) -> None:
    said = use(*words, status=status)
    assert sentence in said
    assert "secret" not in said
    assert kept(project) is None


def test_a_failure_for_programs(project: Path, use: Say) -> None:
    found = json.loads(use("nobody", "--json", status=2))
    assert found["status"] == "failed"


def test_a_file_that_cannot_be_written(project: Path, use: Say) -> None:
    choice_file().parent.parent.mkdir(parents=True, exist_ok=True)
    choice_file().parent.write_text("no folder")
    assert "can't be written" in use("ollama", status=1)


# The model, where variables name one as well.


@pytest.fixture
def variables(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    monkeypatch.setenv("OPENAI_MODEL", "theirs")


@pytest.mark.usefixtures("variables")
def test_a_variable_goes_before_it_and_that_is_said(project: Path, use: Say) -> None:
    assert use("custom", "m") == (
        f"custom with m is chosen for {project}, but counts only after OPENAI_MODEL: custom with "
        "theirs goes on answering until you change that."
    )
    assert json.loads(use("custom", "m", "--json"))["overriddenBy"] == "OPENAI_MODEL"
    assert use() == (
        f"theirs on Custom service answers here (what was chosen for {project}; the model: "
        "OPENAI_MODEL)."
    )


@pytest.mark.usefixtures("variables")
def test_a_variable_says_nothing_of_an_address_that_was_chosen_with_a_model(
    project: Path, use: Say
) -> None:
    address = ("--base-url", "http://127.0.0.1:10/v1")
    assert (
        use("custom", "m", *address) == f"m on Custom service answers from now on, for {project}."
    )
    assert use() == f"m on Custom service answers here (what was chosen for {project})."
    assert "theirs on Custom service answers from now on" in use("custom", *address)


def test_a_variable_of_qwen_codes_settings_comes_after_it(
    project: Path, use: Say, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("QWEN_HOME", str(tmp_path / "qwen"))
    (tmp_path / "qwen").mkdir()
    named = {"OPENAI_BASE_URL": "http://127.0.0.1:9/v1", "OPENAI_MODEL": "theirs"}
    file = tmp_path / "qwen/settings.json"
    file.write_text(json.dumps({"env": named}), encoding="utf-8")
    assert "theirs on Custom service answers from now on" in use("custom")
    assert use("custom", "m") == f"m on Custom service answers from now on, for {project}."

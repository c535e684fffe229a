"""`qwen.showLog` and the diagnosis where there is no log, or it can't be written."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from qwen_lsp.log import log_folder, open_file

from ..support.stage import Stage
from .conftest import Play
from .test_diagnosis import document


@contextmanager
def logging_to(folder: Path) -> Iterator[Path]:
    """The log file of this process, in `folder`, while it lasts."""
    file = open_file(folder)
    logging.getLogger().addHandler(file)
    try:
        yield Path(file.baseFilename)
    finally:
        logging.getLogger().removeHandler(file)
        file.close()


@pytest.fixture
def no_folder() -> None:
    """A file stands where the folder of logs would be."""
    log_folder().parent.mkdir(parents=True)
    log_folder().write_text("")


async def refusal(stage: Stage) -> str:
    await stage.begin()
    answer = await stage.editor.command("qwen.showLog")
    assert stage.editor.opened == []
    return str(answer["error"]["message"])


async def diagnosed(stage: Stage) -> str:
    """The last line of the diagnosis."""
    await stage.begin()
    assert "result" in await stage.editor.command("qwen.diagnose")
    return document(stage).splitlines()[-1]


def test_the_answer_is_the_document(play: Play, tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        with logging_to(tmp_path / "a log") as file:
            await stage.begin()
            answer = await stage.editor.command("qwen.showLog")
            assert answer["result"] == {"uri": file.as_uri()}
            assert [each["uri"] for each in stage.editor.opened] == [file.as_uri()]

    play(scene)


@pytest.mark.usefixtures("no_folder")
def test_none_could_be_written(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        said = await refusal(stage)
        assert said.startswith(
            f"There is no log to show. Servers can't write their logs in {log_folder()} ("
        )
        assert said.endswith("Then start the editor again.")

    play(scene)


def test_none_could_be_written_when_it_began(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        assert await refusal(stage) == (
            "There is no log to show. None could be written when this server began. Start the "
            "editor again, and it has one."
        )

    play(scene)


def test_it_was_deleted(play: Play, tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        with logging_to(tmp_path / "log") as file:
            file.unlink()
            assert await refusal(stage) == (
                f"There is no log to show. The file {file} is gone. Start the editor again, and it "
                "has one."
            )

    play(scene)


@pytest.mark.usefixtures("no_folder")
def test_the_diagnosis_knows_where_none_can_be_written(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        said = await diagnosed(stage)
        assert said.startswith(f"- ! **Log**: Servers can't write their logs in {log_folder()} (")

    play(scene)


def test_the_diagnosis_knows_a_log_that_can_be_written_no_more(
    play: Play, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    async def scene(stage: Stage) -> None:
        with logging_to(tmp_path / "log") as file:
            monkeypatch.setattr("qwen_lsp.diagnosis.this_machine.tempfile.TemporaryFile", full)
            assert await diagnosed(stage) == (
                f"- ! **Log**: It is {file}. Servers can't write their logs in {file.parent} (no "
                "space left on device). Make it a folder that you may write in, on a disk with "
                "space left."
            )

    play(scene)


def test_the_diagnosis_names_the_file(play: Play, tmp_path: Path) -> None:
    async def scene(stage: Stage) -> None:
        with logging_to(tmp_path / "log") as file:
            assert await diagnosed(stage) == f"- ✓ **Log**: It is {file}."

    play(scene)

"""Which files an image may be: those in the workspace, whatever a document says."""

from pathlib import Path

import pytest

from qwen_lsp.errors import RequestError
from qwen_lsp.generation.images import NOT_LOCAL, file_of


@pytest.fixture
def project(tmp_path: Path) -> Path:
    folder = tmp_path / "project"
    (folder / "docs").mkdir(parents=True)
    (tmp_path / "secret.png").touch()
    (folder / "link.png").symlink_to(tmp_path / "secret.png")
    (folder / "out").symlink_to(tmp_path)
    (folder / "round.png").symlink_to(folder / "round.png")
    return folder


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("a.png", "docs/a.png"),
        ("./a%20b.png?raw=true#x", "docs/a b.png"),
        ("../img/a.png", "img/a.png"),
        ("/img/a.png", "img/a.png"),
    ],
)
def test_inside(project: Path, source: str, path: str) -> None:
    assert file_of(source, project / "docs" / "a.md", [project]) == (project / path).resolve()


@pytest.mark.parametrize(
    "source",
    ["../../secret.png", "/../secret.png", "../link.png", "../out/secret.png", "/out/secret.png",
     "../round.png", "/docs/../../secret.png",
     "%2e%2e/%2e%2e/secret.png", "https://example.com/a.png", "//host/a.png", "file:///etc/x.png",
     "data:image/png;base64,AAAA", "http://[", "a\0.png", "", "#x", "..\\..\\secret.png"],
)  # fmt: skip
def test_outside(project: Path, source: str) -> None:
    document = project / "docs" / "a.md"
    with pytest.raises(RequestError, match=NOT_LOCAL):
        file_of(source, document, [project])


def test_without_a_folder_there_is_no_inside(project: Path) -> None:
    with pytest.raises(RequestError):
        file_of("a.png", project / "a.md", [])

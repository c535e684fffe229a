"""Which .env file counts, and that it is taken literally."""

import os
from pathlib import Path

import pytest

from qwen_lsp.account.keys.env_files import env_place, home_of, qwen_home_of, users_env_files
from qwen_lsp.account.keys.folder import Offer
from qwen_lsp.account.keys.places import variables_in


class Tree:
    """A home with a project in it."""

    def __init__(self, root: Path) -> None:
        self.home = root / "home"
        self.project = self.home / "work" / "project"
        self.project.mkdir(parents=True)
        self.environ = {"HOME": str(self.home)}

    def put(self, path: str) -> None:
        file = self.home / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"DASHSCOPE_API_KEY=sk-{path}")

    def found(self, trusted: str = "") -> str | None:
        """The path of the file that counts, from the home on, where folders named are trusted."""

        def is_trusted(offer: Offer) -> bool:
            return offer.folder.name in trusted.split()

        place = env_place(self.project, self.environ, is_trusted)
        return str(Path(place.path).relative_to(self.home)) if place else None


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path.resolve())


ORDER = [
    "work/project/.qwen/.env", "work/project/.env", "work/.qwen/.env", "work/.env", ".qwen/.env",
    ".env",
]  # fmt: skip


@pytest.mark.parametrize("first", range(len(ORDER)))
def test_the_first_one_of_qwen_codes_order_counts(tree: Tree, first: int) -> None:
    for path in ORDER[first:]:
        tree.put(path)
    assert tree.found("project work") == ORDER[first]


@pytest.mark.parametrize(
    ("trusted", "counts"),
    [
        ("", ".qwen/.env"),
        ("work", "work/.qwen/.env"),
        ("project", "work/project/.qwen/.env"),
    ],
)
def test_what_is_not_trusted_is_passed_over(tree: Tree, trusted: str, counts: str) -> None:
    for path in ORDER:
        tree.put(path)
    assert tree.found(trusted) == counts


def test_qwen_home_goes_before_the_home(tree: Tree) -> None:
    tree.environ["QWEN_HOME"] = "~/elsewhere"
    for path in (".env", ".qwen/.env", "elsewhere/.env"):
        tree.put(path)
    assert users_env_files(tree.environ) == (
        tree.home / "elsewhere/.env", tree.home / ".qwen/.env", tree.home / ".env"
    )  # fmt: skip
    assert tree.found() == "elsewhere/.env"


def test_nothing_above_the_home_counts(tree: Tree) -> None:
    (tree.home.parent / ".env").write_text("DASHSCOPE_API_KEY=sk-1")
    assert tree.found(f"{tree.home.parent.name} work project home") is None


def test_outside_of_the_home_all_folders_are_looked_at_and_then_the_users(tree: Tree) -> None:
    outside = tree.home.parent / "srv" / "project"
    outside.mkdir(parents=True)
    (outside.parent / ".env").write_text("DASHSCOPE_API_KEY=sk-1")
    tree.put(".env")
    place = env_place(outside, tree.environ, lambda offer: offer.folder.name == "srv")
    assert place
    assert place.path == str(outside.parent / ".env")
    assert not place.is_users
    place = env_place(outside, tree.environ, lambda _: False)
    assert place
    assert place.path == str(tree.home / ".env")
    assert place.is_users


def test_without_a_folder_the_users_own_count(tree: Tree) -> None:
    tree.put(".env")
    place = env_place(None, tree.environ, lambda _: True)
    assert place
    assert place.is_users


def test_a_link_in_a_workspace_is_no_file(tree: Tree) -> None:
    (tree.home / "secret").write_text("DASHSCOPE_API_KEY=sk-1")
    (tree.project / ".env").symlink_to(tree.home / "secret")
    (tree.home / "dot").mkdir()
    (tree.home / "dot" / ".env").write_text("DASHSCOPE_API_KEY=sk-2")
    (tree.project / ".qwen").symlink_to(tree.home / "dot")
    assert tree.found("project work") is None


def test_a_link_of_the_user_is_followed(tree: Tree) -> None:
    tree.put("dotfiles/env")
    (tree.home / ".env").symlink_to(tree.home / "dotfiles/env")
    assert tree.found() == ".env"


def test_what_is_no_plain_file_is_passed_over(tree: Tree) -> None:
    os.mkfifo(tree.project / ".env")
    (tree.home / "work" / ".env").mkdir()
    (tree.home / ".env").write_bytes(b"A=" + b"x" * (1 << 20))
    assert tree.found("project work") is None


def test_a_home_that_is_not_named_is_the_systems() -> None:
    assert home_of({}) == Path.home()
    assert qwen_home_of({"HOME": "/a", "QWEN_HOME": ""}) == Path("/a/.qwen")
    assert qwen_home_of({"HOME": "/a", "QWEN_HOME": "/b"}) == Path("/b")


@pytest.mark.parametrize(
    ("text", "variables"),
    [
        (b"", {}),
        (b"\xef\xbb\xbfA=1\r\nexport B='2 3' # more\n# C=3\nD", {"A": "1", "B": "2 3"}),
        (b"A=${HOME}/$B", {"A": "${HOME}/$B"}),
        (b"A=\xff", {}),
        (b"= = =\nA=1", {"A": "1"}),
        (b'A="one\ntwo"', {"A": "one\ntwo"}),
    ],
)
def test_a_file_says_what_stands_in_it(text: bytes, variables: dict[str, str]) -> None:
    assert variables_in(text) == variables

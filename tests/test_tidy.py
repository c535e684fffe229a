"""The house is in order: style, types, layers, generated pages, changelog, names of files."""

import ast
import re
import subprocess
import sys
import tomllib
from collections import Counter
from importlib.metadata import version
from pathlib import Path

import pytest

from docs.generate import PAGES

ROOT = Path(__file__).parent.parent
PACKAGE = ROOT / "server" / "qwen_lsp"

TOP = {
    ".ci", ".gitignore", "LICENSE", "Makefile", "README.md", "client-example", "docs",
    "pyproject.toml", "requirements", "server", "tests",
}  # fmt: skip
MOST_MODULES = 20


def run(*command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr


def tracked() -> list[Path]:
    done = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True, check=True)
    return [ROOT / name for name in done.stdout.splitlines() if (ROOT / name).exists()]


def test_style() -> None:
    run("ruff", "check", ".")


def test_format() -> None:
    run("ruff", "format", "--check", ".")


def test_types() -> None:
    run("mypy")


def test_layers() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("page", sorted(PAGES))
def test_generated_pages_are_up_to_date(page: str) -> None:
    assert (ROOT / "docs" / page).read_text(encoding="utf-8") == PAGES[page](), "run make docs"


def test_the_changelog_has_this_version() -> None:
    pyproject = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    changelog = (ROOT / "docs" / "changelog.md").read_text(encoding="utf-8")
    assert pyproject["project"]["version"] == version("qwen-lsp")
    assert f"## {version('qwen-lsp')}" in changelog


def test_the_top_level_is_what_the_design_says() -> None:
    assert {path.relative_to(ROOT).parts[0] for path in tracked()} <= TOP


def test_no_folder_is_a_heap() -> None:
    modules = Counter(
        path.parent.relative_to(PACKAGE).as_posix()
        for path in PACKAGE.rglob("*.py")
        if path.name != "__init__.py"
    )
    heaps = {folder: count for folder, count in modules.items() if count > MOST_MODULES}
    assert not heaps


def test_a_class_name_means_one_thing() -> None:
    defined = Counter(
        node.name
        for path in PACKAGE.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_")
    )
    assert defined
    assert not {name for name, count in defined.items() if count > 1}


def test_packages_say_what_they_are_and_import_nothing() -> None:
    for path in PACKAGE.rglob("__init__.py"):
        text = path.read_text(encoding="utf-8")
        assert re.fullmatch(r'""".*?"""\n', text, re.DOTALL), path


def test_relative_links_of_the_documentation_lead_somewhere() -> None:
    pages = [
        path
        for path in tracked()
        if path.suffix == ".md" and not {"tests", "builtin"} & {*path.parts}
    ]
    broken = [
        f"{page.name}: {target}"
        for page in pages
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
        if "://" not in target and not (page.parent / target).exists()
    ]
    assert not broken

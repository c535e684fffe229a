"""What qwen-lsp adds to the files of editors, and that nothing else in them changes."""

import tomllib
from typing import Any

import pytest

from qwen_lsp.command_line.editors import emacs, helix, neovim
from qwen_lsp.errors import RequestError

HELIX = """\
# My languages, grown over years.
use-grammars = { only = ["python"] }   # few

[[language]]
name = "python"   # the most important one
language-servers = [
  "pylsp",  # slow
  { name = "ruff", except-features = ["hover"] },
]
auto-format = true
# A comment that belongs to the next table.

[language-server.pylsp.config.pylsp]
plugins.ruff.enabled = true # dotted

[[language]]
name = "rust"
formatter = { command = "rustfmt" }
text = '''
[[language]]
name = "no table at all"
'''

[language.auto-pairs]
'(' = ')'

[[language]]
name = "nix" # Helix' own servers are not known to us

[[grammar]]
name = "x"
# The last word.
"""


def lines_gone(before: str, after: str) -> list[str]:
    left = after.splitlines()
    gone = []
    for line in before.splitlines():
        if line in left:
            del left[: left.index(line) + 1]
        else:
            gone.append(line)
    return gone


def merged(text: str, program: str = "qwen-lsp") -> str:
    return helix.merged(text, program, "languages.toml")


def languages(text: str) -> dict[str, Any]:
    return {each["name"]: each for each in tomllib.loads(text)["language"]}


def test_helix_keeps_every_line_in_its_place() -> None:
    after = merged(HELIX)
    assert lines_gone(HELIX, after) == []
    found = languages(after)
    ruff = {"name": "ruff", "except-features": ["hover"]}
    assert found["python"]["language-servers"] == ["pylsp", ruff, "qwen-lsp"]
    assert found["python"]["auto-format"] is True
    assert found["rust"]["language-servers"] == ["rust-analyzer", "qwen-lsp"]
    assert found["rust"]["auto-pairs"] == {"(": ")"}
    assert "language-servers" not in found["nix"]
    assert found["go"]["language-servers"] == ["gopls", "golangci-lint-lsp", "qwen-lsp"]
    assert tomllib.loads(after)["language-server"]["qwen-lsp"] == {"command": "qwen-lsp"}


def test_helix_is_done_once() -> None:
    after = merged(HELIX)
    assert merged(after) == after
    assert merged(merged("")) == merged("")


def test_helix_finds_the_server_under_another_name() -> None:
    text = '[language-server.qwen]\ncommand = "/opt/qwen-lsp"\nconfig.provider = "ollama"\n'
    after = merged(text)
    assert after.startswith(text)
    assert languages(after)["python"]["language-servers"][-1] == "qwen"
    assert list(tomllib.loads(after)["language-server"]) == ["qwen"]


@pytest.mark.parametrize(
    "text",
    [
        "a = 1",
        "# only a comment",
        '[[language]]\nname = "rust"',
        '[[language]]\nname = "rust"\nlanguage-servers = []\n',
        '[[language]]\nname = "rust"\nlanguage-servers = ["a" , "b" ] # few\n',
        '[[language]]\nname = "rust"\nlanguage-servers = [\n  "a" # one\n  , "b"\n]\n',
        '[[language]]\nname = "rust"\nlanguage-servers = [\n  "a",\n  # "b",\n]\n',
        '[[language]]\nname = "rust"\n\n\n# far below\n\n[[language]]\nname = "go"\n',
        '[[language]]\n\tname = "rust"\n',
        '[language-server]\nx = { command = "y" }\n',
        '[[language]]\nname = "c"\nroots = [\n  [\n"a"],\n["b"]\n]\n',
    ],
)
def test_helix_in_other_hands(text: str) -> None:
    after = merged(text)
    changed = [line for line in lines_gone(text, after) if "language-servers" not in line]
    assert [line for line in changed if not line.strip().startswith(('"a"', ', "b"'))] == []
    assert "qwen-lsp" in languages(after)["rust"]["language-servers"]
    for comment in ("# few", "# one", '# "b",', "# far below"):
        assert (comment in text) == (comment in after)
    assert merged(after) == after


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("a = ", "is no TOML"),
        ('language = [{name = "go"}]\n', "does not dare"),
        ("language = 1\n", "does not dare"),
        ('language-server = { a = { command = "a" } }\n', "does not dare"),
        ('[language-server.qwen-lsp]\nx = 1\n[language]\nname = "go"\n', "does not dare"),
    ],
)
def test_helix_is_left_alone_where_that_is_not_safe(text: str, says: str) -> None:
    with pytest.raises(RequestError, match=says):
        merged(text)


def test_helix_takes_any_path_of_the_program() -> None:
    path = 'C:\\Program Files\\Qwen "lsp"\\qwen-lsp'
    server = tomllib.loads(merged("", path))["language-server"]["qwen-lsp"]
    assert server == {"command": path}


def test_neovim_has_a_file_of_its_own_that_is_made_anew() -> None:
    first = neovim.merged("", "qwen-lsp", "qwen.lua")
    assert 'cmd = { "qwen-lsp" },' in first
    assert neovim.merged(first, "qwen-lsp", "qwen.lua") == first
    assert '"/opt/qwen-lsp"' in neovim.merged(first, "/opt/qwen-lsp", "qwen.lua")
    with pytest.raises(RequestError, match="not one that qwen-lsp made"):
        neovim.merged("return {}", "qwen-lsp", "qwen.lua")


@pytest.mark.parametrize("text", ["", "(setq a 1)", "(setq a 1)\n", ";; é\n\n"])
def test_emacs_has_a_block_and_keeps_the_rest(text: str) -> None:
    after = emacs.merged(text, "qwen-lsp", "init.el")
    assert after.startswith(text)
    assert emacs.merged(after, "qwen-lsp", "init.el") == after
    below = f"{after}(setq b 2)\n"
    anew = emacs.merged(below, "/opt/q\\l", "init.el")
    assert anew == below.replace('("qwen-lsp")', '("/opt/q\\\\l")')


@pytest.mark.parametrize("text", [emacs.BEGINS, emacs.ENDS, f"{emacs.BEGINS}\n{emacs.BEGINS}\n"])
def test_emacs_with_half_a_block_is_left_alone(text: str) -> None:
    with pytest.raises(RequestError, match="don't match"):
        emacs.merged(text, "qwen-lsp", "init.el")
    twice = 2 * emacs.merged("", "qwen-lsp", "init.el")
    with pytest.raises(RequestError, match="don't match"):
        emacs.merged(twice, "qwen-lsp", "init.el")


def test_emacs_block_has_as_many_brackets_closed_as_opened() -> None:
    block = emacs.merged("", "qwen-lsp", "init.el")
    code = "\n".join(line for line in block.splitlines() if not line.startswith(";"))
    assert code.count("(") == code.count(")")

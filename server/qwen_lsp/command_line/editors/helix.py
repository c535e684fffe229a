"""Helix' languages.toml with qwen-lsp in it; every byte that says something else stays.

Only the tables of languages that name their servers are changed, each by itself; what is new goes
to the end. A result that would mean anything else than that is refused.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from qwen_lsp.errors import RequestError

NAME = "qwen-lsp"

# The servers that Helix gives a language by itself: whoever names one has to name them all.
SERVERS: Mapping[str, tuple[str, ...]] = {
    "python": ("ty", "ruff", "jedi", "pylsp"),
    "rust": ("rust-analyzer",),
    "go": ("gopls", "golangci-lint-lsp"),
    "typescript": ("typescript-language-server",),
    "tsx": ("typescript-language-server",),
    "javascript": ("typescript-language-server",),
    "jsx": ("typescript-language-server",),
    "c": ("clangd",),
    "cpp": ("clangd",),
    "java": ("jdtls",),
    "ruby": ("ruby-lsp", "solargraph"),
    "php": ("intelephense",),
    "lua": ("lua-language-server",),
    "bash": ("bash-language-server",),
    "markdown": ("marksman", "markdown-oxide"),
}

_NOT_SURE = (
    "{file} is written in a way that qwen-lsp does not dare to change; add qwen-lsp by hand, as "
    "docs/command-line.md shows."
)
Table = dict[str, Any]


def merged(text: str, program: str, file: str) -> str:
    """`text` with the server, and with it behind the servers of each language.

    Raises RequestError for a text that is no TOML, or that can't be added to safely.
    """
    before = _parsed(text, file)
    if not _is_helixs(before):
        raise RequestError(_NOT_SURE.format(file=file))
    server = _server(before)
    pieces = [_with_server(piece, server or NAME) for piece in _pieces(text)]
    merged_text = "".join(pieces)
    addition = _addition(before, server, program)
    if addition:
        gap = "" if not merged_text.strip() else "\n" if merged_text.endswith("\n") else "\n\n"
        merged_text += gap + addition
    if _loaded(merged_text) != _expected(before, server, program):
        raise RequestError(_NOT_SURE.format(file=file))
    return merged_text


def _parsed(text: str, file: str) -> Table:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise RequestError(f"{file} is no TOML ({error}); put that right first.") from None


def _is_helixs(before: Table) -> bool:
    """Whether it says about languages and servers what Helix could read."""
    languages, servers = before.get("language", []), before.get("language-server", {})
    is_list = isinstance(languages, list) and all(isinstance(each, dict) for each in languages)
    return is_list and isinstance(servers, dict)


def _loaded(text: str) -> Table | None:
    try:
        return tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError):
        return None


def _server(before: Table) -> str | None:
    """The name under which the user already has it."""
    servers = before.get("language-server", {})
    for name, server in servers.items():
        command = server.get("command") if isinstance(server, dict) else None
        if isinstance(command, str) and command.replace("\\", "/").split("/")[-1] == NAME:
            return str(name)
    return NAME if NAME in servers else None


def _pieces(text: str) -> Iterator[str]:
    """The tables of a text, each with what stands above the next; joined they are the text.

    A line that begins with a bracket begins a table where all before it is whole.
    """
    piece = ""
    for line in text.splitlines(keepends=True):
        if line.lstrip().startswith("[") and _loaded(piece) is not None:
            yield piece
            piece = ""
        piece += line
    yield piece


def _with_server(piece: str, name: str) -> str:
    """A language's table with the server, anything else as it is."""
    if not piece.lstrip().startswith("[[language]]"):
        return piece
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    table, rest = _without_tail(piece)
    try:
        document = tomlkit.parse(table)
        language: Any = document["language"][0]
        servers = _servers_for(language.unwrap())
        if servers is None or name in _names(servers):
            return piece
        if "language-servers" in language:
            language["language-servers"].append(name)
        else:
            language["language-servers"] = [*servers, name]
        return tomlkit.dumps(document) + rest
    except (TOMLKitError, AttributeError, TypeError):
        return piece


def _without_tail(piece: str) -> tuple[str, str]:
    """A table, and the blank lines and comments below it, which may belong to the next one."""
    lines = piece.splitlines(keepends=True)
    end = len(lines)
    while end and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    last = "" if end and lines[end - 1].endswith("\n") else "\n"
    return "".join(lines[:end]) + last, "".join(lines[end:])


def _servers_for(language: Table) -> list[Any] | None:
    """What the language has, by the user or by Helix; None where neither is known."""
    if "language-servers" in language:
        servers = language["language-servers"]
        return servers if isinstance(servers, list) else None
    known = SERVERS.get(str(language.get("name")))
    return list(known) if known else None


def _names(servers: list[Any]) -> list[Any]:
    return [each.get("name") if isinstance(each, dict) else each for each in servers]


def _addition(before: Table, server: str | None, program: str) -> str:
    """The tables that are not there yet."""
    tables = []
    if server is None:
        tables.append(f"[language-server.{NAME}]\ncommand = {_quoted(program)}\n")
    for name in _missing(before):
        servers = json.dumps([*SERVERS[name], server or NAME])
        tables.append(f'[[language]]\nname = "{name}"\nlanguage-servers = {servers}\n')
    return "\n".join(tables)


def _missing(before: Table) -> list[str]:
    there = [each.get("name") for each in before.get("language", [])]
    return [name for name in SERVERS if name not in there]


def _quoted(program: str) -> str:
    return json.dumps(program, ensure_ascii=False)


def _expected(before: Table, server: str | None, program: str) -> Table:
    """What the result has to mean."""
    name = server or NAME
    after = dict(before)
    if server is None:
        servers = before.get("language-server", {})
        after["language-server"] = {**servers, NAME: {"command": program}}
    after["language"] = [_expected_language(each, name) for each in before.get("language", [])]
    after["language"] += [
        {"name": each, "language-servers": [*SERVERS[each], name]} for each in _missing(before)
    ]
    return after


def _expected_language(language: Table, name: str) -> Table:
    servers = _servers_for(language)
    if servers is None or name in _names(servers):
        return language
    return {**language, "language-servers": [*servers, name]}

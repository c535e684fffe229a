"""Rewrites of any language by its lines: what is safe without a parser."""

import json
import re
from collections.abc import Mapping

_SCRIPT = frozenset(
    ("javascript", "javascriptreact", "typescript", "typescriptreact", "js", "ts", "jsx", "tsx")
)
_IN_PLACE = _SCRIPT | frozenset(
    ("java", "c", "cpp", "c++", "csharp", "c#", "go", "rust", "swift", "kotlin", "dart", "php")
)
_ASSIGNMENT = re.compile(
    r"^(?P<margin>[ \t]*)(?P<name>\$?\w+) = (?P=name) (?P<sign>[-+*]) (?P<value>\d+)(?P<end>;?)$",
    re.MULTILINE,
)
_VAR = re.compile(r"^(?P<margin>[ \t]*)var (?P<name>[A-Za-z_$][\w$]*) =(?!=)", re.MULTILINE)
_QUOTED = re.compile(
    r"//[^\n]*|/\*.*?\*/|\"(?:\\.|[^\"\\\n])*\"|'(?:\\.|[^'\\\n])*'|`(?:\\.|[^`\\])*`", re.DOTALL
)
_SYNTAX: Mapping[str, str] = {
    "#": "python ruby perl r shellscript bash sh powershell makefile dockerfile yaml toml elixir "
    "julia coffeescript nim cmake graphql",
    "//": "javascript javascriptreact typescript typescriptreact js ts jsx tsx java c cpp c++ "
    "csharp c# go rust swift kotlin scala dart php zig groovy jsonc objective-c proto solidity",
    "--": "lua sql haskell elm ada vhdl applescript",
    ";": "lisp clojure scheme asm ini racket elisp",
    "%": "latex tex erlang matlab prolog",
    '"': "vim",
    "<!-- -->": "html xml markdown vue svelte svg",
    "/* */": "css scss less",
    "(* *)": "ocaml fsharp pascal",
}
_MARKS = {language: marks for marks, languages in _SYNTAX.items() for language in languages.split()}
NOTE = "Simulated rewrite: there was nothing here that a simulation could improve."


def rewritten(code: str, language: str) -> str:
    """The code, better by a little where that is safe; else with a comment at its top."""
    better = _tidied(code)
    if language in _IN_PLACE:
        better = _ASSIGNMENT.sub(r"\g<margin>\g<name> \g<sign>= \g<value>\g<end>", better)
    if language in _SCRIPT:
        better = _without_var(better)
    if language == "json":
        better = _json(code)
    return better if better != code else noted(code, language)


def noted(code: str, language: str) -> str:
    """The code under a comment; in a language without comments, with one line more or less."""
    note = comment(NOTE, language)
    if note is None:
        return code[:-1] if code.endswith("\n\n") else code + "\n"
    margin = re.match(r"[ \t]*", code)
    return f"{margin[0] if margin else ''}{note}\n{code}"


def _tidied(code: str) -> str:
    lines = [line.rstrip() for line in code.split("\n")]
    return re.sub(r"\n{4,}", "\n\n\n", "\n".join(lines))


def _without_var(code: str) -> str:
    """`var` → `const`, or `let` where the name is assigned again, inside one block only."""
    for match in reversed(list(_VAR.finditer(_masked(code)))):
        word = _declared(_masked(code), match)
        start = match.end("margin")
        code = code[:start] + word + code[start + len("var") :]
    return code


def _declared(masked: str, match: re.Match[str]) -> str:
    name = re.escape(match["name"])
    uses = [use.start() for use in re.finditer(rf"(?<![\w$.]){name}(?![\w$])", masked)]
    end = _block_end(masked, match.end())
    if any(not match.start() <= use < end for use in uses):
        return "var"
    written = rf"(?<![\w$.]){name}\s*(?:[-+*/%&|^]|\*\*|<<|>>>?|&&|\|\||\?\?)?=(?!=|>)"
    stepped = rf"(?:\+\+|--)\s*{name}(?![\w$])|(?<![\w$.]){name}\s*(?:\+\+|--)"
    if len(re.findall(rf"\bvar {name}(?![\w$])", masked)) > 1:
        return "var"
    again = re.search(rf"{written}|{stepped}", masked[match.end() :])
    listed = "," in masked[match.end() :].split("\n", 1)[0].split(";", 1)[0]
    return "let" if again or listed else "const"


def _block_end(masked: str, start: int) -> int:
    depth = 0
    for place in range(start, len(masked)):
        depth += (masked[place] == "{") - (masked[place] == "}")
        if depth < 0:
            return place
    return len(masked)


def _masked(code: str) -> str:
    """The code with its texts and comments blanked, every other place as it was."""
    return _QUOTED.sub(lambda match: re.sub(r"[^\n]", " ", match[0]), code)


def _json(code: str) -> str:
    try:
        value = json.loads(code)
    except ValueError:
        return code
    for indent in (2, 4):
        text = json.dumps(value, indent=indent, ensure_ascii=False)
        if text != code.strip("\n"):
            return text + "\n" * (len(code) - len(code.rstrip("\n")))
    return code


def comment(text: str, language: str) -> str | None:
    """`text` as a comment of one line; None where the language is not known or has none."""
    marks = _MARKS.get(language)
    if marks is None:
        return None
    opening, _, closing = marks.partition(" ")
    return f"{opening} {text} {closing}".rstrip()

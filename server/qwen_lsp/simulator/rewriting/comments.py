"""Comments in each language's own syntax."""

from collections.abc import Mapping

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


def comment(text: str, language: str) -> str | None:
    """`text` as a comment of one line; None where the language is not known or has none."""
    marks = _MARKS.get(language)
    if marks is None:
        return None
    opening, _, closing = marks.partition(" ")
    return f"{opening} {text} {closing}".rstrip()

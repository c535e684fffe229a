"""Where the parser of each language is found, by its LSP languageId in lowercase."""

from typing import NamedTuple


class Grammar(NamedTuple):
    """A module of the extra `syntax`, and the function in it that gives the language."""

    module: str
    function: str = "language"


GRAMMARS = {
    "python": Grammar("tree_sitter_python"),
    "javascript": Grammar("tree_sitter_javascript"),
    "javascriptreact": Grammar("tree_sitter_javascript"),
    "javascript.jsx": Grammar("tree_sitter_javascript"),
    "typescript": Grammar("tree_sitter_typescript", "language_typescript"),
    "typescriptreact": Grammar("tree_sitter_typescript", "language_tsx"),
    "typescript.tsx": Grammar("tree_sitter_typescript", "language_tsx"),
    "go": Grammar("tree_sitter_go"),
    "rust": Grammar("tree_sitter_rust"),
    "java": Grammar("tree_sitter_java"),
    "c": Grammar("tree_sitter_c"),
    "cpp": Grammar("tree_sitter_cpp"),
    "c++": Grammar("tree_sitter_cpp"),
}


def grammar_of(language: str) -> Grammar | None:
    """The grammar of an LSP languageId; None if it has none here."""
    return GRAMMARS.get(language.lower())

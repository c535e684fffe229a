"""What is known of languages, by their LSP languageIds in lowercase."""

from functools import cache
from typing import NamedTuple

PROSE_LANGUAGES = frozenset((
    "", "plaintext", "text", "markdown", "mdx", "quarto", "rmd", "pandoc", "restructuredtext",
    "rst", "asciidoc", "asciidoctor", "org", "tex", "latex", "typst", "context", "git-commit",
    "gherkin", "cucumber", "feature", "po",
))  # fmt: skip
"""Those whose text is itself made of sentences."""


class Syntax(NamedTuple):
    """What a comment begins with, and what ends it where it doesn't end with its line."""

    begin: str
    end: str = ""


@cache
def syntaxes() -> dict[str, Syntax]:
    """Each language's way to write a comment of one line."""
    return {
        language: syntax
        for syntax, languages in _LANGUAGES.items()
        for language in languages.lower().split()
    }


_LANGUAGES = {
    Syntax("#"): (
        "python ruby perl perl6 raku r julia elixir nim crystal coffeescript gdscript mojo cython "
        "snakemake shellscript sh bash zsh fish ksh nushell powershell awk sed jq tcl gnuplot "
        "makefile make just dockerfile dockercompose docker-compose containerfile cmake meson "
        "starlark bazel nix terraform hcl puppet ansible helm yaml toml properties ini conf dotenv "
        "nginx apache ssh_config graphql sparql turtle gherkin cucumber feature robotframework "
        "git-commit git-rebase gitignore ignore pip-requirements po spec sage"
    ),
    Syntax("//"): (
        "c cpp csharp java javascript javascriptreact typescript typescriptreact go gomod go.mod "
        "rust swift kotlin scala dart php groovy gradle objective-c objective-cpp objc objcpp "
        "cuda cuda-cpp opencl glsl hlsl wgsl shaderlab metal zig d v vala odin hare solidity "
        "verilog systemverilog fsharp jsonc json5 jsonnet proto proto3 protobuf thrift less scss "
        "sass stylus typst apex aidl bicep cue rescript reason haxe arduino processing dot "
        "graphviz pug jade rego gleam pony ballerina cairo move qml actionscript prisma pascal "
        "objectpascal delphi openscad chapel al"
    ),
    Syntax("--"): (
        "sql plsql pgsql mysql sqlite tsql lua luau moonscript haskell elm purescript idris agda "
        "lean lean4 ada vhdl eiffel applescript dhall"
    ),
    Syntax(";"): (
        "lisp commonlisp scheme racket clojure clojurescript emacs-lisp elisp fennel hy janet "
        "asm nasm llvm autohotkey ahk scm"
    ),
    Syntax("%"): "tex latex bibtex matlab octave erlang prolog postscript",
    Syntax("!"): "fortran fortran-modern fortranfreeform",
    Syntax("'"): "vb vba vbscript plantuml",
    Syntax('"'): "vim viml",
    Syntax("REM"): "bat batch cmd",
    Syntax("*>"): "cobol",
    Syntax(".."): "restructuredtext rst",
    Syntax("<!--", "-->"): (
        "html xhtml xml xsl dtd xaml svg markdown quarto rmd pandoc vue svelte astro heex "
        "phoenix-heex html-eex"
    ),
    Syntax("/*", "*/"): "css postcss tailwindcss lex yacc bison linkerscript",
    Syntax("(*", "*)"): (
        "ocaml ocaml.interface ocaml.ocamllex ocaml.menhir sml coq rocq isabelle mathematica "
        "wolfram"
    ),
    Syntax("{/*", "*/}"): "mdx",
    Syntax("{#", "#}"): "jinja jinja-html django-html twig nunjucks tera",
    Syntax("{{!--", "--}}"): "handlebars glimmer",
    Syntax("{{--", "--}}"): "blade",
    Syntax("<%#", "%>"): "erb html-erb eruby",
    Syntax("<%--", "--%>"): "jsp",
    Syntax("@*", "*@"): "razor aspnetcorerazor cshtml",
}

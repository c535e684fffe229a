"""Languages whose text is itself made of sentences, by their LSP languageIds."""

PROSE_LANGUAGES = frozenset((
    "", "plaintext", "text", "markdown", "mdx", "quarto", "rmd", "pandoc", "restructuredtext",
    "rst", "asciidoc", "asciidoctor", "org", "tex", "latex", "typst", "context", "git-commit",
    "gherkin", "cucumber", "feature", "po",
))  # fmt: skip

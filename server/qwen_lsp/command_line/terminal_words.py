"""What sentences call the settings and the acts of an editor, in the words of a terminal."""

_CHOOSE = "`qwen-lsp use PROVIDER MODEL`"

# From the top, what is longer first: all that fits is replaced.
_WORDS = (
    ("run the action again", "try again"),
    ("set qwen.model to its name", f"choose one with {_CHOOSE}"),
    ("set qwen.model", f"choose one with {_CHOOSE}"),
    ("with qwen.model", f"with {_CHOOSE}"),
    ("set qwen.baseUrl to the address", "give --base-url the address"),
    ("set qwen.baseUrl", "say it with --base-url ADDRESS"),
    ("qwen.baseUrl", "--base-url"),
)


def in_terminal(sentence: str) -> str:
    """A sentence for an editor's user, for who reads it in a terminal."""
    for editors, terminals in _WORDS:
        sentence = sentence.replace(editors, terminals)
    return sentence

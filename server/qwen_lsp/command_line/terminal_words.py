"""What sentences call the settings and the acts of an editor, in the words of a terminal."""

_CHOOSE = "`qwen-lsp use PROVIDER MODEL`"
_SERVICE = "`qwen-lsp use PROVIDER`"
_NO_ISSUER = (
    "The sign-in of qwen.oauth is not set up yet; set qwen.oauth.issuer to the address of the "
    "server to sign in with"
)
_ISSUER_HERE = (
    "What your editor has in qwen.oauth is not known in a terminal; say the same with --issuer "
    "ADDRESS --client-id ID --base-url API, where a command asks that service"
)

# From the top, what is longer first: all that fits is replaced.
_WORDS = (
    ("run the action again", "try again"),
    (", then start the editor again", ""),
    (", and start the editor again", ""),
    (" and start the editor again", ""),
    ("choose Qwen: Set up a model…, or run qwen-lsp setup in a terminal", "run `qwen-lsp setup`"),
    ("with Qwen: Select provider, or run qwen-lsp use PROVIDER", f"with {_SERVICE}"),
    ("with Qwen: Select provider", f"with {_SERVICE}"),
    ("with Qwen: Select model", f"with {_CHOOSE}"),
    ("run Qwen: Sign in, or ", "run "),
    ("run Qwen: Sign in", "run `qwen-lsp login`"),
    ("set qwen.model to its name", f"choose one with {_CHOOSE}"),
    ("set qwen.model", f"choose one with {_CHOOSE}"),
    ("with qwen.model", f"with {_CHOOSE}"),
    (_NO_ISSUER, _ISSUER_HERE),
    ("The sign-in of qwen.oauth is not set up yet; set qwen.oauth", "Say with qwen.oauth"),
    ("qwen.oauth.clientId to", "--client-id"),
    ("qwen.oauth.baseUrl to", "--base-url"),
    ("set qwen.oauth.issuer to that", "say that with --issuer"),
    ("; correct that setting", "; correct that"),
    ("qwen.oauth.issuer", "--issuer"),
    ("qwen.oauth.clientId", "--client-id"),
    ("qwen.oauth.scope", "--scope"),
    ("qwen.oauth.baseUrl", "--base-url"),
    ("set qwen.provider to", "say --provider"),
    ("another qwen.provider", "another provider"),
    ("qwen.provider is one of", "it is one of"),
    ("set qwen.baseUrl to the address", "give --base-url the address"),
    ("set qwen.baseUrl", "say it with --base-url ADDRESS, as `qwen-lsp use` takes it"),
    ("qwen.baseUrl", "--base-url"),
    ("set qwen.caBundle or SSL_CERT_FILE", "set SSL_CERT_FILE"),
)


def in_terminal(sentence: str) -> str:
    """A sentence for an editor's user, for who reads it in a terminal."""
    for editors, terminals in _WORDS:
        sentence = sentence.replace(editors, terminals)
    return sentence

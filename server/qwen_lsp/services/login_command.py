"""The command that signs in to a service, or keeps a key for it, as one types it."""

import shlex

from qwen_lsp.account.keyed import Keyed
from qwen_lsp.account.signed_in import SignedIn
from qwen_lsp.errors import AccountError


def login_command(account: SignedIn | Keyed) -> str:
    """The whole command; with all of the address and the issuer that is the user's to say."""
    words = ["qwen-lsp", "login", "--provider", account.provider.id]
    if isinstance(account, SignedIn):
        return shlex.join([*words, *_issuer(account), *_address(account)])
    return shlex.join([*words, *_address(account), "--api-key"])


def _issuer(account: SignedIn) -> list[str]:
    issuer = account.other_issuer
    if issuer is None:
        return []
    scope = ["--scope", issuer.scope] if issuer.scope else []
    return ["--issuer", issuer.url, "--client-id", issuer.client_id, *scope]


def _address(account: SignedIn | Keyed) -> list[str]:
    if account.provider.base_url:
        return []
    try:
        return ["--base-url", account.address]
    except AccountError:
        return ["--base-url", "ADDRESS"]

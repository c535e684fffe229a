"""The command that signs in to a service, or keeps a key for it, as one types it."""

import shlex

from qwen_lsp.account.account import Account
from qwen_lsp.errors import AccountError


def login_command(account: Account) -> str:
    """The whole command; with all of the address and the issuer that is the user's to say."""
    provider = account.provider
    words = ["qwen-lsp", "login", "--provider", provider.id, *_issuer(account)]
    if not provider.base_url:
        words += ["--base-url", _address(account)]
    return shlex.join(words if provider.sign_in else [*words, "--api-key"])


def _issuer(account: Account) -> list[str]:
    issuer = account.other_issuer
    if issuer is None:
        return []
    scope = ["--scope", issuer.scope] if issuer.scope else []
    return ["--issuer", issuer.url, "--client-id", issuer.client_id, *scope]


def _address(account: Account) -> str:
    try:
        return account.address
    except AccountError:
        return "ADDRESS"

"""The command that signs in to a service, or keeps a key for it, as one types it."""

import shlex

from qwen_lsp.account.account import Account
from qwen_lsp.errors import AccountError


def login_command(account: Account) -> str:
    """The whole command; with the address, where that is the user's to say."""
    provider = account.provider
    words = f"qwen-lsp login --provider {provider.id}"
    if not provider.base_url:
        words += f" --base-url {_address(account)}"
    return words if provider.sign_in else f"{words} --api-key"


def _address(account: Account) -> str:
    try:
        return shlex.quote(account.address)
    except AccountError:
        return "ADDRESS"

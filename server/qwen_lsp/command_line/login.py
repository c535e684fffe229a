"""`qwen-lsp login`: signs in, or keeps a key, which is never shown nor an argument."""

import argparse
import sys
import warnings

from pydantic import SecretStr

from qwen_lsp.account.fields import visible
from qwen_lsp.account.keys.vault import Vault, vault_file
from qwen_lsp.errors import AccountError

from . import answer, signing_in, whose_key

_LARGEST = 1 << 16
_NO_ARGUMENT = (
    "A key is no argument, because the shell remembers those: run the same without it and paste "
    "the key when you are asked, or send it to the input. Consider this one as seen."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the words of the command."""
    parser.usage = (
        "qwen-lsp login [--provider ID] [--no-browser] [--json]\n"
        "       qwen-lsp login --provider ID --api-key [--base-url ADDRESS] [--json]"
    )
    whose_key.add_arguments(parser)
    parser.description = (
        "Signs in by a code that you confirm in a browser, on this machine or another. "
        "With --api-key you are asked for the key, which is not shown; or send it to the input."
    )
    signing_in.add_arguments(parser)
    # Words behind it are taken only to be refused: argparse would show them in its complaint.
    parser.add_argument("--api-key", nargs="*", help=argparse.SUPPRESS)
    answer.add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Signs in or keeps the key; the exit status."""
    if arguments.api_key is None:
        return answer.answered(lambda: signing_in.sign_in(arguments), as_json=arguments.json)
    return answer.answered(lambda: _log_in(arguments), as_json=arguments.json)


def _log_in(arguments: argparse.Namespace) -> answer.Done:
    if arguments.api_key:
        raise answer.Misused(_NO_ARGUMENT)
    meant = whose_key.key_for(arguments)
    vault = Vault(vault_file())
    kept = vault.keep(meant.origin, key_of(meant.provider.name))
    where = (
        "the system's keyring"
        if kept == "keyring"
        else f"{vault.path}, a file for you alone, because there is no keyring"
    )
    return answer.Done(
        f"The key for {meant.provider.name} is kept in {where}. It goes to {meant.origin} alone.",
        {"provider": meant.provider.id, "origin": meant.origin, "kept": kept},
    )


def key_of(name: str) -> SecretStr:
    """The key, from the terminal or the input. Raises AccountError."""
    text = _typed(name) if sys.stdin and sys.stdin.isatty() else _sent()
    key = visible(text.strip())
    if key is None:
        raise AccountError(
            "That is no key: it is empty, or holds a blank or a letter that no key has; copy it "
            "again. Nothing was changed."
        )
    return SecretStr(key)


def _typed(name: str) -> str:
    import getpass

    with warnings.catch_warnings():
        warnings.simplefilter("error", getpass.GetPassWarning)
        try:
            return getpass.getpass(f"API key for {name} (it is not shown): ")
        except getpass.GetPassWarning:
            raise AccountError(
                "This terminal would show the key; send it to the input instead. Nothing was "
                "changed."
            ) from None


def _sent() -> str:
    try:
        return sys.stdin.read(_LARGEST) if sys.stdin else ""
    except ValueError:
        return ""

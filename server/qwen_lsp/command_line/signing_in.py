"""A sign-in on the command line: the code and the address, a browser, and the wait for its user."""

import argparse
import asyncio
import os
import sys
import time
import webbrowser
from collections.abc import Mapping
from contextlib import suppress

from qwen_lsp.account.sign_in.device_flow import UserCode
from qwen_lsp.account.signed_in import SignedIn
from qwen_lsp.errors import AccountError

from . import answer
from .asking import say
from .here import add_other_issuer, services_of, settings_of

_CLEARED = "\r\x1b[2K"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the words of a sign-in."""
    parser.add_argument("--no-browser", action="store_true", help="open no browser here")
    add_other_issuer(parser)


def sign_in(arguments: argparse.Namespace) -> answer.Done:
    """Signs in; what came of it. Raises QwenError."""
    return asyncio.run(_sign_in(arguments))


async def _sign_in(arguments: argparse.Namespace) -> answer.Done:
    settings = settings_of(arguments)
    async with services_of(settings) as services:
        account = services.account(arguments.provider, settings)
        is_new = await signed_in(
            account, as_json=arguments.json, opens_browser=not arguments.no_browser
        )
        name = account.provider.name
        said = f"You are signed in to {name}" + ("." if is_new else " already.")
        return answer.Done(said, {"provider": account.provider.id, "account": name})


async def signed_in(account: SignedIn, *, as_json: bool, opens_browser: bool = True) -> bool:
    """Has the user sign in, unless somebody is; whether it was needed. Raises AccountError."""
    code = await account.sign_in()
    if code is None:
        return False
    _show(account, code, as_json=as_json)
    page = code.verification_uri_complete or code.verification_uri
    if opens_browser and has_browser(os.environ, sys.platform):
        await asyncio.to_thread(_open, page)
    await _waited(account, code)
    if account.message:
        raise AccountError(f"{account.message} This program ends now, so sign in again then.")
    return True


def has_browser(environ: Mapping[str, str], platform: str) -> bool:
    """Whether a browser would open where the user can see it, and not in this terminal."""
    if environ.get("SSH_CONNECTION") or environ.get("SSH_TTY"):
        return False
    if platform in ("darwin", "win32"):
        return True
    return bool(environ.get("DISPLAY") or environ.get("WAYLAND_DISPLAY"))


def _show(account: SignedIn, code: UserCode, *, as_json: bool) -> None:
    page = code.verification_uri_complete or code.verification_uri
    if as_json:
        pending = {
            "status": "pending",
            "userCode": code.user_code,
            "verificationUri": code.verification_uri,
            "expiresIn": code.expires_in,
        }
        if code.verification_uri_complete:
            pending["verificationUriComplete"] = code.verification_uri_complete
        if account.provider.advice:
            pending["note"] = f"{account.provider.advice}."
        answer.print_json(pending)
        return
    if account.provider.advice:
        say(f"{account.provider.advice}.")
    verb = "confirm" if code.verification_uri_complete else "enter"
    say(f"To sign in to {account.provider.name}, {verb} the code {code.user_code} at\n  {page}")


def _open(page: str) -> None:
    """Opens the page; a browser that does not start is no harm, the address stands there."""
    with suppress(webbrowser.Error, OSError):
        webbrowser.open(page)


async def _waited(account: SignedIn, code: UserCode) -> None:
    """Until the user has signed in; at a terminal it says how long there is left."""
    progress = asyncio.create_task(_counted_down(code.expires_in)) if sys.stderr.isatty() else None
    try:
        await account.until_signed_in()
    finally:
        if progress:
            progress.cancel()
            sys.stderr.write(_CLEARED)
            sys.stderr.flush()


async def _counted_down(seconds: float) -> None:
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0:
        minutes, rest = divmod(int(left), 60)
        sys.stderr.write(f"{_CLEARED}Waiting for you ({minutes}:{rest:02} left; Ctrl-C ends it)")
        sys.stderr.flush()
        await asyncio.sleep(1)

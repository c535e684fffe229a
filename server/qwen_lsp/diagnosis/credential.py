"""What pays for requests, where it comes from, and for how long it lasts."""

import asyncio
from datetime import UTC, datetime

from qwen_lsp.account.keyed import Keyed, Sources
from qwen_lsp.account.keys.keys import named_key, stored_key, takes_key
from qwen_lsp.account.signed_in import SignedIn
from qwen_lsp.account.storage.store import Store
from qwen_lsp.errors import AccountError

from ..services.login_command import login_command
from .finding import Finding
from .subject import Subject

ABOUT = "Credential"


async def credential_found(subject: Subject) -> list[Finding]:
    """A sign-in with its expiry, the place of a key, or that there is neither."""
    if isinstance(subject.account, SignedIn):
        return await _sign_in_found(subject.account, subject.clock())
    return [_key_found(subject.account, subject.keys)]


async def _sign_in_found(account: SignedIn, now: float) -> list[Finding]:
    name, path = account.provider.name, account.file
    if path is None:
        return [Finding(ABOUT, "wrong", "There is no place to keep a sign-in in.", "Set HOME.")]
    try:
        token = await Store(path, sleep=asyncio.sleep).token()
    except AccountError as error:
        return [Finding(ABOUT, "wrong", str(error))]
    way_out = f"Run `{login_command(account)}`."
    if token is None:
        return [Finding(ABOUT, "wrong", f"Nobody is signed in to {name}.", way_out)]
    ends = datetime.fromtimestamp(min(token.expiry_date / 1000, 1e11), UTC)
    if not token.is_stale(now):
        said = f"The sign-in with {name} in {path} lasts until {ends:%Y-%m-%d %H:%M} UTC"
        found = [Finding(ABOUT, "ok", f"{said}, and is renewed then.")]
    elif token.refresh_token:
        said = f"The sign-in with {name} in {path} ran out and is renewed when it is used."
        found = [Finding(ABOUT, "ok", said)]
    else:
        found = [Finding(ABOUT, "wrong", f"The sign-in with {name} in {path} ran out.", way_out)]
    if account.message:
        found.append(Finding(ABOUT, "warning", account.message))
    return found


def _key_found(account: Keyed, keys: Sources) -> Finding:
    provider, known = account.provider, keys.known
    if not takes_key(provider):
        return Finding(ABOUT, "ok", f"{provider.name} needs none.")
    try:
        url = account.address
        stored = stored_key(provider, url, known)
        if stored is None and keys.command_for(url):
            return Finding(ABOUT, "ok", f"The key for {url} comes from qwen.keyCommand.")
        key = stored or named_key(provider, url, known)
    except AccountError as error:
        return Finding(ABOUT, "wrong", str(error))
    if key is None:
        return Finding(ABOUT, "ok", f"There is no key for {url}; some services need none.")
    return Finding(ABOUT, "ok", f"The key for {url} comes from {key.source}.")

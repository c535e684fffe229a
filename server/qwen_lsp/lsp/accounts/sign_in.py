"""Signing in from an editor: the answer comes at once, the waiting goes on behind it."""

import asyncio
import itertools
import logging
from typing import Any

from lsprotocol import types

from ...account.sign_in.device_flow import UserCode
from ...account.signed_in import SignedIn
from ...errors import UNEXPECTED, AccountError, QwenError
from ..client.client import Editor
from ..client.progress import WorkProgress
from ..client.tasks import Tasks
from .credentials import CredentialWatcher
from .status import Status

log = logging.getLogger(__name__)

ANSWER_WITHIN = 7.0
"""Seconds in which a command is answered; some editors give one up after 10."""
IN_USE = "Another program is using the sign-in; wait a little, then sign out again."


class SignIns:
    """The sign-ins that the user was asked to finish in the browser."""

    def __init__(
        self, editor: Editor, credentials: CredentialWatcher, status: Status, tasks: Tasks
    ) -> None:
        self._editor, self._credentials = editor, credentials
        self._status, self._tasks = status, tasks
        self._waiting: dict[SignedIn, asyncio.Task[None]] = {}
        self._numbers = itertools.count(1)

    async def begin(self, provider_id: str | None) -> dict[str, Any]:
        """The answer of `qwen.signIn`; shows the code and opens the browser."""
        end = _limit()
        account = await self._credentials.account(provider_id)
        try:
            async with asyncio.timeout_at(end):
                code = await account.sign_in()
        except TimeoutError:
            return self._failed(f"{account.provider.name} does not answer; try again later.")
        except QwenError as error:
            return self._failed(str(error))
        if code is None:
            self._editor.say(f"You are signed in to {account.provider.name} already.")
            return {"status": "signedIn", "account": account.provider.name}
        self._show(account, code)
        return _pending(code)

    async def forget(self, provider_id: str | None) -> dict[str, Any]:
        """The answer of `qwen.signOut`; the sign-in is deleted on disk too. Raises QwenError."""
        end = _limit()
        account = await self._credentials.account(provider_id)
        if account in self._waiting:
            self._waiting[account].cancel()
        try:
            async with asyncio.timeout_at(end):
                await account.sign_out()
        except TimeoutError:
            raise AccountError(IN_USE) from None
        self._status.changed()
        self._editor.say(f"You are signed out of {account.provider.name}.")
        return {"status": "signedOut"}

    def stop_by_token(self, token: object) -> None:
        """The user has cancelled the progress of a sign-in."""
        for task in list(self._waiting.values()):
            if task.get_name() == token:
                task.cancel()

    def stop(self) -> None:
        """Gives all of them up."""
        for task in self._waiting.values():
            task.cancel()

    def _failed(self, message: str) -> dict[str, Any]:
        self._editor.say(message, types.MessageType.Error)
        return {"status": "failed", "message": message}

    def _show(self, account: SignedIn, code: UserCode) -> None:
        self._editor.say(f"To sign in to {account.provider.name}, {_what_to_do(code)}")
        if account in self._waiting:
            return
        self._tasks.spawn(self._editor.show_document(_page(code), external=True))
        # A token stands for one progress, so another sign-in needs another one.
        token = f"qwen-lsp/sign-in/{next(self._numbers)}"
        task = asyncio.create_task(self._wait(account, token), name=token)
        self._waiting[account] = task
        task.add_done_callback(lambda _: self._waiting.pop(account, None))

    async def _wait(self, account: SignedIn, token: str) -> None:
        name = account.provider.name
        progress = WorkProgress(self._editor, token, f"Qwen: Signing in to {name}")
        try:
            await account.until_signed_in()
            self._editor.say(f"You are signed in to {name}.")
            self._status.warn(account.message)
        except QwenError as error:
            self._editor.say(str(error), types.MessageType.Error)
        except asyncio.CancelledError:
            account.cancel_sign_in()
        except Exception:
            log.exception("The sign-in failed")
            self._editor.say(UNEXPECTED, types.MessageType.Error)
        finally:
            progress.end()
            self._status.changed()


def _limit() -> float:
    return asyncio.get_running_loop().time() + ANSWER_WITHIN


def _what_to_do(code: UserCode) -> str:
    """The code first, where one line has no room for both; no full stop after the address.

    Some pages take the code only in their address, so it is the whole one also where a browser
    opens by itself. The user compares the code (RFC 8628, section 3.3.1).
    """
    verb = "confirm" if code.verification_uri_complete else "enter"
    return f"{verb} the code {code.user_code} at {_page(code)}"


def _page(code: UserCode) -> str:
    return code.verification_uri_complete or code.verification_uri


def _pending(code: UserCode) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "status": "pending",
        "userCode": code.user_code,
        "verificationUri": code.verification_uri,
        "expiresIn": code.expires_in,
        "interval": code.interval,
    }
    if code.verification_uri_complete:
        answer["verificationUriComplete"] = code.verification_uri_complete
    return answer

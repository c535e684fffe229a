"""The work-done progress of something that takes a while, where the editor shows such."""

import asyncio

from .client import Editor


class WorkProgress:
    """Opens when it is made and closes by `end`, even if the editor is slow to open it.

    The user's cancelling comes as `window/workDoneProgress/cancel` with the same token.
    """

    def __init__(self, editor: Editor, token: str, title: str) -> None:
        self._editor, self._token = editor, token
        self._is_open = False
        self._is_over = False
        self._said = ""
        self._opening = asyncio.create_task(self._open(title))

    def say(self, what: str) -> None:
        """Shows what is going on, until something else is."""
        if what == self._said:
            return
        self._said = what
        if self._is_open and not self._is_over:
            self._editor.report_progress(self._token, what)

    def end(self) -> None:
        """Closes it."""
        self._is_over = True
        if self._is_open:
            self._editor.end_progress(self._token)

    async def _open(self, title: str) -> None:
        self._is_open = await self._editor.begin_progress(self._token, title)
        if not self._is_open:
            return
        if self._is_over:
            self._editor.end_progress(self._token)
        elif self._said:
            self._editor.report_progress(self._token, self._said)

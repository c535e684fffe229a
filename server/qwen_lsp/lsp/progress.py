"""The work-done progress of something that takes a while, where the editor shows such."""

import asyncio

from .editor import Editor


class WorkProgress:
    """Opens when it is made and closes by `end`, even if the editor is slow to open it.

    The user's cancelling comes as `window/workDoneProgress/cancel` with the same token.
    """

    def __init__(self, editor: Editor, token: str, title: str) -> None:
        self._editor, self._token = editor, token
        self._message: str | None = None
        self._is_open = False
        self._is_over = False
        self._opening = asyncio.create_task(self._open(title))

    def report(self, message: str) -> None:
        """Says what is going on, if that is new."""
        if message != self._message and not self._is_over:
            self._message = message
            if self._is_open:
                self._editor.report_progress(self._token, message)

    def end(self, message: str | None = None) -> None:
        """Closes it."""
        self._is_over, self._message = True, message
        if self._is_open:
            self._is_open = False
            self._editor.end_progress(self._token, message)

    async def _open(self, title: str) -> None:
        if not await self._editor.begin_progress(self._token, title):
            return
        if self._is_over:
            self._editor.end_progress(self._token, self._message)
            return
        self._is_open = True
        if self._message:
            self._editor.report_progress(self._token, self._message)

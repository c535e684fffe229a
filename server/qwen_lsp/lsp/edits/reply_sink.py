"""Where a reply goes: into the file as it comes, all at its end, or into a preview."""

import asyncio
from collections.abc import Iterable
from typing import Any

from lsprotocol import types

from ...generation.request import JobRequest
from ...perform import ReplyEnd, ReplyTarget
from ...settings.options import Edits
from ...streaming.client_profile import most_cautious
from ..configuration import Configuration
from .preview import PreviewSink
from .previews import Previews
from .writer import JobLabel, RegionHandle, Writers


class ReplySink:
    """The target of a job's reply: its region, or a preview, as the settings say.

    The region is the job's from the start. Until the client has sent its settings nothing is
    written, because they may say not to.
    """

    def __init__(
        self,
        job: JobLabel,
        request: JobRequest,
        handle: RegionHandle,
        *,
        configuration: Configuration,
        writers: Writers,
        previews: Previews,
    ) -> None:
        self.preview: PreviewSink | None = None
        self._job, self._request, self._handle = job, request, handle
        self._configuration, self._writers, self._previews = configuration, writers, previews
        self._chosen: asyncio.Future[ReplyTarget] = asyncio.get_running_loop().create_future()
        if request.edits or configuration.is_known:
            self._choose()

    @property
    def written(self) -> RegionHandle | None:
        """The region in the file itself; None where the reply goes into a preview."""
        return None if self.preview else self._handle

    @property
    def range(self) -> types.Range:
        """Where the rows are now."""
        return self.preview.preview.place.range if self.preview else self._handle.range

    def extend(self, lines: Iterable[str]) -> None:
        """More lines of the reply are known."""
        self._choose().extend(lines)

    def finish(self) -> None:
        """The reply is whole."""
        self._choose().finish()

    def keep(self) -> None:
        """The reply broke off, and what is known of it stays."""
        self._choose().keep()

    def restore(self) -> None:
        """The original comes back."""
        self._choose().restore()

    async def end(self) -> ReplyEnd:
        """How it ended, once nothing more is written."""
        held = asyncio.create_task(self._handle.end())
        waiting: set[asyncio.Future[Any]] = {held, self._chosen}
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if not self._chosen.done():
            return held.result()
        held.cancel()
        return await self._chosen.result().end()

    def _choose(self) -> ReplyTarget:
        if not self._chosen.done():
            wished = self._request.edits or self._configuration.settings.edits
            least = self._writers.profile.edits
            self._chosen.set_result(self._made(most_cautious(wished, least)))
        return self._chosen.result()

    def _made(self, edits: Edits) -> ReplyTarget:
        match edits:
            case "stream":
                return self._handle
            case "once":
                self._handle.write_once()
                return self._handle
            case "preview":
                self.preview = self._previewing()
                return self.preview

    def _previewing(self) -> PreviewSink:
        """A preview of the whole selection; the rows of the file are let go."""
        self._handle.restore()
        rows = self._request.placing.rows or (0, 1)
        document = self._handle.document
        first = self._handle.region.start.line - rows[0]
        count = self._request.rows[1] - self._request.rows[0]
        last = min(first + count, len(document.lines))
        preview = self._previews.begin(self._job, document, first, last)
        return PreviewSink(self._writers, preview, *rows)

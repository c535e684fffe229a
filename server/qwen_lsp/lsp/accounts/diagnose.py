"""`qwen.diagnose`: what the doctor of the command line finds, and what only the server knows."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...diagnosis.examine import examine, examine_network
from ...diagnosis.finding import Finding, markdown, summary
from ...diagnosis.subject import Subject
from ...diagnosis.this_machine import log_found, settings_found
from ...errors import QwenError
from ...log import log_file, log_folder, redact
from ...services.services import Services
from ..client.client import Editor
from ..client.private_files import PrivateFiles
from ..client.progress import WorkProgress
from ..client.tasks import Tasks
from ..configuration import Configuration
from ..edits.writer import Writers
from .credentials import CredentialWatcher
from .status import Status

ANSWER_WITHIN = 6.5
"""Seconds in which the command is answered; what takes longer is shown when it is done."""
NAME = "diagnosis.md"
STILL_LOOKING = "Qwen is still looking; the diagnosis opens when it is done."
STOPPED = "The diagnosis was stopped."
_AGAIN = "Start the editor again, and it has one."
_TOKEN = "qwen-lsp/diagnosis"  # noqa: S105  (of a progress)


class Diagnosing:
    """One look at a time; who asks again meanwhile gets the same."""

    def __init__(
        self,
        editor: Editor,
        configuration: Configuration,
        credentials: CredentialWatcher,
        services: Services,
        status: Status,
        writers: Writers,
        private_files: PrivateFiles,
        tasks: Tasks,
    ) -> None:
        self._editor, self._configuration, self._credentials = editor, configuration, credentials
        self._services, self._status, self._writers = services, status, writers
        self._private_files, self._tasks = private_files, tasks
        self._looking: asyncio.Task[str] | None = None

    async def answer(self) -> dict[str, Any]:
        """The answer of `qwen.diagnose`. Raises RequestError."""
        if self._looking is None or self._looking.done():
            self._looking = self._tasks.spawn(self._look())
        done, _ = await asyncio.wait({self._looking}, timeout=ANSWER_WITHIN)
        if not done:
            self._editor.say(STILL_LOOKING)
            return {"message": STILL_LOOKING}
        if self._looking.cancelled():
            return {"message": STOPPED}
        return {"uri": self._looking.result()}

    def stop_by_token(self, token: object) -> None:
        """The user has cancelled the progress."""
        if token == _TOKEN and self._looking:
            self._looking.cancel()

    async def _look(self) -> str:
        """Looks, and opens what it finds as a document; its URI, empty where it can't be one."""
        progress = WorkProgress(self._editor, _TOKEN, "Qwen: Diagnosing")
        try:
            findings = await self._findings()
        finally:
            progress.end()
        return await self._shown(findings)

    async def _findings(self) -> list[Finding]:
        of_service = await self._of_service()
        log = await asyncio.to_thread(own_log_found, log_file(), log_folder())
        files = settings_found(self._services.keys)
        others = [
            *_settings(self._configuration),
            *files,
            _client(self._editor, self._writers),
            log,
        ]
        return [*_warnings(self._configuration), *of_service, *others]

    async def _of_service(self) -> list[Finding]:
        """The service, the model and what lies in between, as far as anything is chosen."""
        services = self._services
        try:
            settings = await self._credentials.settings_in_force()
            await self._credentials.look()
            chosen = services.chosen(settings)
        except QwenError as error:
            wrong = Finding("Service", "wrong", str(error))
            return [wrong, *await examine_network(services.http.network, services.environ)]
        subject = Subject(
            chosen.provider,
            chosen.account,
            settings.model or chosen.default_model,
            services.http,
            services.http.network,
            services.keys,
            services.environ,
        )
        return [*_sources(self._status), *await examine(subject)]

    async def _shown(self, findings: list[Finding]) -> str:
        editor, text = self._editor, redact(markdown(findings))
        editor.say(f"Qwen: {summary(findings)}")
        try:
            path = await asyncio.to_thread(self._private_files.written, NAME, text)
        except OSError as error:
            editor.warn(f"The diagnosis can't be written to a file ({error.strerror}).")
            return ""
        self._tasks.spawn(self._open(path))
        return path.as_uri()

    async def _open(self, path: Path) -> None:
        if not await self._editor.show_document(path.as_uri()):
            self._editor.say(f"The diagnosis is in {path}.")


_SWITCHED_OFF = Finding(
    "Settings", "warning", "qwen.enabled is false, so nothing is offered.", "Set it to true."
)


def _warnings(configuration: Configuration) -> list[Finding]:
    return [Finding("Settings", "warning", each) for each in configuration.warnings]


def _sources(of: Status) -> list[Finding]:
    """Which service and which model, and who says so."""
    status = of.full()
    sources: dict[str, str] = status.get("sources", {})
    return [
        Finding(about, "ok", f"{status[name]}, by {sources[name]}.")
        for about, name in (("Service", "provider"), ("Its model", "model"))
        if sources.get(name) and status.get(name)
    ]


def _settings(configuration: Configuration) -> list[Finding]:
    """What else is set, and by whom; the values may be nobody else's business."""
    sources = configuration.sent.sources()
    others = [f"qwen.{name} by {sources[name]}" for name in sources.keys() - {"provider", "model"}]
    said = [Finding("Settings", "ok", f"Set are {', '.join(sorted(others))}.")] if others else []
    return said if configuration.settings.enabled else [*said, _SWITCHED_OFF]


def _client(editor: Editor, writers: Writers) -> Finding:
    """Who the client is, how it takes edits, and what it can do."""
    is_checked = writers.profile.checks_version
    applies = "applies edits only at their version" if is_checked else "may apply stale edits"
    can = {
        "edits": editor.takes_edits,
        "documents": editor.shows_documents,
        "progress": editor.shows_progress,
        "settings": editor.has_settings,
        "code lenses": editor.refreshes_lenses,
        "confirmed edits": editor.confirms_edits,
    }
    able = ", ".join(name for name, is_there in can.items() if is_there) or "nothing"
    unable = ", ".join(name for name, is_there in can.items() if not is_there)
    said = f"{editor.name} ({applies}). It has: {able}"
    return Finding("Editor", "ok", f"{said}; it lacks: {unable}." if unable else f"{said}.")


def own_log_found(file: Path | None, folder: Path) -> Finding:
    """The log of the server that asks: `file`, None where none could be begun in `folder`. Blocks.

    A file that is no longer there is written to all the same, where nobody can read it.
    """
    found = log_found(file.parent if file else folder)
    if file and is_there(file):
        said = f"It is {file}."
        return replace(found, sentence=said if found.grade == "ok" else f"{said} {found.sentence}")
    if found.grade != "ok":
        return replace(found, way_out=f"{found.way_out} Then start the editor again.")
    said = f"The file {file} is gone." if file else "None could be written when this server began."
    return Finding("Log", "warning", said, _AGAIN)


def is_there(file: Path) -> bool:
    """Whether there is such a file that can be looked at. Blocks."""
    with suppress(OSError):
        return file.is_file()
    return False

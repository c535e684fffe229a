"""What lives as long as the connection: settings, services, actions, running jobs."""

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from typing import Any

from lsprotocol import types

from ..actions.action import Action
from ..actions.library import builtin_actions
from ..errors import RequestError
from ..generation.conversations import Conversations
from ..journal.journal import Journal, journal_folder
from ..model.transport.http import Http
from ..services.services import Services
from ..settings.settings import Settings
from .accounts.credentials import CredentialWatcher
from .accounts.diagnose import Diagnosing
from .accounts.select import ServicePicker
from .accounts.setup import SetUps
from .accounts.sign_in import SignIns
from .accounts.status import Status
from .accounts.workspace_trust import WorkspaceTrust
from .client.client import Editor
from .client.notices import Notices
from .client.private_files import PrivateFiles
from .client.tasks import Tasks
from .configuration import Configuration
from .documents.documents import Documents, OpenDocument, Revision
from .edits.originals import Originals
from .edits.page import Page
from .edits.pages import Pages
from .edits.previews import Previews
from .edits.restore import Restores
from .explain.explanations import Explanations
from .explain.view import View
from .jobs.job import Job, Jobs
from .review.lenses import Lenses
from .review.proposals import Proposals
from .review.retry import Retries
from .rpc.endpoint import Server

log = logging.getLogger(__name__)

STOPPED_WITHIN = 1.0
"""Seconds that the end of the session waits for the ends of its jobs."""


class Session:
    """The rooms of one connection. It hears what happens to the documents."""

    def __init__(
        self,
        server: Server,
        documents: Documents,
        *,
        http: Http,
        environ: Mapping[str, str],
        command_line: Mapping[str, str],
    ) -> None:
        self.server = server
        self.documents = documents
        self.actions: dict[str, Action] = {action.id: action for action in builtin_actions()}
        self.editor = Editor(server.protocol)
        self.tasks, self.notices = Tasks(), Notices(self.editor)
        self.services = Services(http, environ, server.version or "")
        self.jobs = Jobs()
        self.configuration = Configuration(self.editor, documents, command_line)
        self.pages = Pages(self.editor)
        self.originals = Originals(self, Journal(journal_folder(environ)))
        self.restores = Restores(self)
        self.private_files = PrivateFiles()
        self.previews = Previews(self)
        self.proposals = Proposals(self)
        self.retries = Retries(self)
        self.lenses = Lenses(self)
        self.explanations = Explanations()
        self.conversations = Conversations()
        self.view = View(self)
        self.status = Status(self.editor, self.configuration, self.services, self.jobs)
        self.trust = WorkspaceTrust(
            self.editor, documents, self.configuration, self.services, self.tasks
        )
        self.credentials = CredentialWatcher(
            self.configuration, documents, self.services, self.trust, self.tasks
        )
        self.picker = ServicePicker(
            self.editor,
            documents,
            self.configuration,
            self.credentials,
            self.services,
            self.jobs,
            self.tasks,
        )
        self.sign_ins = SignIns(self.editor, self.credentials, self.status, self.tasks)
        self.set_ups = SetUps(
            self.editor, self.credentials, self.services, self.sign_ins, self.picker, self.tasks
        )
        self.diagnosing = Diagnosing(
            self.editor,
            self.configuration,
            self.credentials,
            self.services,
            self.status,
            self.pages,
            self.private_files,
            self.tasks,
        )
        self.credentials.listeners += [self.status.changed, self.lenses.changed]
        self.configuration.listeners += [
            self.pages.take_settings,
            self.services.reach_by,
            lambda _: self.status.changed(),
        ]

    @property
    def settings(self) -> Settings:
        """What the client has set, by what it has sent so far."""
        return self.configuration.settings

    async def ask_for_settings(self) -> None:
        """Takes the client's settings, and learns what they lead to."""
        if await self.configuration.ask():
            await self.credentials.look()

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Lets something small run in the background."""
        return self.tasks.spawn(work)

    @property
    def active_uri(self) -> str:
        """The document that the user was in last."""
        return self.documents.active_uri

    def writing(self, document: OpenDocument | None = None) -> list[tuple[Job, Page]]:
        """The jobs that write to `document`, or to any, and where; not to a preview."""
        return [
            (job, page)
            for job in self.jobs.running.values()
            if (page := job.way.written if job.way else None)
            and (document is None or job.uri == document.uri)
            and not page.has_ended
        ]

    def action(self, action_id: str) -> Action:
        """The action with this id. Raises RequestError if there is none."""
        action = self.actions.get(action_id)
        if action is None:
            known = ", ".join(sorted(self.actions))
            raise RequestError(f"There is no action “{action_id}”; there are {known}.")
        return action

    def document(self, uri: str) -> OpenDocument:
        """The open document. Raises RequestError if it is not open."""
        return self.documents.get_text_document(uri)

    def opened(self, document: OpenDocument) -> None:
        """A document was opened; once more, and what was known of it is no longer so."""
        self.closed(document)
        self.restores.opened(document)
        self.previews.opened(document)

    def changed(self, document: OpenDocument, revision: Revision) -> None:
        """A document has changed."""
        self.previews.changed(document, revision)
        self.explanations.changed(document, revision)
        self.retries.changed(document, revision)
        self.proposals.changed(document, revision)
        self.pages.changed(document, revision)

    def will_save(self, document: OpenDocument, reason: types.TextDocumentSaveReason) -> None:
        """A document is about to be saved."""
        self.pages.will_save(document)
        self.proposals.will_save(document, reason)

    def saved(self, document: OpenDocument) -> None:
        """A document was saved."""
        self.pages.saved(document)
        self.proposals.saved(document)

    def closed(self, document: OpenDocument) -> None:
        """A document was closed."""
        self.previews.closed(document)
        self.proposals.closed(document)
        self.retries.closed(document)
        self.pages.closed(document)
        self.jobs.stop_in(document.uri)
        self.explanations.closed(document)
        self.conversations.closed(document)
        self.originals.closed(document)
        self.restores.closed(document)

    async def stop(self) -> None:
        """Ends all jobs; nothing more is written."""
        self.previews.close()
        self.pages.close()
        self.sign_ins.stop()
        self.jobs.stop(None)
        await self.jobs.ended(STOPPED_WITHIN)

    async def close(self) -> None:
        """Gives up all that it holds."""
        await self.stop()
        await self.credentials.aclose()
        await self.originals.close()
        self.tasks.cancel()
        self.private_files.close()
        await self.services.close()

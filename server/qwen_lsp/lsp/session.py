"""What lives as long as the connection: built here, joined by listeners, and closed."""

import asyncio
import logging
from collections.abc import Coroutine, Mapping
from functools import partial
from typing import Any

from ..actions.action import Action
from ..actions.library import builtin_actions
from ..errors import RequestError
from ..generation.conversations import Conversations
from ..generation.model_call import CallContext, ModelCall
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
from .accounts.usage import record_usage
from .accounts.workspace_trust import WorkspaceTrust
from .client.client import Editor
from .client.notices import Notices
from .client.private_files import PrivateFiles
from .client.tasks import Tasks
from .configuration import Configuration
from .documents.documents import Documents, OpenDocument
from .edits.originals import OriginalsJournal
from .edits.previews import Previews
from .edits.reply_sink import ReplySink
from .edits.restore import Recovery
from .edits.writer import Writers
from .explain.explanations import Explanations
from .explain.questions import Questions
from .explain.view import ExplanationView
from .jobs.events import JobEvents
from .jobs.job import Jobs
from .jobs.runner import JobRunner
from .jobs.syntax_warning import SyntaxWarnings
from .review.diff import Diffs
from .review.lenses import Lenses
from .review.proposals import Proposals
from .review.retry import PastJobs, Retries
from .rpc.endpoint import Server

log = logging.getLogger(__name__)

STOPPED_WITHIN = 1.0
"""Seconds that the end of the session waits for the ends of its jobs."""


class Session:
    """The rooms of one connection, and how they hang together."""

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
        self.jobs, self.job_events = Jobs(), JobEvents()
        self.configuration = Configuration(self.editor, documents, command_line)
        self.writers = Writers(self.editor)
        self.originals = OriginalsJournal(self.editor, Journal(journal_folder(environ)))
        self.private_files = PrivateFiles()
        self.recovery = Recovery(
            self.editor, documents, writers=self.writers, originals=self.originals, tasks=self.tasks
        )
        self.previews = Previews(
            self.editor,
            documents,
            writers=self.writers,
            originals=self.originals,
            private_files=self.private_files,
            tasks=self.tasks,
        )
        self.explanations = Explanations()
        self.conversations = Conversations()
        self.view = ExplanationView(
            self.editor,
            self.explanations,
            lambda: self.settings,
            self.private_files,
            self.tasks,
        )
        self._build_accounts()
        self._build_jobs()
        self._hear_of_documents()
        self._hear_of_jobs()
        self._hear_of_settings()

    def _build_accounts(self) -> None:
        documents = self.documents
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
            self.writers,
            self.private_files,
            self.tasks,
        )

    def _build_jobs(self) -> None:
        documents, events = self.documents, self.job_events
        context = CallContext(
            self.services,
            settings=self.credentials.settings_in_force,
            choose=self.picker.chosen,
            conversations=self.conversations,
            notices=self.notices,
            folders=lambda: documents.local_folders,
            record_usage=partial(record_usage, self.tasks),
        )
        self.runner = JobRunner(
            self.editor,
            self.configuration,
            self.jobs,
            events,
            writers=self.writers,
            previews=self.previews,
            originals=self.originals,
            warnings=SyntaxWarnings(self.editor, documents, events, self.tasks),
            model=lambda job, asked: ModelCall(context, asked, job.id),
            sink=lambda job, request, handle: ReplySink(
                job.label,
                request,
                handle,
                configuration=self.configuration,
                writers=self.writers,
                previews=self.previews,
            ),
            reader=lambda job, asked: self.view.explanation(job, asked.span),
        )
        self.proposals = Proposals(
            self.editor, documents, writers=self.writers, originals=self.originals
        )
        self.past = PastJobs()
        self.retries = Retries(
            self.configuration,
            documents,
            past=self.past,
            jobs=self.jobs,
            previews=self.previews,
            proposals=self.proposals,
            conversations=self.conversations,
            runner=self.runner,
        )
        self.lenses = Lenses(self.editor, self.jobs, self.previews, self.proposals, self.tasks)
        self.diffs = Diffs(
            self.editor,
            documents,
            jobs=self.jobs,
            previews=self.previews,
            proposals=self.proposals,
            private_files=self.private_files,
            tasks=self.tasks,
        )
        self.questions = Questions(
            self.actions["explain"],
            self.configuration,
            documents,
            explanations=self.explanations,
            conversations=self.conversations,
            request_of=self.past.request_of,
            runner=self.runner,
        )

    def _hear_of_documents(self) -> None:
        events = self.documents.events
        events.on_close += [
            self.previews.closed,
            self.proposals.closed,
            self.past.closed,
            self.writers.closed,
            lambda document: self.jobs.stop_in(document.uri),
            self.explanations.closed,
            lambda document: self.conversations.forget(document.uri),
            self.originals.closed,
            self.recovery.closed,
        ]
        # What was known of a document that is opened once more is no longer so.
        events.on_open += [*events.on_close, self.recovery.opened, self.previews.opened]
        events.on_change += [
            self.previews.changed,
            self.explanations.changed,
            self.past.changed,
            self.proposals.changed,
            self.writers.changed,
        ]
        events.on_save += [self.writers.saved, self.proposals.saved]

    def _hear_of_jobs(self) -> None:
        events = self.job_events
        events.on_begin += [self.past.job_begins, self.proposals.job_begins]
        events.on_start += [lambda _: self.status.changed(), lambda _: self.lenses.changed()]
        events.on_written += [self.past.job_has_written, self.proposals.job_has_written]
        events.on_warning.append(self.proposals.warn)
        events.on_end += [
            self.past.job_ends,
            lambda _, outcome: self.status.job_ended(outcome),
            lambda *_: self.lenses.changed(),
        ]
        self.previews.on_change.append(self.lenses.changed)
        self.proposals.on_change.append(self.lenses.changed)
        self.proposals.on_return.append(self.past.placed)

    def _hear_of_settings(self) -> None:
        self.credentials.listeners += [self.status.changed, self.lenses.changed]
        self.configuration.listeners += [
            self.writers.take_settings,
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

    async def stop(self) -> None:
        """Ends all jobs; nothing more is written."""
        self.previews.close()
        self.writers.close()
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

"""Whether what lies in the workspace folder counts: its user is asked once for each content."""

from collections.abc import Awaitable, Callable

from lsprotocol import types

from ...account.keys.folder import Offer
from ...account.keys.sources import Workspace, variables_read
from ...errors import AccountError
from ...services.services import Services
from ..client.client import Editor
from ..client.tasks import Tasks
from ..configuration import Configuration
from ..documents.documents import Documents, local_path

QUESTION = (
    "May Qwen take keys and the address of a model from {names} in {folder}? Say yes only if you "
    "know who wrote that. You are asked again when it changes."
)
YES, NO = "Trust this folder", "No"


class WorkspaceTrust:
    """What the editor and its user say of the folder that is open."""

    def __init__(
        self,
        editor: Editor,
        documents: Documents,
        configuration: Configuration,
        services: Services,
        tasks: Tasks,
    ) -> None:
        self._editor, self._documents = editor, documents
        self._configuration, self._services, self._tasks = configuration, services, tasks
        self._editor_says: bool | None = None
        self._asked: set[str] = set()

    @property
    def workspace(self) -> Workspace:
        """The one folder that is open; of several none counts."""
        said = self._editor_says
        if said is None:
            said = self._editor.trusts_workspace
        folders = self._documents.folders.values()
        return Workspace(local_path(*folders) if len(folders) == 1 else None, said)

    def editor_says(self, *, trusted: bool) -> None:
        """The editor has a trust of its own, and this is it now."""
        self._editor_says = trusted

    def ask(self, *, then: Callable[[], Awaitable[None]]) -> None:
        """Asks the user, if the folder holds what would count and there is nothing else to use.

        `then` is called if the user says yes.
        """
        offer, settings = self._services.keys.asks, self._configuration.settings
        if offer is None or offer.digest in self._asked or not settings.enabled:
            return
        if not self._services.is_ready(settings):
            self._asked.add(offer.digest)
            self._tasks.spawn(self._ask(offer, then))

    async def _ask(self, offer: Offer, then: Callable[[], Awaitable[None]]) -> None:
        keys, editor = self._services.keys, self._editor
        names = " and ".join(offer.names_of(variables_read(keys.known)))
        question = QUESTION.format(names=names, folder=offer.folder)
        trusted = await editor.choose(question, (YES, NO)) == YES
        try:
            await keys.decide(offer, trusted=trusted)
        except AccountError as error:
            editor.say(str(error), types.MessageType.Warning)
            return
        if trusted:
            await then()

"""Whether what lies in the workspace folder counts: its user is asked once for each content."""

from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import url2pathname

from lsprotocol import types

from ...account.keys.folder import Offer
from ...account.keys.sources import Workspace, variables_read
from ...errors import AccountError

if TYPE_CHECKING:
    from ..session import Session

QUESTION = (
    "May Qwen take keys and the address of a model from {names} in {folder}? Say yes only if you "
    "know who wrote that. You are asked again when it changes."
)
YES, NO = "Trust this folder", "No"


class Trusting:
    """What the editor and its user say of the folder that is open."""

    def __init__(self, session: "Session") -> None:
        self._session = session
        self._editor_says: bool | None = None
        self._asked: set[str] = set()

    @property
    def workspace(self) -> Workspace:
        """The one folder that is open; of several none counts."""
        said = self._editor_says
        if said is None:
            said = self._session.editor.trusts_workspace
        folders = self._session.documents.folders.values()
        return Workspace(path_of(*folders) if len(folders) == 1 else None, said)

    def editor_says(self, *, trusted: bool) -> None:
        """The editor has a trust of its own, and this is it now."""
        self._editor_says = trusted

    def ask(self) -> None:
        """Asks the user, if the folder holds what would count and there is nothing else to use."""
        offer, settings = self._session.services.keys.asks, self._session.settings
        if offer is None or offer.digest in self._asked or not settings.enabled:
            return
        if not self._session.services.is_ready(settings):
            self._asked.add(offer.digest)
            self._session.spawn(self._ask(offer))

    async def _ask(self, offer: Offer) -> None:
        keys, editor = self._session.services.keys, self._session.editor
        names = " and ".join(offer.names_of(variables_read(keys.known)))
        question = QUESTION.format(names=names, folder=offer.folder)
        trusted = await editor.choose(question, (YES, NO)) == YES
        try:
            await keys.decide(offer, trusted=trusted)
        except AccountError as error:
            editor.say(str(error), types.MessageType.Warning)
            return
        if trusted:
            await self._session.load_credentials()


def path_of(folder: types.WorkspaceFolder) -> Path | None:
    """Where a folder lies, if that is on this machine."""
    parts = urlsplit(folder.uri)
    if parts.scheme != "file" or parts.netloc not in ("", "localhost"):
        return None
    return Path(url2pathname(parts.path))

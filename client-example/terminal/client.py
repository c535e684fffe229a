"""The client's side of the protocol: what it announces, asks for, answers and hears."""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import httpx
from editor import Change, Editor
from rpc import Answer, Server
from sample import LANGUAGE, NAME, TEXT
from screen import Screen

_CAPABILITIES = {
    "general": {"positionEncodings": ["utf-32"]},
    "workspace": {
        "applyEdit": True,
        "workspaceEdit": {"documentChanges": True},
        "configuration": True,
    },
    "window": {"workDoneProgress": True, "showDocument": {"support": True}},
    "experimental": {
        "qwen": {"status": True, "jobs": True, "explanations": True, "edits": "checked"}
    },
}


class Client:
    """An editor with one document and its language server. `visit` opens an address."""

    def __init__(
        self, settings: Mapping[str, Any], screen: Screen, visit: Callable[[str], Awaitable[None]]
    ) -> None:
        self._settings = settings
        self._screen = screen
        self._visit = visit
        self._signed_in = asyncio.Event()
        self._ended: dict[str, asyncio.Future[dict[str, Any]]] = {}
        self._explanation = ""
        self.server = Server(self._answers())
        self.editor = Editor(self.server, f"file:///demo/{NAME}", TEXT, self._changed)

    async def start(self, command: list[str], environment: Mapping[str, str]) -> str:
        """Starts the server and opens the document; the server's name and version."""
        await self.server.start(command, environment)
        parameters = {
            "processId": os.getpid(),
            "clientInfo": {"name": "qwen-lsp's demonstration"},
            "rootUri": None,
            "capabilities": _CAPABILITIES,
            "initializationOptions": self._settings,
        }
        found = await self.server.request("initialize", parameters)
        self.server.notify("initialized", {})
        self.editor.open(LANGUAGE)
        self._screen.document(NAME, TEXT, Change(0, "", is_typed=True))
        return "{name} {version}".format(**found["serverInfo"])

    async def sign_in(self) -> dict[str, Any]:
        """Begins a sign-in: the answer of `qwen.signIn`."""
        answer: dict[str, Any] = await self.command("qwen.signIn")
        if answer["status"] == "signedIn":
            self._signed_in.set()
        return answer

    async def until_signed_in(self) -> None:
        """Waits for the user."""
        await self._signed_in.wait()

    async def run(self, action: str, first: str, last: str) -> dict[str, Any]:
        """Runs an action on the code between two texts; how it ended, as `qwen/jobEnded` says."""
        argument = {
            "action": action,
            "uri": self.editor.uri,
            "range": self.editor.range_of(first, last),
            "version": self.editor.version,
        }
        answer = await self.command("qwen.run", argument)
        return await self._end_of(answer["job"])

    async def command(self, name: str, argument: object = None) -> Any:
        """Executes a command of the server. Raises Refused."""
        arguments = [] if argument is None else [argument]
        return await self.server.request(
            "workspace/executeCommand", {"command": name, "arguments": arguments}
        )

    def _answers(self) -> dict[str, Answer]:
        return {
            "workspace/applyEdit": self._apply_edit,
            "workspace/configuration": lambda params: [self._settings] * len(params["items"]),
            "client/registerCapability": lambda _: None,
            "window/workDoneProgress/create": lambda _: None,
            "window/showDocument": self._show_document,
            "window/showMessage": self._hear_message,
            "qwen/status": self._hear_status,
            "qwen/explanation": self._hear_explanation,
            "qwen/jobEnded": lambda params: self._end_of(params["job"]).set_result(params),
        }

    async def _apply_edit(self, params: Mapping[str, Any]) -> dict[str, Any]:
        return await self.editor.apply(params)

    def _end_of(self, job: str) -> asyncio.Future[dict[str, Any]]:
        if job not in self._ended:
            self._ended[job] = asyncio.get_running_loop().create_future()
        return self._ended[job]

    async def _show_document(self, params: Mapping[str, Any]) -> dict[str, Any]:
        try:
            await self._visit(params["uri"])
        except (httpx.HTTPError, KeyError) as problem:
            self._screen.step("The page can't be opened", repr(problem))
            return {"success": False}
        return {"success": True}

    def _hear_message(self, params: Mapping[str, Any]) -> None:
        self._screen.step("the server says", params["message"])

    def _hear_status(self, params: Mapping[str, Any]) -> None:
        if "account" in params:
            self._signed_in.set()

    def _hear_explanation(self, params: Mapping[str, Any]) -> None:
        self._explanation += params["markdown"]
        self._screen.prose(self._explanation, is_done=params["done"])

    def _changed(self, change: Change) -> None:
        self._screen.document(NAME, self.editor.text, change)

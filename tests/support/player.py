"""Plays a scenario: a real server in memory, an editor model, and a service that says its lines."""

import asyncio
import json
from pathlib import Path

import httpx

from qwen_lsp.lsp.server import create_server
from qwen_lsp.model.transport.http import Http
from qwen_lsp.text.document import Position, Span
from qwen_lsp.text.edits import moved_span

from .asked import Entry, chosen, hover, lenses, menu
from .client import CAPABILITIES, LANGUAGES, homes, merge
from .kinds import Telling
from .model_editor import (
    CAN_NOT_ASK,
    Json,
    Kind,
    ModelEditor,
    OpenFile,
    span_of,
)
from .scenario import EXPECTATIONS, Block, Scenario
from .seen import Seen, edits_text, meant, prompt_text, result_text
from .service import Cut, Service
from .speaking import speak
from .typed import opened, replacements, typed

QUIET = 1.0
"""Seconds, on a clock that jumps, in which something happens to the file if it is to happen."""

FAILURES = {"lost": httpx.ConnectError("nobody answers"), "late": httpx.ReadTimeout("too late")}


class Player:
    """One run of one scenario."""

    def __init__(
        self,
        scenario: Scenario,
        cut: Cut,
        kind: Kind,
        home: Path,
        telling: Telling = "usual",
        *,
        shows_all: bool = False,
    ) -> None:
        self.scenario, self.cut, self.kind = scenario, cut, kind
        self.service = Service()
        explain = {"explain": "message"} if shows_all else {}
        self.settings: Json = {"provider": "ollama", **explain}
        self.capabilities: Json = json.loads(json.dumps(CAPABILITIES))
        self.environment = homes(home) | {"QWEN_HOME": str(home / "qwen")}
        self.telling = telling
        self.project = "file:///project"
        self.opens = False
        self.previews: list[OpenFile] = []
        self.seen = Seen()
        self.editor: ModelEditor
        self.file: OpenFile
        self.selection: Span

    async def play(self) -> dict[int, str]:
        """What each expectation should say, by its line, if it says something else."""
        wrong: dict[int, str] = {}
        async with asyncio.timeout(3600):
            for block in self.scenario.blocks:
                if block.word in EXPECTATIONS:
                    await self._check(block, wrong)
                else:
                    await self._step(block)
        self.seen.take_from(self.editor)
        await self.server.close()
        return wrong | self.seen.unexpected(self.scenario, self.file)

    async def _step(self, block: Block) -> None:
        result = getattr(self, f"_do_{block.word}")(block)
        if asyncio.iscoroutine(result):
            await result
        if hasattr(self, "server"):
            await self._settle()

    async def _settle(self) -> None:
        """Waits until nothing happens to the file any more."""
        happened = -1
        while (now := sum(each.happened for each in (self.file, *self.previews))) > happened:
            happened = now
            await asyncio.sleep(QUIET)

    # What a scenario sets up.

    def _do_editors(self, block: Block) -> None:
        """Which editors the scenario is played in."""

    def _do_client(self, block: Block) -> None:
        """`opens`: the server is told of the files that it shows."""
        self.opens |= "opens" in block.words
        if "whole" in block.words:
            self.telling = "whole"
        merge(self.capabilities, json.loads(block.text or "{}"))

    def _do_settings(self, block: Block) -> None:
        self.settings = json.loads(block.text)

    def _do_environment(self, block: Block) -> None:
        for line in block.text.splitlines():
            name, _, value = line.partition("=")
            self.environment[name] = value

    def _do_home(self, block: Block) -> None:
        """A file in the user's home."""
        (path,) = block.words
        file = Path(self.environment["HOME"]) / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(block.text, encoding="utf-8")

    def _do_picture(self, block: Block) -> None:
        """A picture in the project, which then lies in the user's home."""
        from PIL import Image

        (path,) = block.words
        file = Path(self.environment["HOME"]) / "project" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (40, 30), "teal").save(file)
        self.project = (Path(self.environment["HOME"]) / "project").as_uri()

    async def _do_document(self, block: Block) -> None:
        """Starts the editor and opens the file; «» is what is selected.

        `beside`: the editor has this one open as well.
        """
        path, text, selection = opened(block)
        language = LANGUAGES[path.rsplit("/")[-1].rsplit(".")[-1]]
        is_beside = "beside" in block.words
        if not is_beside:
            await self._start()
        file = self.editor.open(f"{self.project}/{path}", text, language)
        if not is_beside:
            self.file, self.selection, self.language = file, selection, language

    async def _start(self) -> None:
        """Starts the editor, and its server."""
        http = Http(transport=self.service)
        self.server = create_server(http=http, environ=self.environment)
        self.editor = ModelEditor(self.server, self.kind, telling=self.telling)
        self.editor.settings = self.settings
        self.editor.on_request = self._asked
        await self.editor.start(
            self.capabilities, workspaceFolders=[{"uri": self.project, "name": "project"}]
        )
        await asyncio.sleep(QUIET)

    def _asked(self, message: Json) -> None:
        """The server asks for something that its user sees."""
        params = message["params"]
        for note in params.get("edit", {}).get("changeAnnotations", {}).values():
            self.seen.shown.append(f"asked: {note['label']}")
        if message["method"] == "window/showMessageRequest":
            titles = " | ".join(action["title"] for action in params["actions"])
            self.seen.shown.append(f"asked: {params['message']} [{titles}]")
        is_file = message["method"] == "window/showDocument" and not params.get("external")
        if is_file and params["uri"] == self.file.uri:
            start = params["selection"]["start"]
            self._go_to(Position(start["line"], start["character"]))
        elif is_file and self.opens:
            path = Path(httpx.URL(params["uri"]).path)
            text = path.read_bytes().decode()
            self.previews.append(self.editor.open(params["uri"], text, self.language))

    def _chosen(self, block: Block) -> OpenFile:
        """The file that a block is about: `preview` means the one that was shown last."""
        return self.previews[-1] if "preview" in block.words else self.file

    # What is done in it.

    async def _do_run(self, block: Block) -> None:
        (action,) = block.words
        if action == "sign-in":
            await self._command("qwen.signIn", {})
            return
        argument: Json = {
            "action": action,
            "uri": self.file.uri,
            "range": self.editor.range_of(self.file, self.selection),
        }
        if block.text.strip():
            argument["instruction"] = block.text.strip()
        await self._command("qwen.run", argument)

    async def _do_command(self, block: Block) -> None:
        argument = json.loads(block.text) if block.text.strip() else None
        await self._command(block.words[0], argument)

    async def _command(self, name: str, argument: Json | None) -> None:
        answer = await self.editor.command(name, argument)
        if "error" in answer:
            self.seen.error.append(answer["error"]["message"])

    def _do_cursor(self, block: Block) -> None:
        """The cursor goes to where the text of the block stands for the first time."""
        self._go_to(span_of(self.file.document.text, block.text).start)

    def _go_to(self, place: Position) -> None:
        self.selection = Span(place, place)

    async def _do_menu(self, block: Block) -> None:
        entries = await self._menu(block, json.loads(block.text or "{}"))
        self.seen.offered += [entry.text + entry.kind for entry in entries]

    async def _do_choose(self, block: Block) -> None:
        """Chooses from the menu, by its title."""
        await self._run(chosen(await self._menu(block, {}), block.text))

    async def _menu(self, block: Block, context: Json) -> list[Entry]:
        file = self._chosen(block)
        span = self.selection if file is self.file else Span(Position(0, 0), Position(0, 0))
        return await menu(self.editor, file, span, context)

    async def _do_lenses(self, block: Block) -> None:
        entries = await lenses(self.editor, self._chosen(block))
        assert all(entry.is_of_use for entry in entries), "a code lens can't be clicked"
        self.seen.offered += [entry.text for entry in entries]

    async def _do_click(self, block: Block) -> None:
        """Clicks a code lens, by its row and its title."""
        await self._run(chosen(await lenses(self.editor, self._chosen(block)), block.text))

    async def _run(self, command: Json) -> None:
        await self._command(command["command"], command["arguments"][0])

    async def _do_model(self, block: Block) -> None:
        await asyncio.sleep(QUIET)
        is_heard = await speak(self.service, block, self.cut)
        assert is_heard, f"no model was asked: {self.editor.messages} {self.seen.error}"

    def _do_typed(self, block: Block) -> None:
        """`OLD -> NEW`: the first OLD in the file becomes NEW, and what is selected moves along."""
        file = self._chosen(block)
        for old, new in replacements(block):
            edit = typed(file.document.text, old, new)
            self.editor.type(file, *edit)
            if file is self.file:
                self.selection = moved_span(self.selection, [edit])

    def _do_undo(self, block: Block) -> None:
        for _ in range(int(block.rest or 1)):
            assert self.editor.undo(self.file), f"line {block.line}: there is nothing to undo"

    def _do_refused(self, block: Block) -> None:
        self.editor.refusals += int(block.rest or 1)

    async def _do_cancel(self, block: Block) -> None:
        if "progress" in block.words:
            token = block.options.get("token", "qwen-lsp/job/1")
            self.editor.notify("window/workDoneProgress/cancel", {"token": token})
        else:
            await self._command("qwen.stop", None)

    def _do_answer(self, block: Block) -> None:
        """What the authorization server says next: a status, and a body below it.

        `lost`: nothing, for the network is away; `late`: nothing in time.
        """
        if failure := FAILURES.get(block.rest):
            self.service.answers.append(failure)
            return
        status, _, body = block.text.partition("\n")
        headers = {"content-type": block.options.get("type", "application/json")}
        self.service.answers.append(httpx.Response(int(status), headers=headers, text=body))

    def _do_elsewhere(self, _: Block) -> None:
        """Another program signs in to Qwen."""
        tokens = {"access_token": "a", "refresh_token": "r", "token_type": "Bearer"}
        kept = Path(self.environment["QWEN_HOME"]) / "oauth_creds.json"
        kept.parent.mkdir(exist_ok=True)
        kept.write_text(json.dumps(tokens | {"expiry_date": 10**14}), encoding="utf-8")

    def _do_saved(self, block: Block) -> None:
        """What stands in the block a formatter does."""
        self.editor.save(self.file, formatted=lambda: self._do_typed(block))

    def _do_closed(self, block: Block) -> None:
        self.editor.close(self._chosen(block))

    def _do_reopened(self, block: Block) -> None:
        """Opens the file, closing it first; what stands in the block is in it by then."""
        if self.file.uri in self.editor.files:
            self.editor.close(self.file)
        self._open_again(block)

    async def _do_killed(self, block: Block) -> None:
        """The editor dies and is started again; what stands in the block is in the file then."""
        self.seen.take_from(self.editor)
        told = self.editor.messages
        await self.server.close()
        await self._start()
        self.editor.messages[:0] = told
        self._open_again(block)

    def _open_again(self, block: Block) -> None:
        text = meant(block.text) + "\n" if block.text else self.file.document.text
        edits = self.file.edits
        self.file = self.editor.open(self.file.uri, text, self.language)
        self.file.edits = edits

    def _do_presses(self, block: Block) -> None:
        """What its user answers to the next question; `never`: the editor can't ask."""
        self.editor.choices.append(CAN_NOT_ASK if "never" in block.words else block.text)

    async def _do_wait(self, block: Block) -> None:
        await asyncio.sleep(float(block.rest))

    async def _do_hover(self, block: Block) -> None:
        place = span_of(self.file.document.text, block.text.strip()).start
        self.seen.shown += await hover(self.editor, self.file, place)

    # What is expected of it.

    async def _check(self, block: Block, wrong: dict[int, str]) -> None:
        await self._settle()
        self.seen.take_from(self.editor)
        if block.word == "edits" and (self.cut, self.kind) != ("lines", "vscode"):
            return
        actual = self._actual(block)
        if actual != block.text:
            wrong[block.line] = actual

    def _actual(self, block: Block) -> str:
        if block.word == "result":
            return result_text(self._chosen(block), block)
        if block.word == "prompt":
            return prompt_text(self.service.chats[-1], block)
        if block.word == "edits":
            return edits_text(self.file)
        return self.seen.said(block.word)

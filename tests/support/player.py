"""Plays a scenario: a real server in memory, an editor model, and a service that says its lines."""

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Literal

import httpx

from qwen_lsp.lsp.server import create_server
from qwen_lsp.model.http import Http
from qwen_lsp.text.document import Position, Span

from .client import CAPABILITIES, LANGUAGES, merge
from .model_editor import Json, Kind, ModelEditor, OpenFile, span_of
from .scenario import EXPECTATIONS, Block, Scenario
from .seen import Seen, edits_text, meant, prompt_text, result_text
from .service import Service, Stream, chunk, event, last_chunks

Cut = Literal["whole", "lines", "characters"]

QUIET = 1.0
"""Seconds, on a clock that jumps, after which everything that was on its way has arrived."""


class Player:
    """One run of one scenario."""

    def __init__(
        self,
        scenario: Scenario,
        cut: Cut,
        kind: Kind,
        home: Path,
        *,
        shows_all: bool = False,
    ) -> None:
        self.scenario, self.cut, self.kind = scenario, cut, kind
        self.service = Service()
        explain = {"explain": "message"} if shows_all else {}
        self.settings: Json = {"provider": "ollama", **explain}
        self.capabilities: Json = json.loads(json.dumps(CAPABILITIES))
        self.environment = {"HOME": str(home), "QWEN_HOME": str(home / "qwen")}
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
        step: Callable[[Block], Any] = getattr(self, f"_do_{block.word}")
        result = step(block)
        if asyncio.iscoroutine(result):
            await result
        if hasattr(self, "server"):
            await asyncio.sleep(QUIET)

    # What a scenario sets up.

    def _do_client(self, block: Block) -> None:
        merge(self.capabilities, json.loads(block.text))

    def _do_settings(self, block: Block) -> None:
        self.settings = json.loads(block.text)

    def _do_environment(self, block: Block) -> None:
        for line in block.text.splitlines():
            name, _, value = line.partition("=")
            self.environment[name] = value

    async def _do_document(self, block: Block) -> None:
        """Starts the editor and opens the file; «» is what is selected."""
        paths = [word for word in block.words if word not in ("crlf", "no-newline")]
        path = paths[0] if paths else "example.py"
        text = block.text if "no-newline" in block.words else block.text + "\n"
        text = meant(text)
        if "crlf" in block.words:
            text = text.replace("\n", "\r\n")
        before, _, rest = text.partition("«")
        chosen, _, after = rest.partition("»")
        http = Http(transport=self.service)
        self.server = create_server(http=http, environ=self.environment)
        self.editor = ModelEditor(self.server, self.kind)
        self.editor.settings = self.settings
        await self.editor.start(
            self.capabilities, workspaceFolders=[{"uri": "file:///project", "name": "project"}]
        )
        await asyncio.sleep(QUIET)
        language = LANGUAGES[path.rsplit("/")[-1].rsplit(".")[-1]]
        whole = before + chosen + after
        self.file = self.editor.open(f"file:///project/{path}", whole, language)
        start = span_of(whole, before).end if before else Position(0, 0)
        self.selection = Span(start, span_of(whole, before + chosen).end)

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

    async def _do_menu(self, block: Block) -> None:
        context: Json = {"diagnostics": [], **(json.loads(block.text) if block.text else {})}
        params = {
            "textDocument": {"uri": self.file.uri},
            "range": self.editor.range_of(self.file, self.selection),
            "context": context,
        }
        answer = await self.editor.request("textDocument/codeAction", params)
        for action in answer["result"] or ():
            kind = action.get("kind")
            self.seen.offered.append(action["title"] + (f" [{kind}]" if kind else ""))

    async def _do_model(self, block: Block) -> None:
        """What the model says; `open`: it goes on later; `stream=1`: in the first stream."""
        if "unreachable" in block.words:
            self.service.is_down = True
            return
        if status := block.options.get("status"):
            headers = {"content-type": block.options.get("type", "application/json")}
            response = httpx.Response(int(status), headers=headers, text=block.text)
            self.service.refusals.append(response)
            return
        stream = await self._stream(int(block.options.get("stream", 0)) - 1)
        for piece in self._pieces(block.text if "open" in block.words else block.text + "\n"):
            stream.pieces.put_nowait(chunk(content=piece))
            await asyncio.sleep(0.01)
        if "thinking" in block.words:
            stream.pieces.put_nowait(chunk(reasoning_content="Hm."))
        if "error" in block.options:
            stream.pieces.put_nowait(event({"error": {"message": block.options["error"]}}))
        if "cut" in block.words or "error" in block.options:
            stream.pieces.put_nowait(None)
        elif "open" not in block.words:
            for last in last_chunks():
                stream.pieces.put_nowait(last)
            stream.pieces.put_nowait(None)

    async def _stream(self, index: int) -> Stream:
        """A stream that the server reads, -1 for the newest; waits until it has asked."""
        await asyncio.sleep(QUIET)
        assert self.service.streams, f"no model was asked: {self.editor.messages} {self.seen.error}"
        return self.service.streams[index]

    def _pieces(self, text: str) -> Iterator[str]:
        if self.cut == "whole":
            yield text
        elif self.cut == "lines":
            yield from text.splitlines(keepends=True)
        else:
            yield from text

    def _do_typed(self, block: Block) -> None:
        """`OLD -> NEW`: the first OLD in the file becomes NEW; `\\n` is a line end."""
        for line in block.text.splitlines():
            old, arrow, new = line.partition(" -> ")
            assert arrow, f"line {block.line}: a typed line is “OLD -> NEW”"
            self._type(old.replace("\\n", "\n"), new.replace("\\n", "\n"))

    def _type(self, old: str, new: str) -> None:
        """Only what really differs is typed, as an editor would have it."""
        text = self.file.document.text
        assert old in text, f"“{old}” is not in the file"
        span = span_of(text, old)
        common = 0
        while common < min(len(old), len(new)) and old[common] == new[common]:
            common += 1
        if common:
            span = span_of(text, text[: text.index(old) + len(old)])
            start = span_of(text, text[: text.index(old) + common]).end
            span = Span(start, span.end)
        self.editor.type(self.file, span, new[common:])

    def _do_refused(self, block: Block) -> None:
        self.editor.refusals += int(block.rest or 1)

    async def _do_cancel(self, block: Block) -> None:
        if "progress" in block.words:
            token = block.options.get("token", "qwen-lsp/job/1")
            self.editor.notify("window/workDoneProgress/cancel", {"token": token})
        else:
            await self._command("qwen.stop", None)

    def _do_answer(self, block: Block) -> None:
        """What the authorization server says next: a status, and a body below it."""
        status, _, body = block.text.partition("\n")
        headers = {"content-type": block.options.get("type", "application/json")}
        self.service.answers.append(httpx.Response(int(status), headers=headers, text=body))

    def _do_saved(self, block: Block) -> None:
        self.editor.save(self.file, formatted=lambda: self._do_typed(block))

    def _do_closed(self, _: Block) -> None:
        self.editor.close(self.file)

    async def _do_wait(self, block: Block) -> None:
        await asyncio.sleep(float(block.rest))

    async def _do_hover(self, block: Block) -> None:
        place = span_of(self.file.document.text, block.text.strip()).start
        position = self.editor.range_of(self.file, Span(place, place))["start"]
        params = {"textDocument": {"uri": self.file.uri}, "position": position}
        answer = await self.editor.request("textDocument/hover", params)
        if answer["result"]:
            self.seen.shown.append(answer["result"]["contents"]["value"].strip())

    # What is expected of it.

    async def _check(self, block: Block, wrong: dict[int, str]) -> None:
        await asyncio.sleep(QUIET)
        self.seen.take_from(self.editor)
        if block.word == "edits" and self.cut != "lines":
            return
        actual = self._actual(block)
        if actual != block.text:
            wrong[block.line] = actual

    def _actual(self, block: Block) -> str:
        if block.word == "result":
            return result_text(self.file, block)
        if block.word == "prompt":
            return prompt_text(self.service.chats[-1])
        if block.word == "edits":
            return edits_text(self.file)
        return self.seen.said(block.word)

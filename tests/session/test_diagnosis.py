"""`qwen.diagnose` and `qwen.setUp` in a session: in time, one at a time, and without a secret."""

import asyncio
import json
from pathlib import Path
from typing import Any

import httpx
import pytest

from qwen_lsp.lsp.server import create_server
from qwen_lsp.model.transport.http import Http

from ..support.client import CAPABILITIES
from ..support.model_editor import Json, ModelEditor
from ..support.service import Service
from ..support.stage import URI, Stage
from .conftest import Play


class Slow(Service):
    """Answers no question for its models before `seconds` have passed."""

    seconds = 0.0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/models"):
            await asyncio.sleep(self.seconds)
        return await super().handle_async_request(request)


class Waiting(ModelEditor):
    """Its user has not answered any question yet."""

    def _asked(self, message: Json) -> None:
        if message["method"] != "window/showMessageRequest":
            super()._asked(message)


def now() -> float:
    return asyncio.get_running_loop().time()


async def begun(stage: Stage, service: Service, kind: type[ModelEditor] = ModelEditor) -> None:
    """Another server for the stage, with that service and that editor."""
    await stage.server.close()
    stage.service = service
    environ = {"HOME": "/nowhere", "QWEN_HOME": "/nowhere"}
    stage.server = create_server(http=Http(transport=service), environ=environ)
    stage.editor = kind(stage.server, "vscode")  # type: ignore[assignment]
    stage.editor.settings = {}
    client = {"clientInfo": {"name": "An editor\x1b", "version": "1.2"}}
    await stage.editor.start(CAPABILITIES, **client)
    stage.editor.open(URI, "a = 1\n", "python")
    await asyncio.sleep(1)


def document(stage: Stage) -> str:
    return Path(httpx.URL(stage.editor.opened[-1]["uri"]).path).read_text(encoding="utf-8")


def test_a_diagnosis_that_takes_long_is_answered_in_time_and_opens_later(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        service = Slow()
        service.seconds = 12
        await begun(stage, service)
        stage.editor.settings = {"provider": "ollama", "model": "m"}
        stage.editor.notify("workspace/didChangeConfiguration", {"settings": None})
        service.answers.append(httpx.Response(200, json={"data": [{"id": "m"}]}))
        asked = now()
        answer = (await stage.editor.command("qwen.diagnose"))["result"]
        assert now() - asked < 8
        assert "still looking" in answer["message"]
        assert stage.editor.opened == []
        await asyncio.sleep(12)
        assert "m is one of m." in document(stage)
        assert "An editor 1.2 (" in document(stage)
        assert "\x1b" not in document(stage)

    play(scene)


def test_who_asks_again_gets_the_same_look(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        service = Slow()
        service.seconds = 3
        await begun(stage, service)
        stage.editor.settings = {"provider": "ollama", "model": "m"}
        stage.editor.notify("workspace/didChangeConfiguration", {"settings": None})
        service.answers.append(httpx.Response(200, json={"data": [{"id": "m"}]}))
        asked = [asyncio.ensure_future(stage.editor.command("qwen.diagnose")) for _ in range(3)]
        answers = [(await each)["result"] for each in asked]
        assert answers[0] == answers[1] == answers[2]
        assert len(service.requests) == 1
        await asyncio.sleep(1)
        assert [opened["uri"] for opened in stage.editor.opened] == [answers[0]["uri"]]

    play(scene)


def test_a_diagnosis_can_be_cancelled(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        service = Slow()
        service.seconds = 14
        await begun(stage, service)
        stage.editor.settings = {"provider": "ollama", "model": "m"}
        stage.editor.notify("workspace/didChangeConfiguration", {"settings": None})
        asked = asyncio.ensure_future(stage.editor.command("qwen.diagnose"))
        await asyncio.sleep(2)
        params = {"token": "qwen-lsp/diagnosis"}
        stage.editor.notify("window/workDoneProgress/cancel", params)
        answer = await asked
        assert answer["result"] == {"message": "The diagnosis was stopped."}
        await asyncio.sleep(20)
        assert stage.editor.opened == []
        assert stage.errors == []

    play(scene)


def test_no_secret_of_the_settings_is_in_the_document(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        service = Service()
        await begun(stage, service)
        stage.editor.settings = {
            "provider": "custom",
            "baseUrl": "http://127.0.0.1:9/v1",
            "model": "m",
            "keyCommand": ["echo", "sk-command-7Qx"],
            "proxy": "http://me:s3cret-7Qx@127.0.0.1:9",
        }
        await stage.server.close()
        stage.server = create_server(http=Http(transport=service), environ={"HOME": "/nowhere"})
        stage.editor = ModelEditor(stage.server, "vscode")  # type: ignore[assignment]
        options = {"client": {"userSettings": True}, **stage.editor.settings}
        stage.editor.settings = options
        await stage.editor.start(CAPABILITIES, initializationOptions=options)
        answer: Any = await stage.editor.command("qwen.diagnose")
        await asyncio.sleep(1)
        everything = json.dumps([answer, stage.editor.messages]) + document(stage)
        assert "7Qx" not in everything

    play(scene)


# Setting up.


def test_a_question_that_nobody_answers_holds_up_nothing(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await begun(stage, Service(), Waiting)
        asked = now()
        answer = (await stage.editor.command("qwen.setUp"))["result"]
        assert answer == {"status": "asking"}
        assert now() - asked < 2
        again = (await stage.editor.command("qwen.setUp"))["result"]
        assert again == {"status": "asking"}
        await asyncio.sleep(1000)
        assert stage.errors == []

    play(scene)


def test_a_model_that_takes_long_to_load_is_waited_for(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await begun(stage, Service())
        named = {"provider": "ollama", "model": "m"}
        asked = now()
        answer = (await stage.editor.command("qwen.setUp", named))["result"]
        assert answer == {"status": "trying"}
        assert now() - asked < 8
        await asyncio.sleep(100)
        stage.say("Hello")
        await asyncio.sleep(1)
        assert stage.editor.messages[-1][1] == "Ready: m on Ollama."
        assert stage.service.streams[-1].is_closed
        status = (await stage.editor.command("qwen.showStatus"))["result"]
        assert (status["provider"], status["model"]) == ("ollama", "m")

    play(scene)


@pytest.mark.parametrize("everywhere", [True, False])
def test_what_is_tried_at_once_is_answered(play: Play, everywhere: bool) -> None:
    async def scene(stage: Stage) -> None:
        await begun(stage, Service())
        named = {"provider": "ollama", "model": "m", "everywhere": everywhere}
        asked = asyncio.ensure_future(stage.editor.command("qwen.setUp", named))
        await asyncio.sleep(1)
        stage.say("Hello", ends=True)
        answer = (await asked)["result"]
        message = "Ready: m on Ollama."
        assert answer == {
            "status": "ready", "message": message, "provider": "ollama", "model": "m"
        }  # fmt: skip

    play(scene)


def test_a_refusal_is_the_answer(play: Play) -> None:
    async def scene(stage: Stage) -> None:
        await begun(stage, Service())
        refusal = httpx.Response(404, json={"error": {"message": "no such model"}})
        stage.service.refusals.append(refusal)
        named = {"provider": "ollama", "model": "m"}
        answer = (await stage.editor.command("qwen.setUp", named))["result"]
        assert answer["status"] == "failed"
        assert "ollama pull m" in answer["message"]
        assert stage.editor.messages[-1] == (2, answer["message"])

    play(scene)

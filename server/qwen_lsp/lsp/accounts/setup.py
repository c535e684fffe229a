"""`qwen.setUp`: asks what should answer, tries it with one tiny request, and remembers it.

The answer comes at once; the questions go on behind it, for as long as their user takes.
"""

import asyncio
import itertools
from dataclasses import replace
from typing import Any

from ...errors import QwenError, RequestError
from ...first_run import (
    GATEWAY_SAYS,
    KEY_SAYS,
    ON_THE_COMMAND_LINE,
    QUESTION,
    Choosable,
    best_model,
    cannot_be_used,
    choosable,
    ready,
)
from ...services.services import SIGN_IN_PROVIDER, Chosen, Services
from ..arguments import ChoiceArguments
from ..client.client import Editor
from ..client.progress import WorkProgress
from ..client.tasks import Tasks
from .credentials import CredentialWatcher
from .select import ServicePicker
from .sign_in import SignIns

ANSWER_WITHIN = 6.0
"""Seconds in which the command is answered, the half second of the look for engines apart."""
REFUSED_WITHIN = 0.5
"""Seconds in which an editor that can't ask its user says so."""


class SetUps:
    """One at a time: who runs it again while it waits is asked once more, and that counts."""

    def __init__(
        self,
        editor: Editor,
        credentials: CredentialWatcher,
        services: Services,
        sign_ins: SignIns,
        picker: ServicePicker,
        tasks: Tasks,
    ) -> None:
        self._editor, self._credentials, self._services = editor, credentials, services
        self._sign_ins, self._picker, self._tasks = sign_ins, picker, tasks
        self._running: asyncio.Task[dict[str, Any]] | None = None
        self._numbers = itertools.count(1)
        self._token = ""

    async def begin(self, asked: ChoiceArguments) -> dict[str, Any]:
        """The answer of `qwen.setUp`. Raises QwenError."""
        if self._running:
            self._running.cancel()
        if asked.provider is not None:
            return await self._answer(self._try(asked), ANSWER_WITHIN, "trying")
        options = await choosable(self._services.http)
        return await self._answer(self._ask(options), REFUSED_WITHIN, "asking")

    def stop_by_token(self, token: object) -> None:
        """The user has cancelled the progress."""
        if self._running and token == self._token:
            self._running.cancel()

    async def _answer(self, work: Any, seconds: float, status: str) -> dict[str, Any]:
        """What comes of the work, if it comes in time, else that it goes on."""
        self._running = running = self._tasks.spawn(self._told(work))
        done, _ = await asyncio.wait({running}, timeout=seconds)
        if not done:
            return {"status": status}
        return {"status": "stopped"} if running.cancelled() else running.result()

    async def _told(self, work: Any) -> dict[str, Any]:
        """What came of it; what went wrong is shown, whoever still waits for the answer."""
        editor = self._editor
        try:
            answer: dict[str, Any] = await work
        except QwenError as error:
            answer = {"status": "failed", "message": f"{error}"}
        if answer.get("message"):
            (editor.warn if answer["status"] == "failed" else editor.say)(answer["message"])
        return answer

    async def _ask(self, options: list[Choosable]) -> dict[str, Any]:
        titles = {option.title: option for option in options}
        try:
            title = await self._editor.chosen_from(QUESTION, titles)
        except RequestError:
            return {"status": "todo", "message": ON_THE_COMMAND_LINE}
        option = titles.get(title or "")
        if option is None:
            return {"status": "todo", "message": ON_THE_COMMAND_LINE}
        return await self._chosen(option)

    async def _chosen(self, option: Choosable) -> dict[str, Any]:
        if option.way == "key":
            return {"status": "todo", "message": KEY_SAYS}
        if option.way == "gateway":
            return {"status": "todo", "message": GATEWAY_SAYS}
        if option.engine is None:
            return await self._sign_in()
        if fault := cannot_be_used(option.engine):
            raise RequestError(fault)
        asked = ChoiceArguments(provider=option.engine.provider.id, model=option.model)
        return await self._try(asked)

    async def _sign_in(self) -> dict[str, Any]:
        begun = await self._sign_ins.begin(SIGN_IN_PROVIDER)
        if begun["status"] == "failed":
            return {"status": "failed"}
        account = await self._credentials.account(SIGN_IN_PROVIDER)
        if begun["status"] == "pending":
            try:
                await account.until_signed_in()
            except QwenError:
                return {"status": "failed"}  # The sign-in itself has said why.
        return await self._try(ChoiceArguments(provider=SIGN_IN_PROVIDER))

    async def _try(self, asked: ChoiceArguments) -> dict[str, Any]:
        """Asks the model for a word, and chooses it if one comes. Raises QwenError."""
        chosen = await self._service(asked)
        model = asked.model or await self._best_model(chosen)
        service = chosen.provider.name
        self._token = f"qwen-lsp/set-up/{next(self._numbers)}"
        progress = WorkProgress(self._editor, self._token, f"Qwen: Asking {model} on {service}")
        try:
            sentence = await ready(chosen.model, model, service)
        finally:
            progress.end()
        choice = ChoiceArguments(
            provider=chosen.provider.id, model=model, everywhere=asked.everywhere
        )
        await self._picker.provider(choice)
        fields = {"provider": chosen.provider.id, "model": model}
        return {"status": "ready", "message": sentence, **fields}

    async def _service(self, asked: ChoiceArguments) -> Chosen:
        settings = await self._credentials.settings_in_force()
        return self._services.chosen(replace(settings, provider=asked.provider or "auto"))

    async def _best_model(self, chosen: Chosen) -> str:
        """The model that is named, else the one to begin with of those that there are."""
        models = self._services.models
        found = await models.paid_by(chosen.account, chosen.provider)
        name = best_model(found.names, chosen.default_model) or chosen.default_model
        if not name:
            raise RequestError(found.fault or "No model is chosen; set qwen.model.")
        return name

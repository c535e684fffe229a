"""Which service and model its user chooses: for the workspace, unless it is to be everywhere."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

from ...account.choice import LastChoice, place_of
from ...errors import QwenError
from ...model.catalog.providers import Provider
from ...services.choices import Offered, models_offered, providers_offered
from ...services.messages import told_choice
from ...services.resolution import Undecided, not_allowed, unknown
from ...services.services import Chosen, Services
from ...settings.settings import Settings
from ..arguments import ChoiceArguments
from ..client.client import Editor
from ..client.tasks import Tasks
from ..configuration import Configuration
from ..documents.documents import Documents
from ..jobs.job import Jobs
from .credentials import CredentialWatcher

MOST_ASKED = 6
"""Answers that a question has room for."""
WHICH = "Which service is to answer in this workspace?"
WHOSE_KEY = "Which service was the key in {key} made for? It goes to that one alone."


class ServicePicker:
    """Chooses what is named, and asks where nothing is."""

    def __init__(
        self,
        editor: Editor,
        documents: Documents,
        configuration: Configuration,
        credentials: CredentialWatcher,
        services: Services,
        jobs: Jobs,
        tasks: Tasks,
    ) -> None:
        self._editor, self._documents = editor, documents
        self._configuration, self._credentials = configuration, credentials
        self._services, self._jobs, self._tasks = services, jobs, tasks
        self._asking: asyncio.Task[str | None] | None = None

    async def chosen(self, settings: Settings) -> Chosen:
        """The service to ask. Where several could answer, the user is asked. Raises QwenError."""
        services = self._services
        try:
            return services.chosen(settings)
        except Undecided as undecided:
            provider = await self._decided(undecided)
            if provider is None:
                raise
        await self._choose(LastChoice(provider), ChoiceArguments(), is_running=False)
        return services.chosen(settings)

    async def provider(self, asked: ChoiceArguments) -> dict[str, Any]:
        """The answer of `qwen.selectProvider`. Raises RequestError, AccountError."""
        settings = await self._credentials.settings_in_force()
        if asked.provider is None and asked.model is None:
            return self._offer(await providers_offered(self._services, settings), asked)
        if asked.provider is None:
            return await self.model(asked)
        if asked.provider == "auto":
            await self._keep(None, asked)
            return self._answer("Qwen uses what it finds, until you choose again.", {})
        provider = self._allowed(asked.provider, settings)
        choice = LastChoice(provider.id, asked.model)
        return await self._choose(choice, asked, is_running=self._is_running)

    async def model(self, asked: ChoiceArguments) -> dict[str, Any]:
        """The answer of `qwen.selectModel`. Raises RequestError, AccountError."""
        settings = await self._credentials.settings_in_force()
        services = self._services
        if asked.provider is None:
            chosen = services.chosen(settings)
        else:
            chosen = services.at(self._allowed(asked.provider, settings).id, settings)
        if asked.model is not None:
            choice = LastChoice(chosen.provider.id, asked.model)
            return await self._choose(choice, asked, is_running=self._is_running)
        return self._offer(await models_offered(services, chosen), asked)

    def _allowed(self, provider_id: str, settings: Settings) -> Provider:
        from ...model.catalog.providers import providers

        provider = providers().get(provider_id)
        if provider is None:
            raise unknown(provider_id, "the provider")
        if not settings.allows(provider_id):
            raise not_allowed(provider, settings)
        return provider

    async def _choose(
        self, choice: LastChoice, asked: ChoiceArguments, *, is_running: bool
    ) -> dict[str, Any]:
        """Chooses; the answer says so, and what goes before it."""
        services, last = self._services, self._services.last.choice
        if last and last.provider == choice.provider:
            choice = replace(choice, base_url=last.base_url)
        choice = replace(choice, place=place_of(self._folders(asked)))
        await self._keep(choice, asked)
        message = told_choice(services, self._configuration.settings, choice, is_running=is_running)
        return self._answer(message.sentence, message.fields)

    async def _keep(self, choice: LastChoice | None, asked: ChoiceArguments) -> None:
        await self._services.last.keep(choice, self._folders(asked))
        await self._credentials.look()

    @property
    def _is_running(self) -> bool:
        return len(self._jobs.running) > 0

    def _folders(self, asked: ChoiceArguments) -> list[Path] | None:
        return None if asked.everywhere else self._documents.local_folders

    def _answer(self, sentence: str, fields: dict[str, Any]) -> dict[str, Any]:
        self._editor.say(sentence)
        return {**fields, "message": sentence}

    def _offer(self, offered: Offered, asked: ChoiceArguments) -> dict[str, Any]:
        """What can be chosen. The question goes on behind the answer, for as long as it takes."""
        if offered.titles:
            self._tasks.spawn(self._ask(offered, asked))
        else:
            self._editor.say(offered.sentence)
        return {**offered.fields, "message": offered.sentence}

    async def _ask(self, offered: Offered, asked: ChoiceArguments) -> None:
        editor = self._editor
        titles = list(offered.titles)[:MOST_ASKED]
        answer = await editor.choose(offered.question, titles)
        if answer is None or answer not in offered.titles:
            editor.say(offered.sentence)
            return
        provider, model = offered.titles[answer]
        named = asked.model_copy(update={"provider": provider, "model": model})
        try:
            await (self._with_model(named) if model is None else self.model(named))
        except QwenError as error:
            editor.warn(str(error))

    async def _with_model(self, asked: ChoiceArguments) -> None:
        """Chooses a service and, if it has no model of its own accord, asks which one."""
        await self.provider(asked)
        chosen = self._services.chosen(self._configuration.settings)
        if chosen.provider.id == asked.provider and not chosen.default_model:
            await self.model(asked)

    async def _decided(self, undecided: Undecided) -> str | None:
        """The provider that the user says; all jobs that wait for it share one question."""
        if len(undecided.options) > MOST_ASKED:
            return None
        if self._asking is None or self._asking.done():
            self._asking = self._tasks.spawn(self._ask_which(undecided))
        return await asyncio.shield(self._asking)

    async def _ask_which(self, undecided: Undecided) -> str | None:
        titles = {provider.name: provider.id for provider in undecided.options}
        question = WHOSE_KEY.format(key=undecided.key) if undecided.key else WHICH
        answer = await self._editor.choose(question, titles)
        return titles.get(answer) if answer else None

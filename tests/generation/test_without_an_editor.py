"""An action on a document that no editor has: only the target and the service are stand-ins."""

from collections.abc import Iterable

import httpx

from qwen_lsp.actions.library import builtin_actions
from qwen_lsp.generation.conversations import Conversations
from qwen_lsp.generation.model_call import CallContext, ModelCall
from qwen_lsp.generation.request import SourceFile, new_job_request, rows_for
from qwen_lsp.model.chat import Usage
from qwen_lsp.model.transport.http import Http
from qwen_lsp.perform import NoTarget, Outcome, perform
from qwen_lsp.services.services import Chosen, Services
from qwen_lsp.settings.settings import Settings, read_settings
from qwen_lsp.text.document import Document, Position, Span

from ..support.service import Service, chunk, last_chunks

ACTIONS = {action.id: action for action in builtin_actions()}
TEXT = "def total(prices):\n    a = 1\n    return a\n"


class ReplyingService(Service):
    """Answers a chat request with the same lines each time."""

    def __init__(self, *lines: str) -> None:
        super().__init__()
        self._pieces = [*(chunk(content=f"{line}\n") for line in lines), *last_chunks(), None]

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        response = await super().handle_async_request(request)
        for piece in self._pieces if self.streams else ():
            self.streams[-1].pieces.put_nowait(piece)
        return response


class KeptReply(NoTarget):
    """A target that keeps its lines, and a reader that keeps prose."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []
        self.prose = ""

    def extend(self, lines: Iterable[str]) -> None:
        self.lines += lines

    def add(self, markdown: str) -> None:
        self.prose += markdown

    def done(self, *, cut: bool) -> None:
        assert not cut


class NoNotices:
    """Nothing is said here that a user would have to read."""

    def is_new(self, about: str) -> bool:
        raise AssertionError(about)

    def show_once(self, sentence: str, *, about: str) -> None:
        raise AssertionError(sentence)


async def run(
    action: str, target: KeptReply, *reply: str
) -> tuple[Outcome, list[tuple[str, Usage]], Conversations]:
    """The action on rows 1 and 2 of TEXT, what it has used, and what was said."""
    service, used, conversations = (
        ReplyingService(*reply),
        list[tuple[str, Usage]](),
        Conversations(),
    )
    services = Services(Http(transport=service), {}, "0")
    settings = read_settings({"provider": "ollama"}).settings

    async def in_force(_: str) -> Settings:
        return settings

    async def choose(settings: Settings) -> Chosen:
        return services.chosen(settings)

    context = CallContext(
        services,
        settings=in_force,
        choose=choose,
        conversations=conversations,
        notices=NoNotices(),
        folders=lambda: (),
        record_usage=lambda *each: used.append(each),
    )
    file = SourceFile("file:///project/a.py", "a.py", "python", Document(TEXT))
    rows = rows_for(ACTIONS[action], file, Span(Position(1, 0), Position(3, 0)))
    request = new_job_request(ACTIONS[action], file, rows, tokens=1000)
    outcome = await perform(
        request.model_request,
        request.placing,
        model=ModelCall(context, request, "1"),
        reader=target,
        target=target,
        keeps_on_stop=lambda: False,
    )
    await services.close()
    return outcome, used, conversations


async def test_an_action_that_edits() -> None:
    target = KeptReply()
    outcome, used, conversations = await run("refactor", target, "```python", "    return 1", "```")
    assert outcome.ended == "done"
    assert target.lines == ["    return 1"]
    assert [(provider, usage.completion_tokens) for provider, usage in used] == [("ollama", 5)]
    said = conversations.of("1")
    assert said
    assert "return a" in said.messages[-2].content
    conversations.forget("file:///project/a.py")
    assert conversations.of("1") is None


async def test_an_action_that_explains() -> None:
    target = KeptReply()
    outcome, _, conversations = await run("explain", target, "It returns 1.")
    assert outcome.ended == "done"
    assert target.prose == "It returns 1.\n"
    assert conversations.of("1")

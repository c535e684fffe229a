"""The arguments of commands, checked."""

import re
from typing import Annotated, Any, TypeVar

from lsprotocol import types
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic.alias_generators import to_camel

from ..errors import RequestError
from ..settings.options import Edits
from .rpc.protocol import CommandCall

PRINTABLE = r"^[^\x00-\x1f\x7f]+$"
Number = Annotated[int, Field(ge=0, le=2**31 - 1)]

Name = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=PRINTABLE)
]


class Arguments(BaseModel):
    """One object; fields that are not known are for later versions and ignored."""

    model_config = ConfigDict(alias_generator=to_camel, extra="ignore")


Kind = TypeVar("Kind", bound=Arguments)


class PositionArgument(Arguments):
    """An LSP position."""

    line: Number
    character: Number


class RangeArgument(Arguments):
    """An LSP range, in the negotiated encoding."""

    start: PositionArgument
    end: PositionArgument

    @property
    def range(self) -> types.Range:
        """The same as lsprotocol has it."""
        return types.Range(
            types.Position(self.start.line, self.start.character),
            types.Position(self.end.line, self.end.character),
        )


class DiagnosticArgument(Arguments):
    """What of an LSP diagnostic a model is told."""

    range: RangeArgument
    message: str


class RunArguments(Arguments):
    """Of `qwen.run`."""

    action: str
    uri: str
    range: RangeArgument
    version: int | None = None
    diagnostics: tuple[DiagnosticArgument, ...] = ()
    instruction: str = ""
    model: str | None = None
    edits: Edits | None = None
    context: tuple[str, ...] = ()


class JobArguments(Arguments):
    """Of commands that are about a job: without one, the newest of the document is meant."""

    job: str | None = None
    uri: str | None = None


class ChangeArguments(JobArguments):
    """Of commands that are about a job, or the changes of it that `range` touches."""

    range: RangeArgument | None = None


class RetryArguments(JobArguments):
    """Of `qwen.retry`."""

    model: str | None = None
    instruction: str | None = None
    context: tuple[str, ...] | None = None


class AskArguments(JobArguments):
    """Of `qwen.ask`."""

    question: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
    model: str | None = None


class DocumentArguments(Arguments):
    """Of commands that are about a document."""

    uri: str | None = None


class ProviderArguments(Arguments):
    """Of commands that are about a provider."""

    provider: str | None = None


class ChoiceArguments(Arguments):
    """Of commands that choose a service or a model."""

    provider: Name | None = None
    model: Name | None = None
    everywhere: bool = False


def checked(kind: type[Kind], call: CommandCall) -> Kind:
    """The argument of `call` as a `kind`. Raises RequestError with what is wrong with it."""
    given: dict[str, Any] = {k: v for k, v in (call.argument or {}).items() if v is not None}
    try:
        return kind.model_validate(given)
    except ValidationError as invalid:
        first = invalid.errors(include_url=False, include_input=False)[0]
        place = ".".join(str(part) for part in first["loc"])
        wrong = "it is missing" if first["type"] == "missing" else _said(first["msg"])
        raise RequestError(f"The argument “{place}” is wrong: {wrong}.") from None


def _said(message: str) -> str:
    """pydantic's words without those of Python."""
    plain = message.replace("Input should", "it should").replace("String should", "it should")
    return re.sub(r"a valid dictionary or instance of \w+", "an object", plain)

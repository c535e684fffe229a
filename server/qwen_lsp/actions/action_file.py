"""One Markdown file ⇄ `Action`: front matter, sections, and what is wrong with them, by line."""

import re
from typing import TYPE_CHECKING, NamedTuple, TypeVar, get_args

from .action import PLACEHOLDER, PLACEHOLDERS, Action, Needs, Reply, Template, placeholders
from .fences import Fence, fence_in

if TYPE_CHECKING:
    from qwen_lsp.model.chat import Role

_FIELD = re.compile(r"([\w-]+)[ \t]*:(?:[ \t]+(.*))?$")
_HEADING = re.compile(r"##[ \t]+(system|user|example)[ \t]*$")
_COMMAND = re.compile(r"([!@])\{")
_NAME = re.compile(r"[\w-]+")
_KIND = re.compile(r"(?:quickfix|refactor)(?:\.\w+)*")

_Value = TypeVar("_Value", bound=str)


class ActionFault(NamedTuple):
    """What is wrong with an action's file. `line` counts from 0."""

    line: int
    sentence: str


def read_action(identifier: str, text: str) -> tuple[Action | None, list[ActionFault]]:
    """The action that the file `identifier`.md holds, or what is wrong with it, by line.

    A file without `## user` is all prompt, as Qwen Code's commands are: `{{args}}` is the
    instruction there, and the selection follows where the prompt doesn't mention it.
    """
    reading = _Reading(text.removeprefix("\ufeff"))
    if not _NAME.fullmatch(identifier):
        reading.fault(0, f"“{identifier}” can't name an action: use letters, digits, - and _.")
    fields = reading.fields()
    if fields is None:
        return None, reading.faults
    messages, examples = reading.sections()
    action = _Fields(reading, fields).action(identifier, messages, examples)
    faults = sorted(reading.faults)
    return (None if faults else action), faults


class _Fields:
    """The front matter, turned into what an action needs; each wrong value is one fault."""

    def __init__(self, reading: "_Reading", fields: dict[str, tuple[int, str]]) -> None:
        self._reading = reading
        self._fields = fields

    def action(
        self, identifier: str, messages: tuple[Template, ...], examples: tuple[str, ...]
    ) -> Action:
        title = self._text("title") or identifier.replace("-", " ").replace("_", " ").capitalize()
        reply: Reply = self._one_of("reply", get_args(Reply), unset="show")
        needs: Needs = self._one_of("needs", get_args(Needs), unset="selection")
        action = Action(
            id=identifier,
            title=title,
            description=self._text("description"),
            kind=self._kind() or ("refactor" if reply == "show" else "refactor.rewrite"),
            reply=reply,
            needs=needs,
            languages=self._languages(),
            model=self._text("model") or None,
            temperature=self._temperature(),
            messages=messages,
            examples=examples,
        )
        for name, (line, _) in self._fields.items():
            self._reading.fault(line, f"There is no field “{name}” in an action.")
        return action

    def _text(self, name: str) -> str:
        return self._fields.pop(name, (0, ""))[1]

    def _one_of(self, name: str, allowed: tuple[_Value, ...], *, unset: _Value) -> _Value:
        line, value = self._fields.pop(name, (0, ""))
        for each in allowed:
            if each == value:
                return each
        if value:
            self._reading.fault(line, f"“{name}” is one of {', '.join(allowed)}.")
        return unset

    def _kind(self) -> str:
        line, value = self._fields.pop("kind", (0, ""))
        if value and not _KIND.fullmatch(value):
            self._reading.fault(line, "“kind” is quickfix, refactor or below one of them.")
        return value

    def _languages(self) -> frozenset[str]:
        return frozenset(filter(None, re.split(r"[\s,]+", self._text("languages").lower())))

    def _temperature(self) -> float | None:
        line, value = self._fields.pop("temperature", (0, ""))
        if not value:
            return None
        if not re.fullmatch(r"\d(?:\.\d+)?", value) or float(value) > 2:
            self._reading.fault(line, "“temperature” is a number from 0 to 2.")
            return None
        return float(value)


class _Section(NamedTuple):
    name: str
    line: int
    rows: list[str]


class _Reading:
    """One file, read once from top to bottom, its faults gathered."""

    def __init__(self, text: str) -> None:
        self.faults: list[ActionFault] = []
        self._rows = [row.removesuffix("\r") for row in text.split("\n")]
        self._body = 0

    def fault(self, line: int, sentence: str) -> None:
        self.faults.append(ActionFault(line, sentence))

    def fields(self) -> dict[str, tuple[int, str]] | None:
        """The front matter's fields by name, each with its line; None where it has no end."""
        fields: dict[str, tuple[int, str]] = {}
        if self._rows[0].rstrip() != "---":
            return fields
        ends = (line for line, row in enumerate(self._rows) if line and row.rstrip() == "---")
        end = next(ends, None)
        if end is None:
            self.fault(0, "The front matter has no end: close it with a line of ---.")
            return None
        for line in range(1, end):
            self._field(fields, line, self._rows[line])
        self._body = end + 1
        return fields

    def _field(self, fields: dict[str, tuple[int, str]], line: int, row: str) -> None:
        if not row.strip() or row.startswith("#"):
            return
        match = _FIELD.match(row.rstrip())
        if not match:
            self.fault(line, "A line of the front matter is `name: value`.")
        elif match[1] in fields:
            self.fault(line, f"“{match[1]}” is given twice.")
        else:
            fields[match[1]] = line, _unquoted((match[2] or "").strip())

    def sections(self) -> tuple[tuple[Template, ...], tuple[str, ...]]:
        """The messages and the examples."""
        sections = self._split()
        messages = [each for each in sections[1:] if each.name != "example"]
        if not any(each.name == "user" for each in messages):
            if messages:
                self.fault(messages[0].line, "There is no section `## user`: it holds the prompt.")
            return self._plain_prompt(sections[0]), _examples(sections)
        if any(row.strip() for row in sections[0].rows):
            self.fault(self._body, "Only the sections are read: put this text into one of them.")
        self._check_twice(messages)
        messages.sort(key=lambda each: each.name)  # "system" comes before "user"
        return tuple(self._template(each) for each in messages), _examples(sections)

    def _split(self) -> list[_Section]:
        """The sections; the first is what stands before any heading. Fences are respected."""
        sections = [_Section("", self._body, [])]
        opener: Fence | None = None
        for line in range(self._body, len(self._rows)):
            row = self._rows[line]
            fence = fence_in(row)
            heading = None if opener else _HEADING.match(row)
            if heading:
                sections.append(_Section(heading[1], line, []))
                continue
            sections[-1].rows.append(row)
            if opener and fence and fence.closes(opener):
                opener = None
            elif not opener:
                opener = fence
        return sections

    def _check_twice(self, messages: list[_Section]) -> None:
        seen: set[str] = set()
        for each in messages:
            if each.name in seen:
                self.fault(each.line, f"There are two sections `## {each.name}`.")
            seen.add(each.name)

    def _template(self, section: _Section) -> Template:
        role: Role = "system" if section.name == "system" else "user"
        text = _trimmed(section.rows)
        if not text:
            self.fault(section.line, f"The section `## {section.name}` is empty.")
        self._check_placeholders(section, PLACEHOLDERS)
        return Template(role, text)

    def _plain_prompt(self, section: _Section) -> tuple[Template, ...]:
        text = _trimmed(section.rows)
        if not text:
            self.fault(section.line, "There is no prompt.")
        for line, row in enumerate(section.rows, section.line):
            if match := _COMMAND.search(row):
                self.fault(line, f"`{match[1]}{{…}}` runs or reads something; a prompt here can't.")
        self._check_placeholders(section, PLACEHOLDERS | {"args"})
        prompt = PLACEHOLDER.sub(_args_as_instruction, text)
        if "selection" not in placeholders(prompt):
            prompt += "\n\n`{{path}}`:\n{{fence}}{{language}}\n{{selection}}\n{{fence}}"
        return (Template("user", prompt),)

    def _check_placeholders(self, section: _Section, known: frozenset[str]) -> None:
        first = section.line + 1 if section.name else section.line
        for line, row in enumerate(section.rows, first):
            for name in PLACEHOLDER.findall(row):
                if name not in known:
                    self.fault(line, f"There is no placeholder “{name}”.")


def _args_as_instruction(match: re.Match[str]) -> str:
    return "{{instruction}}" if match[1] == "args" else match[0]


def _examples(sections: list[_Section]) -> tuple[str, ...]:
    return tuple(_trimmed(each.rows) for each in sections if each.name == "example")


def _trimmed(rows: list[str]) -> str:
    return "\n".join(rows).strip("\n").rstrip()


def _unquoted(value: str) -> str:
    quoted = len(value) > 1 and value[0] == value[-1] and value[0] in "\"'"
    return value[1:-1] if quoted else value

"""`qwen-lsp usage`: what was used, by day and provider, as it is kept on this machine."""

import argparse

from qwen_lsp.account.usage import Days, forget, totals, usage_file

from . import answer

SHOWN = 14
"""Days that people are shown; programs are given all."""
NOTHING = "Nothing is kept of what was used; it would be in {file}."
SWITCH_OFF = (
    "It is kept in {file}; qwen-lsp usage --delete deletes it, the setting qwen.usage stops it."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the words of the command."""
    parser.description = (
        "Says how many tokens jobs have used, as the services counted them, by day and provider. "
        "The numbers are kept on this machine alone."
    )
    parser.add_argument("--delete", action="store_true", help="delete what is kept")
    answer.add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Says it, or deletes it."""
    return answer.answered(_deleted if arguments.delete else _said, as_json=arguments.json)


def _deleted() -> answer.Done:
    was_there = forget()
    sentence = "What was used is forgotten." if was_there else NOTHING.format(file=usage_file())
    return answer.Done(sentence, {"deleted": was_there})


def _said() -> answer.Done:
    days, file = totals(), usage_file()
    fields = {
        day: {name: total.fields for name, total in there.items()} for day, there in days.items()
    }
    if not days:
        return answer.Done(NOTHING.format(file=file), {"days": fields})
    rows = [*_rows(days), SWITCH_OFF.format(file=file)]
    return answer.Done("\n".join(rows), {"days": fields})


def _rows(days: Days) -> list[str]:
    return [
        f"{day}  {name}: {total.jobs:,} {'job' if total.jobs == 1 else 'jobs'}, "
        f"{total.prompt_tokens:,} tokens read ({total.cached_tokens:,} from a cache), "
        f"{total.completion_tokens:,} written ({total.reasoning_tokens:,} in thinking)"
        for day in sorted(days)[-SHOWN:]
        for name, total in sorted(days[day].items())
    ]

"""`qwen-lsp doctor`: looks into all between here and a model, and says what to do."""

import argparse
import asyncio
import os
from dataclasses import replace

from qwen_lsp.diagnosis.examine import examine, examine_network
from qwen_lsp.diagnosis.finding import Finding, rows, summary
from qwen_lsp.diagnosis.subject import Subject
from qwen_lsp.diagnosis.this_machine import log_found, settings_found
from qwen_lsp.errors import QwenError
from qwen_lsp.log import log_folder, redact
from qwen_lsp.services.services import Chosen, Services
from qwen_lsp.settings.settings import Settings

from . import answer
from .here import add_other_issuer, services_of, settings_of, source_here
from .terminal_words import in_terminal


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the words of the command."""
    parser.description = (
        "Looks into the settings, what pays, the proxy, the name, the certificate, the service's "
        "answer, its models and the clock. No secret is shown. What an editor sets is not known "
        "here: Qwen: Diagnose in the editor looks into that."
    )
    parser.add_argument("--provider", metavar="ID", help="an id of qwen.provider")
    parser.add_argument(
        "--base-url", metavar="ADDRESS", help="the service's address, where its provider has none"
    )
    add_other_issuer(parser)
    answer.add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Says what it has found; the exit status is 1 where something is wrong."""
    return answer.answered(lambda: asyncio.run(_doctor(arguments)), as_json=arguments.json)


async def _doctor(arguments: argparse.Namespace) -> answer.Done:
    settings = settings_of(arguments)
    async with services_of(settings) as services:
        found = await _of_service(services, settings)
        found += settings_found(services.keys)
    found.append(await asyncio.to_thread(log_found, log_folder()))
    findings = [_in_terminal(each) for each in found]
    lines = [*(each.line for each in findings), summary(findings)]
    is_wrong = any(each.grade == "wrong" for each in findings)
    said = [{name: redact(text) for name, text in row.items()} for row in rows(findings)]
    return answer.Done(redact("\n".join(lines)), {"findings": said}, has_failed=is_wrong)


async def _of_service(services: Services, settings: Settings) -> list[Finding]:
    try:
        chosen = services.chosen(settings)
    except QwenError as error:
        wrong = Finding("Service", "wrong", str(error))
        return [wrong, *await examine_network(services.http.network, os.environ)]
    return [*_settings(chosen), *await examine(_subject(services, chosen))]


def _settings(chosen: Chosen) -> list[Finding]:
    provider, model = chosen.provider, chosen.named_model
    found = [
        Finding("Service", "ok", f"{provider.name} ({provider.id}), by {source_here(chosen)}.")
    ]
    if model.value:
        found.append(Finding("Its model", "ok", f"{model.value}, by {model.source}."))
    return found


def _subject(services: Services, chosen: Chosen) -> Subject:
    return Subject(
        chosen.provider,
        chosen.account,
        chosen.default_model,
        services.http,
        services.http.network,
        services.keys,
        os.environ,
    )


def _in_terminal(found: Finding) -> Finding:
    return replace(found, sentence=in_terminal(found.sentence), way_out=in_terminal(found.way_out))

"""Looks into one service: what pays, the way there, what it answers. No model is asked."""

import asyncio
import logging
from collections.abc import Coroutine

from qwen_lsp.errors import UNEXPECTED, QwenError
from qwen_lsp.model.qwen import Access

from .answers import answer_found
from .credential import credential_found
from .finding import Finding
from .subject import Subject
from .way import Place, certificate_found, name_found, proxy_found

log = logging.getLogger(__name__)

_SECONDS = 15.0


async def examine(subject: Subject) -> list[Finding]:
    """All that is found out, in the order in which one thing needs the other. Raises nothing."""
    credential = asyncio.create_task(_in_time("Credential", credential_found(subject)))
    try:
        async with asyncio.timeout(_SECONDS):
            access = await subject.account.access()
    except TimeoutError:
        fault = f"{subject.provider.name} gave no access in {_SECONDS:.0f} seconds."
        return [*await credential, Finding("Access", "wrong", fault, "Try again.")]
    except QwenError as error:
        return _without_access(await credential, str(error))
    looks = await asyncio.gather(credential, *_looks(subject, access))
    return [finding for found in looks for finding in found]


def _looks(subject: Subject, access: Access) -> list[Coroutine[None, None, list[Finding]]]:
    place = Place.of(access.base_url)
    return [
        _in_time("Proxy", proxy_found(place, subject.network)),
        _in_time("Name", name_found(place, subject.network)),
        _in_time("Certificate", certificate_found(place, subject.network, subject.environ)),
        _in_time("Answer", answer_found(subject, access)),
    ]


def _without_access(found: list[Finding], fault: str) -> list[Finding]:
    """Where nothing pays, or the address is wrong, nothing further can be asked."""
    if any(finding.grade == "wrong" for finding in found):
        return found
    return [*found, Finding("Access", "wrong", fault)]


async def _in_time(about: str, look: Coroutine[None, None, list[Finding]]) -> list[Finding]:
    """What a look gives; one that takes too long, or fails by a fault of ours, is a finding too."""
    try:
        async with asyncio.timeout(_SECONDS):
            return await look
    except TimeoutError:
        return [Finding(about, "wrong", f"There is no answer in {_SECONDS:.0f} seconds.")]
    except QwenError as error:
        return [Finding(about, "wrong", str(error))]
    except Exception:
        log.exception("A look at %s failed", about)
        return [Finding(about, "wrong", UNEXPECTED)]

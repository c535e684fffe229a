"""Looks into one service: what pays, the way there, what it answers. No model is asked."""

import asyncio
import logging
from collections.abc import Awaitable, Coroutine, Mapping

from qwen_lsp.errors import UNEXPECTED, QwenError
from qwen_lsp.model.transport.network import Network

from .answers import answer_found
from .credential import credential_found
from .finding import Finding
from .subject import Subject
from .way import ANYWHERE, ServiceAddress, certificate_found, name_found, proxy_found, roots_found

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
        return await _without_access(subject, await credential, str(error))
    answer = _in_time("Answer", answer_found(subject, access))
    return await _all(credential, *_way(subject, access.base_url), answer)


async def examine_network(network: Network, environ: Mapping[str, str]) -> list[Finding]:
    """What goes for any service, where none is chosen: the proxy and the roots. Raises nothing."""
    return await _all(
        _in_time("Proxy", proxy_found(ANYWHERE, network)),
        _in_time("Certificate", roots_found(network, environ)),
    )


async def _without_access(subject: Subject, found: list[Finding], fault: str) -> list[Finding]:
    """Where nothing pays, the way can be looked at all the same; a wrong address has none."""
    if not any(finding.grade == "wrong" for finding in found):
        found = [*found, Finding("Access", "wrong", fault)]
    try:
        url = subject.provider.base_url or subject.account.address
    except QwenError:
        return found
    return [*found, *await _all(*_way(subject, url))]


def _way(subject: Subject, url: str) -> list[Coroutine[None, None, list[Finding]]]:
    place, network = ServiceAddress.of(url), subject.network
    return [
        _in_time("Proxy", proxy_found(place, network)),
        _in_time("Name", name_found(place, network)),
        _in_time("Certificate", certificate_found(place, network, subject.environ)),
    ]


async def _all(*looks: Awaitable[list[Finding]]) -> list[Finding]:
    """What all of them find, in their order; they look at the same time."""
    return [finding for found in await asyncio.gather(*looks) for finding in found]


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

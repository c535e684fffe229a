"""Which models a service has: asked with `GET {base}/models`, and remembered for a while."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from qwen_lsp.errors import ModelError, QwenError, ServiceRefused
from qwen_lsp.model.address import authority_of
from qwen_lsp.model.catalog.model_list import names_of
from qwen_lsp.model.catalog.providers import Provider
from qwen_lsp.model.failures.failures import FailureContext, ServiceResponse, failure_of
from qwen_lsp.model.payer import Access, Payer, authorization
from qwen_lsp.model.transport.http import Http
from qwen_lsp.model.transport.timeouts import Patience

if TYPE_CHECKING:
    import httpx

_SECONDS = 5.0
_REMEMBERED = 600.0
_LARGEST = 8 * 1024 * 1024
"""OpenRouter's list is the longest known: about a megabyte."""


@dataclass(frozen=True)
class Models:
    """The names of a service's models, or the sentence why there are none to choose from."""

    names: tuple[str, ...] = ()
    fault: str = ""
    is_refused: bool = False
    """Whether it was what pays that was refused."""


class ModelLists:
    """The lists of models of all services, each asked for at most every ten minutes."""

    def __init__(self, http: Http, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._http, self._clock = http, clock
        self._known: dict[str, tuple[float, Access, Models]] = {}

    async def paid_by(self, payer: Payer, provider: Provider) -> Models:
        """The same where `payer` pays: what is refused is renewed once. Raises AccountError."""
        access = await payer.access()
        models = await self.of(provider, access)
        if not models.is_refused:
            return models
        try:
            access = await payer.renewed(access)
        except QwenError as error:
            return Models(fault=str(error))
        return await self.of(provider, access)

    async def of(self, provider: Provider, access: Access) -> Models:
        """What `provider` has at `access`. Raises nothing: a refusal is a sentence.

        A list that is not there is no trouble: any name can be typed.
        """
        if not provider.lists_models:
            return Models(fault=f"{provider.name} has no list of models; type the model's name.")
        known = self._known.get(access.base_url)
        if known and known[1] == access and self._clock() - known[0] < _REMEMBERED:
            return known[2]
        models = await _asked_for(self._http, provider, access)
        if not models.fault:
            self._known[access.base_url] = self._clock(), access, models
        return models


async def _asked_for(http: Http, provider: Provider, access: Access) -> Models:
    host = authority_of(access.base_url)
    try:
        async with asyncio.timeout(_SECONDS):
            answer = await answer_of(http, provider, access)
    except TimeoutError:
        return Models(fault=f"{host} did not list its models in time; type the model's name.")
    except QwenError as error:
        return Models(fault=str(error))
    names = names_of(answer.body) if answer.status == 200 else None
    if names is None:
        fault = str(_refused(http, provider, access, answer))
        return Models(fault=fault, is_refused=answer.status == 401)
    return Models(names) if names else Models(fault=_none_there(provider, host))


async def answer_of(http: Http, provider: Provider, access: Access) -> ServiceResponse:
    """What a service answers when it is asked for its models; of a long body its beginning.

    Raises Unreachable, CredentialRefused. It waits as long as the service does.
    """
    return await answered(http, provider, access, access.base_url + "/models")


async def answered(
    http: Http,
    provider: Provider,
    access: Access,
    url: str,
    *,
    content: bytes | None = None,
    seconds: float = _SECONDS,
) -> ServiceResponse:
    """What a service answers at `url` to a GET, or to the POST of `content`, which is JSON.

    `seconds` may pass without a word. Raises Unreachable, CredentialRefused.
    """
    from qwen_lsp.model.transport.exchange import opened

    client = http.client()
    headers = {"Accept": "application/json", **authorization(access, provider.name)}
    if content is not None:
        headers["Content-Type"] = "application/json"
    method = "GET" if content is None else "POST"
    request = client.build_request(method, url, headers=headers, content=content)
    patience = Patience(first=seconds)
    response = await opened(client, request, patience=patience, start_with=provider.start_with)
    try:
        body = await _body(response)
    finally:
        await response.aclose()
    sent = response.headers
    kind, place = sent.get("content-type", ""), sent.get("location", "")
    return ServiceResponse(response.status_code, kind, body, place)


async def _body(response: "httpx.Response") -> bytes:
    from qwen_lsp.model.transport.exchange import Silence, blocks

    body = bytearray()
    try:
        async for block in blocks(response, Silence(lambda: _SECONDS)):
            body += block
            if len(body) > _LARGEST:
                break
    except ModelError:
        pass  # What came is no list, and is said to be none.
    return bytes(body[:_LARGEST])


def _refused(http: Http, provider: Provider, access: Access, answer: ServiceResponse) -> QwenError:
    host = authority_of(access.base_url)
    is_page = "html" in answer.content_type.lower()
    if (answer.status == 200 and not is_page) or answer.status in (404, 405, 410, 501):
        return ServiceRefused(f"{host} has no list of models; type the model's name.")
    asked = FailureContext(
        service=provider.name if provider.base_url else host,
        host=host,
        model="its models",
        key=access.key,
        along=http.secrets,
        key_from=provider.key_from,
        advice=provider.advice,
    )
    return failure_of(answer, asked)


def _none_there(provider: Provider, host: str) -> str:
    if provider.get_model_with:
        command = provider.get_model_with.format(model=provider.default_model)
        return f"{provider.name} has no model yet; get one with: {command}."
    return f"{host} lists no model; load one there, or type the model's name."

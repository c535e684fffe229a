"""What a service answers when it is asked for its models: who it is, which it has, and the time."""

import asyncio
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from qwen_lsp.errors import QwenError
from qwen_lsp.model.address import authority_of, host_of, is_loopback
from qwen_lsp.model.catalog.model_list import names_of
from qwen_lsp.model.failures.failures import FailureContext, ServiceResponse, failure_of
from qwen_lsp.model.payer import Access, authorization
from qwen_lsp.model.transport.timeouts import Patience

from .finding import Finding
from .subject import Subject

_SECONDS = 8.0
_SKEW = 60.0
_NO_LIST = (404, 405, 410, 501)
_SHOWN = 5


@dataclass(frozen=True)
class Heard:
    """An answer, how many seconds it took, and by how many our clock is ahead of the service's."""

    answer: ServiceResponse
    took: float
    ahead: float | None


async def answer_found(subject: Subject, access: Access) -> list[Finding]:
    """Whether the service answers and takes the credential, its models, the clock.

    Raises QwenError.
    """
    heard = await _heard(subject, access)
    if heard.answer.status == 401:
        # Says why there is none, or finds one that another program has got by now.
        access = await subject.account.renewed(access)
        heard = await _heard(subject, access)
    return [
        _answer(subject, access, heard),
        *_models(subject, access, heard.answer),
        *_clock(access, heard),
    ]


async def _heard(subject: Subject, access: Access) -> Heard:
    from qwen_lsp.model.transport.exchange import body_of_answer, opened

    client, provider = subject.http.client(), subject.provider
    headers = {"Accept": "application/json", **authorization(access, provider.name)}
    request = client.build_request("GET", f"{access.base_url}/models", headers=headers)
    begun = asyncio.get_running_loop().time()
    patience = Patience(first=_SECONDS)
    response = await opened(client, request, patience=patience, start_with=provider.start_with)
    came, took = subject.clock(), asyncio.get_running_loop().time() - begun
    try:
        async with asyncio.timeout(_SECONDS):
            body = await body_of_answer(response)
    finally:
        await response.aclose()
    sent = response.headers
    kind, place = sent.get("content-type", ""), sent.get("location", "")
    ahead = _ahead(sent.get("date", ""), came)
    return Heard(ServiceResponse(response.status_code, kind, body, place), took, ahead)


def _ahead(date: str, now: float) -> float | None:
    try:
        return now - parsedate_to_datetime(date).timestamp()
    except (ValueError, OverflowError):
        return None


def _answer(subject: Subject, access: Access, heard: Heard) -> Finding:
    host, status = authority_of(access.base_url), heard.answer.status
    took = f"{host} answers, in {heard.took * 1000:.0f} ms"
    is_page = "html" in heard.answer.content_type.lower()
    if status == 200 and not is_page:
        return Finding("Answer", "ok", f"{took}.")
    if status in _NO_LIST and not is_page:
        said = f"{took}; whether it takes the credential shows when a model is asked."
        return Finding("Answer", "ok", said)
    return Finding("Answer", "wrong", str(_failure(subject, access, heard.answer)))


def _failure(subject: Subject, access: Access, answer: ServiceResponse) -> QwenError:
    provider, host = subject.provider, authority_of(access.base_url)
    asked = FailureContext(
        service=provider.name if provider.base_url else host,
        host=host,
        model="its models",
        key=access.key,
        along=subject.http.secrets,
        key_from=provider.key_from,
        advice=provider.advice,
    )
    return failure_of(answer, asked)


def _models(subject: Subject, access: Access, answer: ServiceResponse) -> list[Finding]:
    provider, model = subject.provider, subject.model
    names = (names_of(answer.body) or ()) if answer.status == 200 else ()
    if not model:
        said = "No model is chosen."
        listed = f" It has {_listed(names)}." if names else ""
        way_out = "Run `qwen-lsp models`, then set qwen.model."
        return [Finding("Model", "wrong", said + listed, way_out)]
    if not names:
        said = f"{model} is asked; the service has no list to look it up in."
        return [Finding("Model", "ok", said)] if answer.status in (200, *_NO_LIST) else []
    if is_listed(model, names):
        return [Finding("Model", "ok", f"{model} is one of {_listed(names)}.")]
    get_it = (provider.get_model_with or "").format(model=model)
    way_out = f"Get it with: {get_it}." if get_it else "Choose one of them, or check its name."
    host = authority_of(access.base_url)
    return [
        Finding("Model", "warning", f"{host} does not list {model}, but {_listed(names)}.", way_out)
    ]


def is_listed(model: str, names: tuple[str, ...]) -> bool:
    """Whether a service has a model; Ollama adds `:latest` to a name without a tag."""
    return model in names or f"{model}:latest" in names


def _listed(names: tuple[str, ...]) -> str:
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return f"{', '.join(names[:_SHOWN])}{more}"


def _clock(access: Access, heard: Heard) -> list[Finding]:
    host = host_of(access.base_url)
    if heard.ahead is None or is_loopback(host):
        return []
    if abs(heard.ahead) <= _SKEW:
        return [Finding("Clock", "ok", f"It agrees with that of {host}.")]
    which = "ahead of" if heard.ahead > 0 else "behind"
    said = f"This machine's is {abs(heard.ahead):.0f} seconds {which} that of {host}."
    return [Finding("Clock", "warning", said, "Set it: sign-ins and certificates go by it.")]

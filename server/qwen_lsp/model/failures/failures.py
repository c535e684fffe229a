"""What an answer that is no reply means, as the error whose text its user reads."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

from pydantic import SecretStr

from qwen_lsp.errors import ModelError, ReplyCut, ServiceRefused
from qwen_lsp.model.failures.complaint import Complaint, complaint_of, complaint_of_body, shown
from qwen_lsp.model.failures.overflow import by_how_much
from qwen_lsp.model.failures.refusals import REFUSALS
from qwen_lsp.model.limits.pauses import said_pause


@dataclass(frozen=True)
class FailureContext:
    """Whom a request went to and for what: what a sentence about it may name.

    `key` and `along` are only there to be taken out of what the service says.
    """

    service: str
    host: str
    model: str
    key: SecretStr | None = None
    along: tuple[SecretStr, ...] = ()
    key_from: str | None = None
    get_model_with: str | None = None
    advice: str | None = None


@dataclass(frozen=True)
class ServiceResponse:
    """An HTTP answer that is no stream of a reply.

    `after`: seconds to wait, `again`: whether to ask once more, `request_id`: what it calls the
    request, each where it says so.
    """

    status: int
    content_type: str = ""
    body: bytes = b""
    location: str = ""
    after: float | None = None
    again: bool | None = None
    request_id: str = ""


def failure_of(answer: ServiceResponse, asked: FailureContext) -> ModelError:
    """The error that `answer` is."""
    is_page = "html" in answer.content_type.lower()
    if is_page and answer.status in (200, 403, 405):
        return ServiceRefused(
            f"A web page, as firewalls send it, came from {asked.host} in place of a reply; try "
            "again in a while, or from another network or proxy.",
            meaning="page",
        )
    if 300 <= answer.status < 400:
        return _redirected(answer.location, asked)
    complaint = complaint_of_body(answer.body, answer.status)
    if not complaint.request_id:
        complaint = replace(complaint, request_id=answer.request_id)
    if complaint.status < 400:
        return _failed_in_success(complaint, answer, asked)
    return failure_for(complaint, asked, after=answer.after, again=answer.again)


def failure_in_stream(value: object, asked: FailureContext, status: int = 0) -> ModelError:
    """The error that a decoded event of a stream is; `status` where the event gave one."""
    return failure_for(complaint_of(value, status), asked)


def failure_for(
    complaint: Complaint,
    asked: FailureContext,
    *,
    after: float | None = None,
    again: bool | None = None,
) -> ModelError:
    """The error that a complaint is. Its sentence never holds the key of `asked`.

    What its service wants to be asked `again` and nobody knows more of is its own trouble.
    """
    refusal = next(
        row
        for row in REFUSALS
        if re.fullmatch(row.statuses, str(complaint.status))
        and re.search(row.words, complaint.words, re.IGNORECASE)
    )
    sentence = refusal.sentence.format_map(_terms(complaint, asked, after))
    meaning = "trouble" if again and refusal.meaning == "other" else refusal.meaning
    over = complaint.overflow.excess
    return refusal.error(
        sentence,
        meaning=meaning,
        after=after,
        over=over,
        is_final=again is False,
        request_id=complaint.request_id,
    )


def cut_by_limit(asked: FailureContext, limit: int | None, *, has_text: bool) -> ReplyCut:
    """The error of `finish_reason: "length"`; `limit` is the number of tokens that was set."""
    size = f"{limit} tokens" if limit else "the model's own number of tokens"
    if has_text:
        return ReplyCut(
            f"The reply of {asked.model} was cut at the limit of {size}; set qwen.maxTokens "
            "higher, or select less.",
            meaning="limit",
        )
    return ReplyCut(
        f"All of the reply, to the limit of {size}, went into the thinking of {asked.model}; set "
        "qwen.thinking to off, or qwen.maxTokens higher.",
        meaning="limit",
    )


def without_text(asked: FailureContext, *, has_thought: bool) -> ReplyCut:
    """The error of a reply that came to its end without a word."""
    if has_thought:
        return ReplyCut(
            f"All of the reply went into the thinking of {asked.model}; set qwen.thinking to off, "
            "or, where it is, choose another model with qwen.model.",
            meaning="empty",
        )
    return ReplyCut(f"{asked.service} sent an empty reply; run the action again.", meaning="empty")


def _redirected(location: str, asked: FailureContext) -> ServiceRefused:
    target = re.match(r"https?://(?:[^/@]*@)?([\w.-]+)", location)
    where = f" to {target[1]}" if target else ""
    return ServiceRefused(
        f"{asked.host} sends requests on{where}, which is not followed because a key would go "
        "along; set qwen.baseUrl to the address itself.",
        meaning="address",
    )


def _failed_in_success(
    complaint: Complaint, answer: ServiceResponse, asked: FailureContext
) -> ModelError:
    """A status of success over a body that may hold an error."""
    if complaint.words.strip() and "json" in answer.content_type.lower():
        stripped = replace(complaint, status=0)
        return failure_for(stripped, asked, after=answer.after, again=answer.again)
    form = shown(answer.content_type.partition(";")[0]) or "an unknown form"
    return ServiceRefused(
        f"{asked.host} answered in {form} and not with a reply; check qwen.baseUrl and the proxy.",
        meaning="address",
    )


def _terms(complaint: Complaint, asked: FailureContext, after: float | None) -> Mapping[str, str]:
    sent = [each.get_secret_value() for each in (asked.key, *asked.along) if each]
    said = shown(complaint.message or complaint.code, *sent)
    page = f" at {asked.key_from}" if asked.key_from else ""
    get_model = (asked.get_model_with or "").format(model=asked.model)
    checked = "check that the key is of this service, its region and its plan"
    return {
        "service": asked.service,
        "host": asked.host,
        "model": asked.model,
        "status": str(complaint.status),
        "said": f": “{said}”" if said else "",
        "by_how_much": by_how_much(complaint.overflow),
        "pause": said_pause(after),
        "key_page": page,
        "key_advice": asked.advice or f"sign in again, or {checked}",
        "quota_advice": asked.advice or f"look at the account{page}, or choose another provider",
        "model_advice": f"get it with: {get_model}" if get_model else "choose one with qwen.model",
    }

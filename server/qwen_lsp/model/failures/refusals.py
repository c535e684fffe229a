"""The refusals that services are known to give, one row each, and the sentence for each.

The table is read from the top: the first row that fits decides, so what knows more stands above
what knows only a status. Braces in a sentence name what `failures.py` fills in.
"""

from typing import NamedTuple

from qwen_lsp.errors import Meaning, ModelError, ServiceRefused, Unauthorized


class Refusal(NamedTuple):
    """Fits a complaint when both patterns do; status 0 is an error in the stream without one.

    What is done about it hangs on `meaning` (`limits/retry.py`).
    """

    statuses: str
    words: str
    meaning: Meaning
    sentence: str
    error: type[ModelError] = ServiceRefused


_UNPAID = (
    "{service} wants a bill paid or a plan bought before it goes on; look after the account"
    "{key_page}, then run the action again."
)
_TOO_LONG = "The selection with its surroundings is too long for {model}{by_how_much}; select less."
_NOT_ACCEPTED = "{service} did not accept the sign-in or the key{said}; {key_advice}."
_RATE = (
    "{service} is getting too many requests from this account; wait {pause}, then run the action "
    "again."
)
_FORBIDDEN = (
    "{service} does not allow this account to use {model}{said}; ask for access{key_page}, or "
    "choose another model with qwen.model."
)
_USED_UP = "The quota of this account at {service} is used up; {quota_advice}."
_TROUBLE = "; run the action again in a while."

REFUSALS = (
    Refusal(
        r"\d+",
        r"data_?inspection_?failed|content_?filter|inappropriate content",
        "filter",
        "The content filter of {service} refused the request; select something else or choose "
        "another model with qwen.model.",
    ),
    Refusal(r"\d+", r"Arrearage|PrepaidBillOverdue|CommodityNotPurchased", "billing", _UNPAID),
    Refusal(r"402", r"", "billing", _UNPAID),
    Refusal(
        r"\d+",
        r"FreeTierOnly",
        "used up",
        "The free quota of {model} at {service} is used up; allow paid use{key_page}, or choose "
        "another model with qwen.model.",
    ),
    Refusal(
        r"\d+",
        r"free allocated quota exceeded",
        "used up",
        "The free quota of this account at {service} is used up; {quota_advice}.",
    ),
    Refusal(r"\d+", r"budget_?exceeded|budget has been exceeded", "used up", _USED_UP),
    # A plan's limit of five hours, a week or a month, which no wait of ours outlasts.
    Refusal(
        r"403|429|0",
        r"will reset (at|on)|(hour|week|month)(ly)? .*quota",
        "used up",
        "What the plan of this account at {service} allows for now is used up{said}; wait until it "
        "is there again, or choose another provider.",
    ),
    Refusal(r"403", r"insufficient_quota|quota_?exceeded|AllocationQuota", "used up", _USED_UP),
    Refusal(
        r"400|413|422|500|0",
        r"input length|exceed_context_size|context_length_exceeded|maximum context|context size"
        r"|context length|context window|prompt is too long",
        "too long",
        _TOO_LONG,
    ),
    Refusal(r"413", r"", "too long", _TOO_LONG),
    Refusal(
        r"400|0",
        r"range of max_(completion_)?tokens|max_(completion_)?tokens.*(must|should|too large)",
        "tokens",
        "{service} does not allow as many tokens in a reply of {model} as were asked for{said}; "
        "set qwen.maxTokens lower.",
    ),
    Refusal(
        r"400|0",
        r"reasoning_effort|enable_thinking|thinking_budget",
        "other",
        "{service} refuses what qwen.thinking asks of {model}{said}; set it to off, to auto, or to "
        "a level that this model has.",
    ),
    Refusal(r"401|403", r"not allowed to access model", "permission", _FORBIDDEN),
    Refusal(r"401", r"", "account", _NOT_ACCEPTED, Unauthorized),
    # LiteLLM about a key that is not its own one, where it has no database with others.
    Refusal(
        r"400",
        r"no_db_connection",
        "account",
        "{service} does not know the key; {key_advice}.",
        Unauthorized,
    ),
    Refusal(
        r"400|403|0",
        r"(invalid|incorrect)[_ ]?api[_ -]?key|invalid access token|token (has |is )?expired"
        r"|session has expired|unauthorized|authentication",
        "account",
        _NOT_ACCEPTED,
        Unauthorized,
    ),
    Refusal(
        r"404|400|0",
        r"model[_ ]?not[_ ]?(found|exist|supported)|model .*(not found|not exist|not supported)"
        r"|(no such|unknown) model|invalid model name",
        "model",
        "{service} has no model {model}; {model_advice}.",
    ),
    Refusal(
        r"403|405|0",
        r"coding[ -]?(plan|agent)",
        "plan",
        "{service} keeps the plan of this key for coding agents on a list of its own; use a key "
        "that is paid by use{key_page}.",
    ),
    Refusal(
        r"404|405|410",
        r"",
        "address",
        "{host} has no Chat Completions at this address (HTTP {status}{said}); correct "
        "qwen.baseUrl.",
    ),
    Refusal(r"403", r"", "permission", _FORBIDDEN),
    Refusal(r"0", r"AccessDenied|access denied", "permission", _FORBIDDEN),
    Refusal(
        r"407",
        r"",
        "proxy",
        "The proxy wants a password before it lets a request through to {host}; write the "
        "password into HTTPS_PROXY.",
    ),
    Refusal(
        r"429|0",
        r"AllocationQuota|insufficient_quota|current quota|quota exceeded",
        "quota",
        "{service} refuses more for now: too many tokens in one minute, or the quota is used up; "
        "wait {pause}, and if that does not help, {quota_advice}.",
    ),
    Refusal(r"429", r"", "rate", _RATE),
    Refusal(
        r"0", r"Throttling|limit_requests|limit_burst|rate.?limit|too many requests", "rate", _RATE
    ),
    Refusal(
        r"503|0",
        r"loading model|model is loading",
        "loading",
        "{service} is still loading {model}; wait a little, then run the action again.",
    ),
    Refusal(
        r"408|409|5\d\d",
        r"",
        "trouble",
        "{service} is in trouble itself (HTTP {status}{said})" + _TROUBLE,
    ),
    Refusal(
        r"0",
        r"InternalError|SystemError|RequestTimeOut|ModelServiceFailed|ModelServingError"
        r"|ModelUnavailable|server_error|ServerError|ServiceUnavailable|overloaded",
        "trouble",
        "{service} is in trouble itself{said}" + _TROUBLE,
    ),
    Refusal(
        r"[1-9]\d*",
        r"",
        "other",
        "{service} refused the request (HTTP {status}{said}); change the request, or choose "
        "another model with qwen.model.",
    ),
    Refusal(
        r"0",
        r"",
        "other",
        "{service} broke the reply off with an error{said}; run the action again.",
    ),
)

"""What a client may send as the section `qwen`, and what each setting means."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

from ..model.transport.extra_headers import headers_fault


class Group(BaseModel):
    """Options by their names on the wire; unknown ones are left out."""

    model_config = ConfigDict(alias_generator=to_camel, extra="ignore", strict=True)


class ActionOptions(Group):
    """`qwen.actions`."""

    hide: Annotated[
        list[str] | None, Field(description="Ids of actions that are not offered in menus.")
    ] = None


class ContextOptions(Group):
    """`qwen.context`."""

    tokens: Annotated[
        int | None,
        Field(
            ge=0,
            le=100_000,
            description="About how many tokens of the file are sent around the selection at most; "
            "fewer where the model has no room for them. First come the "
            "heads of what encloses the selection, the imports and the signatures of what it uses.",
        ),
    ] = None
    too_long: Annotated[
        Literal["less", "fail"] | None,
        Field(
            description="What to do where that is more than the model reads: `less` sends less of "
            "the file around the selection, and says so; `fail` sends nothing, and says which "
            "number of `context.tokens` fits."
        ),
    ] = None


Seconds = Annotated[float | None, Field(gt=0, le=3600)]


class TimeoutsOptions(Group):
    """`qwen.timeouts`, in seconds."""

    connect: Annotated[
        Seconds, Field(description="The most seconds until a service is connected; without it 10.")
    ] = None
    first_token: Annotated[
        Seconds,
        Field(
            description="The most seconds from then to the first token; without it 120, and 300 on "
            "this machine, where an engine may have to load its model first."
        ),
    ] = None
    idle: Annotated[
        Seconds,
        Field(
            description="The most seconds in which nothing more of a reply comes; without it 60. "
            "Then the reply counts as cut."
        ),
    ] = None


class LimitsOptions(Group):
    """`qwen.limits`."""

    per_minute: Annotated[
        int | None, Field(gt=0, description="The most requests of an account in any minute.")
    ] = None
    per_second: Annotated[
        int | None, Field(gt=0, description="The most requests of an account in any second.")
    ] = None
    at_once: Annotated[
        int | None,
        Field(gt=0, description="The most requests of an account that are answered at a time."),
    ] = None


class ProvidersOptions(Group):
    """`qwen.providers`."""

    allowed: Annotated[
        list[str] | None,
        Field(
            description="Ids of the only services that may be asked; without it any. A folder's "
            "own settings can take from it, and not add to it."
        ),
    ] = None


class OAuthOptions(Group):
    """`qwen.oauth`: whom the provider `oauth` signs in with."""

    issuer: Annotated[
        str | None,
        Field(description="The authorization server of the provider `oauth`, as it names itself."),
    ] = None
    client_id: Annotated[
        str | None,
        Field(description="What that server knows this program as: a public client, no secret."),
    ] = None
    scope: Annotated[
        str | None,
        Field(description="What to ask it for, in its own words; without it what it gives anyone."),
    ] = None
    base_url: Annotated[
        str | None,
        Field(description="The address of the API that its tokens are for, and go to alone."),
    ] = None


Edits = Literal["stream", "once", "preview"]
"""How a reply gets into a file."""


def _headers(headers: dict[str, SecretStr] | None) -> dict[str, SecretStr] | None:
    if fault := headers_fault(headers or {}):
        raise PydanticCustomError("headers", "{fault}", {"fault": fault})
    return headers


def _level(thinking: str | None) -> str | None:
    if thinking and not re.fullmatch(r"[a-z]{2,12}", thinking):
        raise PydanticCustomError("level", "should be off, auto or a level of the model's own")
    return thinking or None


class Options(Group):
    """What a client may send as the section `qwen`. A field left out, or null, is unset."""

    enabled: Annotated[
        bool | None,
        Field(
            description="Whether anything is offered or sent at all. A folder's own settings can "
            "switch it off for what lies in it, and not on."
        ),
    ] = None
    provider: Annotated[
        str | None,
        Field(
            description="The service to use: an id of `docs/providers.md`, or `auto`: "
            "the one chosen last (`qwen-lsp use`), else the only one that there is a sign-in or a "
            "key for."
        ),
    ] = None
    model: Annotated[
        str | None,
        Field(
            description="The model's name; without it the one chosen last, else the provider's "
            "default."
        ),
    ] = None
    base_url: Annotated[
        str | None,
        Field(
            description="The address of the `custom` service, or of the `simulator`; with or "
            "without `/v1` or `/chat/completions` at its end."
        ),
    ] = None
    headers: Annotated[
        dict[str, SecretStr] | None,
        AfterValidator(_headers),
        Field(
            description="Headers that go along with each request to `provider`, which has to be "
            "set beside them, and nowhere else: for a gateway that wants them. Never a key's "
            "(`Authorization`) nor a cookie. The user's own: a folder can't set it."
        ),
    ] = None
    key_command: Annotated[
        list[str] | None,
        Field(
            description="A program and its arguments that print the key of `provider`, which has "
            "to be set beside it; asked once, and again when the key is refused. The user's own: a "
            "folder can't set it."
        ),
    ] = None
    proxy: Annotated[
        SecretStr | None,
        Field(
            description="The proxy to every service but those on this machine, as "
            "`http://user:password@host:port`; without it `HTTPS_PROXY` and its like, or the "
            "system's. `NO_PROXY` counts in any case. The user's own: a folder can't set it."
        ),
    ] = None
    ca_bundle: Annotated[
        str | None,
        Field(
            description="A file of root certificates (PEM) to believe as well, for networks that "
            "inspect TLS. The user's own: a folder can't set it."
        ),
    ] = None
    edits: Annotated[
        Edits | None,
        Field(
            description="How a reply gets into the file: `stream` writes whole lines as they come, "
            "`once` all of them at the end, `preview` into a document of its own first."
        ),
    ] = None
    undo: Annotated[
        Literal["fold", "leave"] | None,
        Field(
            description="After a job: fold its edits, so that one undo gives the original back, "
            "or leave them in the history one by one."
        ),
    ] = None
    delivery: Annotated[
        Literal["auto", "checked", "unchecked"] | None,
        Field(
            description="How this editor applies edits. `auto` goes by its name; `checked`: only "
            "at the version that an edit was made for; `unchecked`: at any, so that replies are "
            "shown in a preview first."
        ),
    ] = None
    on_stop: Annotated[
        Literal["restore", "keep"] | None,
        Field(
            description="After a stop or a failure: put the original back, or keep the whole new "
            "lines and after them the original ones that were not replaced yet."
        ),
    ] = None
    explain: Annotated[
        Literal["auto", "hover", "document", "message"] | None,
        Field(
            description="How an explanation is shown. `auto`: in the client's own view if it has "
            "one, else by hover."
        ),
    ] = None
    thinking: Annotated[
        str | None,
        AfterValidator(_level),
        Field(
            description="Whether a model that can think before it answers may do so: `off`, "
            "`auto`, or one of its own levels, such as `low` or `high` (Qwen4, Qwen3.8)."
        ),
    ] = None
    temperature: Annotated[
        float | None,
        Field(ge=0, lt=2, strict=False, description="Without it the model family's own."),
    ] = None
    max_tokens: Annotated[
        int | None,
        Field(gt=0, description="The most tokens of a reply; without it the service's own limit."),
    ] = None
    conversation: Annotated[
        Literal["local", "service"] | None,
        Field(
            description="Who remembers a conversation that may go on, by *Retry* with other words "
            "or a question. `local`: this server, in memory, until the file is closed. `service`: "
            "the service too, by its Responses API, where it has one: Qwen's keep the "
            "conversation, and so your code, for 7 days. The user's own: a folder can't set it."
        ),
    ] = None
    timeouts: Annotated[
        TimeoutsOptions | None, Field(description="How long to wait for a service.")
    ] = None
    usage: Annotated[
        Literal["keep", "off"] | None,
        Field(
            description="Whether the totals of what was used are kept on this machine, by day and "
            "provider: numbers alone, for `qwen-lsp usage` and *Qwen: Show status*."
        ),
    ] = None
    context: Annotated[
        ContextOptions | None, Field(description="What is sent beside the selection.")
    ] = None
    limits: Annotated[
        LimitsOptions | None,
        Field(
            description="How much is asked of an account by this server; further jobs wait for a "
            "slot. Without it what is known of the provider."
        ),
    ] = None
    providers: Annotated[
        ProvidersOptions | None, Field(description="Which services may be asked.")
    ] = None
    actions: Annotated[ActionOptions | None, Field(description="What is offered.")] = None
    oauth: Annotated[OAuthOptions | None, Field(description="A sign-in that is not Qwen's.")] = None

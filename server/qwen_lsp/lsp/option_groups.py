"""The settings that are groups of settings, as a client may send them."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel


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

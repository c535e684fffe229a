"""The device flow (RFC 8628) with PKCE (RFC 7636) as a value: fed, without network or clock."""

import base64
import hashlib
from collections.abc import Generator, Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import SecretStr

from qwen_lsp.errors import AccountError, SignInDenied, SignInExpired

from ..fields import safe_uri, seconds, visible
from ..issuer import Issuer
from ..token import Token, granted
from .exchange import (
    Form,
    IssuerResponse,
    NoAnswer,
    Reply,
    error_code,
    is_transient,
    json_object,
    to_correct,
    what_came,
)

DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"

_INTERVAL = 5.0
_LONGEST_BACK_OFF = 60.0


@dataclass(frozen=True)
class Pkce:
    """A verifier, which stays in memory, and its S256 challenge (RFC 7636, section 4)."""

    verifier: SecretStr
    challenge: str


@dataclass(frozen=True)
class UserCode:
    """What a user needs to approve a sign-in (RFC 8628, section 3.2). Times are in seconds."""

    user_code: str
    verification_uri: str
    verification_uri_complete: str | None
    expires_in: float
    interval: float


@dataclass(frozen=True)
class DeviceCode:
    """A pending sign-in: the secret that is polled with, and what the user is shown."""

    device_code: SecretStr
    user: UserCode


@dataclass(frozen=True)
class PollRequest:
    """What to post to the token endpoint next, once `after` seconds have passed."""

    after: float
    form: Form


@dataclass(frozen=True)
class Polled:
    """What came of an attempt, `elapsed` seconds after the code was asked for.

    They are those of a clock that nobody sets: the time of day may jump while a user decides.
    """

    reply: Reply
    elapsed: float


def pkce(random: bytes) -> Pkce:
    """The pair made of 32 to 96 random bytes."""
    if not 32 <= len(random) <= 96:
        raise ValueError("PKCE needs 32 to 96 random bytes")
    verifier = _base64url(random)
    challenge = _base64url(hashlib.sha256(verifier.encode("ascii")).digest())
    return Pkce(SecretStr(verifier), challenge)


def device_form(issuer: Issuer, challenge: str) -> Form:
    """What asks for a code (RFC 8628, section 3.1), with the challenge of RFC 7636."""
    fields = {"client_id": issuer.client_id}
    if issuer.scope:
        fields["scope"] = issuer.scope
    return Form(fields | {"code_challenge": challenge, "code_challenge_method": "S256"})


def device_code(issuer: Issuer, reply: Reply) -> DeviceCode:
    """The code in the answer to `device_form`. Raises AccountError."""
    if isinstance(reply, NoAnswer):
        raise AccountError(f"The sign-in could not begin: {reply.sentence}")
    body = json_object(reply)
    if reply.status != 200 or body is None or error_code(body):
        advice = to_correct(issuer, body) or _at_first(issuer, reply)
        raise AccountError(
            f"{issuer.host} gave no sign-in code, because {what_came(reply)}; {advice}."
        )
    return _device_code(issuer, body)


def wait_for_token(
    issuer: Issuer, code: DeviceCode, verifier: SecretStr
) -> Generator[PollRequest, Polled, Token]:
    """Polls until the user has decided (RFC 8628, sections 3.4 and 3.5).

    The code counts as expired when a reply after its time still brings no decision: so the service
    has the last word, also after the machine slept. Raises SignInDenied, SignInExpired or
    AccountError.
    """
    form = _poll_form(issuer, code, verifier)
    interval = pause = code.user.interval
    while True:
        polled = yield PollRequest(pause, form)
        decision = _decision(issuer, polled.reply)
        if isinstance(decision, Token):
            return decision
        left = code.user.expires_in - polled.elapsed
        if left <= 0:
            raise _expired(polled.reply)
        if decision == "slow down":
            interval += 5
        pause = max(interval, min(2 * pause, left, _LONGEST_BACK_OFF))
        if decision != "back off":
            pause = interval


def _device_code(issuer: Issuer, body: Mapping[str, object]) -> DeviceCode:
    secret = visible(body.get("device_code"))
    shown = visible(body.get("user_code"))
    # Some servers are older than the RFC, and say `url`.
    uri = safe_uri(body.get("verification_uri") or body.get("verification_url"))
    expires_in = seconds(body.get("expires_in"))
    complete = body.get("verification_uri_complete") or body.get("verification_url_complete")
    whole = safe_uri(complete)
    if not (secret and shown and len(shown) <= 64 and uri and expires_in):
        raise AccountError(f"{issuer.host} gave a sign-in code that is not whole; try again later.")
    if complete and not whole:
        raise AccountError(
            f"{issuer.host} named a sign-in page that is not safe to open, so nothing was opened; "
            "use another qwen.provider."
        )
    interval = min(seconds(body.get("interval")) or _INTERVAL, max(expires_in, _INTERVAL))
    return DeviceCode(SecretStr(secret), UserCode(shown, uri, whole, expires_in, interval))


def _at_first(issuer: Issuer, reply: IssuerResponse) -> str:
    """The advice for a refusal before there is a code: of the user's own issuer by what is set."""
    if issuer.api and reply.status in (400, 403) and json_object(reply) is not None:
        return "check qwen.oauth.clientId and qwen.oauth.scope, or ask whoever runs it"
    return "try again later"


def _poll_form(issuer: Issuer, code: DeviceCode, verifier: SecretStr) -> Form:
    return Form(
        {
            "grant_type": DEVICE_GRANT,
            "client_id": issuer.client_id,
            "device_code": code.device_code,
            "code_verifier": verifier,
        }
    )


_Wait = Literal["pending", "slow down", "back off"]


def _decision(issuer: Issuer, reply: Reply) -> Token | _Wait:
    if isinstance(reply, NoAnswer) or is_transient(reply):
        return "back off"
    body = json_object(reply)
    if body is None:
        raise _stopped(issuer, reply)
    match _poll_error(body):
        case None if reply.status == 200:
            return granted(body, issuer=issuer, now=reply.at)
        case "authorization_pending":
            return "pending"
        case "slow_down":
            return "slow down"
        case "access_denied" | "authorization_declined":  # As Entra ID says it.
            raise SignInDenied(
                f"The sign-in was refused at {issuer.host}; sign in again if that was a mistake."
            )
        case "expired_token" | "invalid_grant":
            raise _expired(reply)
    if reply.status == 401 and not to_correct(issuer, body):
        raise _expired(reply)
    raise _stopped(issuer, reply)


def _poll_error(body: Mapping[str, object]) -> str | None:
    """The error that a poll met. Qwen also says `pending` as a status, or by a token of null."""
    if code := error_code(body):
        return code
    if body.get("slowDown") is True:
        return "slow_down"
    if body.get("status") == "pending" or body.get("access_token", "") is None:
        return "authorization_pending"
    return None


def _expired(reply: Reply) -> SignInExpired:
    if isinstance(reply, NoAnswer):
        return SignInExpired(
            "The sign-in code has expired; sign in again. At the end the service could not be "
            f"asked: {reply.sentence}"
        )
    return SignInExpired("The sign-in code has expired; sign in again.")


def _stopped(issuer: Issuer, reply: IssuerResponse) -> AccountError:
    if reply.status == 429:
        return AccountError(
            f"{issuer.host} allows no more sign-in requests for now; wait a few minutes, "
            "then sign in again."
        )
    advice = to_correct(issuer, json_object(reply)) or "sign in again"
    return AccountError(
        f"The sign-in failed at {issuer.host}, because {what_came(reply)}; {advice}."
    )


def _base64url(octets: bytes) -> str:
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode("ascii")

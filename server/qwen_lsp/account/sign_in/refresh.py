"""How a token is renewed (RFC 6749, section 6), without network or clock."""

from qwen_lsp.errors import AccountError, CredentialRefused

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

_NOT_ABOUT_THE_TOKEN = frozenset({"slow_down", "server_error", "temporarily_unavailable"})


def refresh_form(issuer: Issuer, token: Token) -> Form:
    """What asks for a new token. Raises CredentialRefused where this one can't be renewed."""
    if token.refresh_token is None:
        raise refused(issuer)
    return Form(
        {
            "grant_type": "refresh_token",
            "refresh_token": token.refresh_token,
            "client_id": issuer.client_id,
        }
    )


def refreshed(issuer: Issuer, token: Token, reply: Reply) -> Token:
    """The token that comes after `token`.

    Raises CredentialRefused where the refresh token is no longer good, and AccountError for
    everything that says nothing about it: no network, a broken server, a firewall's page, a client
    id of the user's own that the server does not know.
    """
    if isinstance(reply, NoAnswer):
        raise AccountError(f"The sign-in could not be renewed: {reply.sentence}")
    body = json_object(reply)
    advice = to_correct(issuer, body)
    if _refuses(reply) and not advice:
        raise refused(issuer)
    if reply.status == 200 and body is not None and not error_code(body):
        return token.renewed_by(granted(body, issuer=issuer, now=reply.at))
    advice = advice or ("try again" if is_transient(reply) else "try again later")
    raise AccountError(
        f"The sign-in could not be renewed at {issuer.host}, because {what_came(reply)}; {advice}."
    )


def refused(issuer: Issuer) -> CredentialRefused:
    return CredentialRefused(f"The sign-in at {issuer.host} has ended; sign in again.")


def _refuses(answer: IssuerResponse) -> bool:
    """Whether the server speaks of the token: Qwen's does with 400 or 401 and any error code."""
    body = json_object(answer)
    if answer.status not in (400, 401) or body is None:
        return False
    return error_code(body) not in _NOT_ABOUT_THE_TOKEN

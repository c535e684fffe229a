"""Qwen's authorization server, simulated: the device flow of RFC 8628 with PKCE. No network."""

import base64
import hashlib
import hmac
import secrets
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from .knobs import Knobs
from .refusals import WholeResponse, in_json, refused
from .tokens import Pair, TokenRegistry

CLIENT_ID = "f0304373b74a44d2b584a3fb70ca9e56"
SCOPE = "openid profile email model.completion"
DEVICE_GRANT = "urn:ietf:params:oauth:grant-type:device_code"
MORE_SECONDS = 5
"""What `slow_down` adds to the interval for good (RFC 8628, section 3.5)."""

_LETTERS = string.ascii_uppercase + string.digits
_EAGER_SECONDS = 2
"""The pace that Qwen bears although it names no interval."""


@dataclass
class DeviceAuthorization:
    """One sign-in that somebody asked for."""

    user_code: str
    challenge: str = field(repr=False)
    ends: float
    interval: float
    ticket: str = field(repr=False)
    state: Literal["pending", "approved", "denied", "used"] = "pending"
    polled: float | None = None


class Authorization:
    """The authorization server of `host`."""

    def __init__(self, host: str, clock: Callable[[], float]) -> None:
        self._host = host
        self._clock = clock
        self._attempts: dict[str, DeviceAuthorization] = {}
        self._verifiers: set[str] = set()
        self.tokens = TokenRegistry(clock)

    def device_code(self, form: Mapping[str, str], knobs: Knobs) -> WholeResponse:
        """Answers `POST /api/v1/oauth2/device/code`."""
        if knobs.refuse_sign_in:
            return refused(knobs.refuse_sign_in)
        if form.get("client_id") != CLIENT_ID:
            return _oauth_error("invalid_client", "The client is not known.", status=401)
        if form.get("code_challenge_method") != "S256" or len(form.get("code_challenge", "")) != 43:
            return _oauth_error("invalid_request", "A code_challenge by S256 is needed.")
        device_code = secrets.token_urlsafe(32)
        attempt = self._new_attempt(form["code_challenge"], knobs)
        self._attempts[device_code] = attempt
        return in_json(200, self._described(device_code, attempt, knobs))

    def token(self, form: Mapping[str, str], knobs: Knobs) -> WholeResponse:
        """Answers `POST /api/v1/oauth2/token`."""
        if knobs.refuse_sign_in:
            return refused(knobs.refuse_sign_in)
        if form.get("client_id") != CLIENT_ID:
            return _oauth_error("invalid_client", "The client is not known.", status=401)
        grant = form.get("grant_type")
        if grant == DEVICE_GRANT:
            return self._poll(form, knobs)
        if grant == "refresh_token":
            return self._refresh(form, knobs)
        return _oauth_error("unsupported_grant_type", "There is no such grant.")

    def attempt(self, user_code: str) -> DeviceAuthorization | None:
        """The sign-in that waits for an answer under this code."""
        for attempt in self._attempts.values():
            if attempt.user_code == user_code and self._is_open(attempt):
                return attempt
        return None

    def secrets(self) -> frozenset[str]:
        """Every token, device code and verifier so far: what must be found nowhere else."""
        return self.tokens.secrets() | frozenset(self._attempts) | frozenset(self._verifiers)

    def _new_attempt(self, challenge: str, knobs: Knobs) -> DeviceAuthorization:
        attempt = DeviceAuthorization(
            user_code="".join(secrets.choice(_LETTERS) for _ in range(8)),
            challenge=challenge,
            ends=self._clock() + knobs.code_lifetime,
            interval=knobs.interval or _EAGER_SECONDS,
            ticket=secrets.token_urlsafe(16),
        )
        if knobs.approval != "ask":
            attempt.state = "approved" if knobs.approval == "approve" else "denied"
        return attempt

    def _described(
        self, device_code: str, attempt: DeviceAuthorization, knobs: Knobs
    ) -> dict[str, str | int | float]:
        page = f"http://{self._host}/authorize"
        described: dict[str, str | int | float] = {
            "device_code": device_code,
            "user_code": attempt.user_code,
            "verification_uri": page,
            "verification_uri_complete": f"{page}?user_code={attempt.user_code}&client=qwen-code",
            "expires_in": round(knobs.code_lifetime),
        }
        if knobs.interval:
            described["interval"] = knobs.interval
        return described

    def _poll(self, form: Mapping[str, str], knobs: Knobs) -> WholeResponse:
        attempt = self._attempts.get(form.get("device_code", ""))
        verifier = form.get("code_verifier", "")
        if attempt is None or attempt.state == "used":
            return _oauth_error("invalid_grant", "The device code is not known, or was used.")
        if not _proves(verifier, attempt.challenge):
            return _oauth_error("invalid_grant", "The code_verifier does not fit.")
        self._verifiers.add(verifier)
        if self._clock() >= attempt.ends:
            return _oauth_error("expired_token", "The device code has expired.")
        if self._too_soon(attempt):
            return _oauth_error("slow_down", "Poll less often.", status=429)
        return self._decision(attempt, knobs)

    def _decision(self, attempt: DeviceAuthorization, knobs: Knobs) -> WholeResponse:
        if attempt.state == "pending":
            return _oauth_error("authorization_pending", "The user has not answered yet.")
        if attempt.state == "denied":
            return _oauth_error("access_denied", "The user said no.")
        attempt.state = "used"
        return self._granted(self.tokens.new(knobs.token_lifetime), knobs)

    def _refresh(self, form: Mapping[str, str], knobs: Knobs) -> WholeResponse:
        pair = self.tokens.renewed(form.get("refresh_token", ""), knobs.token_lifetime)
        if pair is None:
            return _oauth_error("invalid_request", "Invalid refresh token or client_id")
        return self._granted(pair, knobs)

    def _granted(self, pair: Pair, knobs: Knobs) -> WholeResponse:
        return in_json(
            200,
            {
                "status": "success",
                "access_token": pair.access_token,
                "refresh_token": pair.refresh_token,
                "token_type": "Bearer",
                "expires_in": round(knobs.token_lifetime),
                "scope": SCOPE,
                "resource_url": self._host,
            },
        )

    def _too_soon(self, attempt: DeviceAuthorization) -> bool:
        now, before = self._clock(), attempt.polled
        attempt.polled = now
        # A tenth of the interval is left to the clocks and the way.
        too_soon = before is not None and now - before < attempt.interval * 0.9
        if too_soon:
            attempt.interval += MORE_SECONDS
        return too_soon

    def _is_open(self, attempt: DeviceAuthorization) -> bool:
        return attempt.state == "pending" and self._clock() < attempt.ends


def _proves(verifier: str, challenge: str) -> bool:
    """Whether the challenge was made of this verifier (RFC 7636, section 4.6)."""
    if not 43 <= len(verifier) <= 128 or not verifier.isascii():
        return False
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    made = base64.urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")
    return hmac.compare_digest(made, challenge)


def _oauth_error(code: str, description: str, *, status: int = 400) -> WholeResponse:
    return in_json(status, {"error": code, "error_description": description})

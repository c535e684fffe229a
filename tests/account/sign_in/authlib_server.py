"""An authorization server that is not ours: Authlib's device flow, PKCE and rotating refresh.

Its issuer has a path, so that what it says of itself lies between host and path (RFC 8414, 3.1).
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

from authlib.integrations.flask_oauth2 import AuthorizationServer
from authlib.oauth2 import rfc6749, rfc7636, rfc8414, rfc8628
from authlib.oauth2.rfc6749.grants import RefreshTokenGrant
from flask import Flask, Response, request
from werkzeug.serving import make_server

CLIENT_ID = "an-editor"
SCOPE = "models offline_access"
TENANT = "/realms/acme"


class PublicClient(rfc6749.ClientMixin):
    """One that has no secret."""

    grants = (rfc8628.DEVICE_CODE_GRANT_TYPE, "refresh_token")

    def get_client_id(self) -> str:
        return CLIENT_ID

    def get_allowed_scope(self, scope: str) -> str:
        return " ".join(word for word in scope.split() if word in SCOPE.split())

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "none"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in self.grants


@dataclass
class Given:
    """A token that was given, and how many were before it in its family."""

    access_token: str
    refresh_token: str
    scope: str
    generation: int = 0
    is_revoked: bool = False

    def check_client(self, client: PublicClient) -> bool:
        return True

    def get_scope(self) -> str:
        return self.scope


@dataclass
class Company:
    """What the server knows. A poll meets `decisions` in order, and then `pending`."""

    issuer: str = ""
    device: dict[str, Any] = field(default_factory=dict)
    decisions: list[str] = field(default_factory=list)
    tokens: list[Given] = field(default_factory=list)
    verifiers: list[str] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    redirects: str = ""

    def secrets(self) -> list[str]:
        given = [text for each in self.tokens for text in (each.access_token, each.refresh_token)]
        return [*given, *self.verifiers, self.device.get("device_code", "")]


class Pkce(rfc7636.CodeChallenge):
    """Authlib has it for the grant by code alone; its checks are the same for this one."""

    def get_authorization_code_challenge_method(self, authorization_code: Any) -> Any:
        return authorization_code.code_challenge_method


PKCE = Pkce(required=True)


class Server(AuthorizationServer):
    """Authlib's, which knows its `company`."""

    def __init__(self, app: Flask, company: Company) -> None:
        self.company = company
        super().__init__(app, {CLIENT_ID: PublicClient()}.get, self._save)
        self.register_endpoint(DeviceEndpoint)
        self.register_grant(DeviceGrant)
        self.register_grant(RotatingGrant)

    def _save(self, token: Any, _: Any) -> None:
        given = Given(token["access_token"], token["refresh_token"], token["scope"])
        given.generation = len(self.company.tokens)
        self.company.tokens.append(given)


class DeviceEndpoint(rfc8628.DeviceAuthorizationEndpoint):
    CLIENT_AUTH_METHODS = ("none",)

    def create_endpoint_response(self, request: Any) -> Any:
        PKCE.validate_code_challenge(SimpleNamespace(request=request), None)
        return super().create_endpoint_response(request)

    def get_verification_uri(self) -> str:
        return f"{self.server.company.issuer}/device"

    def save_device_credential(self, client_id: str, scope: str, data: Any) -> None:
        names = ("code_challenge", "code_challenge_method")
        challenge = SimpleNamespace(**{name: request.form[name] for name in names})
        kept = {"client_id": client_id, "scope": scope, "challenge": challenge}
        self.server.company.device = data | kept


class DeviceGrant(rfc8628.DeviceCodeGrant):
    is_too_fast = False

    def validate_token_request(self) -> None:
        super().validate_token_request()
        self.request.authorization_code = self.request.credential["challenge"]
        PKCE.validate_code_verifier(self, None)
        self.server.company.verifiers.append(request.form["code_verifier"])

    def query_device_credential(self, device_code: str) -> Any:
        known = self.server.company.device
        return rfc8628.DeviceCredentialDict(known) if device_code == known["device_code"] else None

    def query_user_grant(self, user_code: str) -> Any:
        decisions = self.server.company.decisions
        decision = decisions.pop(0) if decisions else "pending"
        self.is_too_fast = decision == "slow down"
        if decision == "expired":
            raise rfc8628.ExpiredTokenError
        return ("a user", decision == "approved") if decision in ("approved", "denied") else None

    def should_slow_down(self, credential: Any) -> bool:
        return self.is_too_fast


class RotatingGrant(RefreshTokenGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ("none",)
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token: str) -> Given | None:
        tokens = self.server.company.tokens
        found = next((each for each in tokens if each.refresh_token == refresh_token), None)
        if found is None or not found.is_revoked:
            return found
        # One that comes again takes its family with it (RFC 9700, section 4.14.2).
        for each in tokens:
            each.is_revoked = True
        return None

    def authenticate_user(self, refresh_token: Given) -> str:
        return "a user"

    def revoke_old_credential(self, refresh_token: Given) -> None:
        refresh_token.is_revoked = True


def description(issuer: str) -> Any:
    """What the server says of itself, as far as Authlib checks it, and the field of RFC 8628."""
    said = rfc8414.AuthorizationServerMetadata(
        issuer=issuer,
        token_endpoint=f"{issuer}/token",
        response_types_supported=["none"],
        grant_types_supported=list(PublicClient.grants),
        token_endpoint_auth_methods_supported=["none"],
        code_challenge_methods_supported=["S256"],
    )
    said.validate()
    return said | {"device_authorization_endpoint": f"{issuer}/device_authorization"}


def served(company: Company) -> Flask:
    """The app of `company`."""
    app = Flask("company")
    app.config["OAUTH2_REFRESH_TOKEN_GENERATOR"] = True
    server = Server(app, company)

    @app.before_request
    def note() -> Response | None:
        company.paths.append(request.path)
        if company.redirects and request.method == "GET":
            return Response(status=302, headers={"location": company.redirects})
        return None

    @app.get(f"/.well-known/oauth-authorization-server{TENANT}")
    def describe() -> Any:
        return description(company.issuer)

    @app.post(f"{TENANT}/device_authorization")
    def ask() -> Any:
        return server.create_endpoint_response(DeviceEndpoint.ENDPOINT_NAME)

    @app.post(f"{TENANT}/token")
    def token() -> Any:
        return server.create_token_response()

    return app


@contextmanager
def running() -> Iterator[Company]:
    """A company whose server listens on a free port of this machine."""
    company = Company()
    server = make_server("127.0.0.1", 0, served(company), threaded=True)
    company.issuer = f"http://127.0.0.1:{server.server_port}{TENANT}"
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield company
    finally:
        server.shutdown()
        thread.join()
        server.server_close()

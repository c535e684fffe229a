"""Answers the requests of the device flow, and the browser that approves it."""

import hmac

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from .approval import page, question
from .service import Simulator, responded


async def device_code(simulator: Simulator, request: Request) -> Response:
    """A new code for a device (RFC 8628, section 3.1)."""
    form = await _form(request)
    noted = simulator.note(request, form)
    return responded(simulator.authorization.device_code(form, simulator.knobs), noted)


async def token(simulator: Simulator, request: Request) -> Response:
    """A poll (RFC 8628, section 3.4) or a refresh (RFC 6749, section 6)."""
    form = await _form(request)
    noted = simulator.note(request, form)
    return responded(simulator.authorization.token(form, simulator.knobs), noted)


async def ask(simulator: Simulator, request: Request) -> Response:
    """The page that asks the user. As Qwen's, it needs both parts of its address."""
    simulator.note(request, dict(request.query_params))
    code, client = request.query_params.get("user_code"), request.query_params.get("client")
    if not code or not client:
        return _page("The address is not whole", "user_code or client is null", status=400)
    attempt = simulator.authorization.attempt(code)
    if attempt is None:
        return _page("No such sign-in", "This code is not known, was answered or is too old.", 404)
    return HTMLResponse(question(attempt, client), headers=_HEADERS)


async def decide(simulator: Simulator, request: Request) -> Response:
    """The user's answer. Its ticket shows that it comes from our page and not from a stranger's."""
    form = await _form(request)
    simulator.note(request, form)
    attempt = simulator.authorization.attempt(form.get("user_code", ""))
    if attempt is None:
        return _page("No such sign-in", "This code is not known, was answered or is too old.", 404)
    if not hmac.compare_digest(form.get("ticket", "").encode(), attempt.ticket.encode()):
        return _page("Not accepted", "This answer did not come from the page.", status=403)
    if form.get("decision") not in ("approve", "deny"):
        return _page("Not accepted", "The answer is approve or deny.", status=400)
    attempt.state = "approved" if form["decision"] == "approve" else "denied"
    title = "Signed in" if attempt.state == "approved" else "Not signed in"
    return _page(title, "You can close this page and go back to your editor.", status=200)


_HEADERS = {
    "cache-control": "no-store",
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'none'",
}


def _page(title: str, sentence: str, status: int) -> Response:
    return HTMLResponse(page(title, f"<p>{sentence}</p>"), status, headers=_HEADERS)


async def _form(request: Request) -> dict[str, str]:
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        return {}
    async with request.form() as form:
        return {name: value for name, value in form.items() if isinstance(value, str)}

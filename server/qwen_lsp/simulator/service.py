"""What the simulated service remembers: its knobs, what it was sent, and who is signed in."""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from .authorization import Authorization
from .knobs import MODELS, Knobs
from .received import Payer, Received, without_secrets
from .refusals import WholeResponse

KEY_PREFIX = "sk-simulator"
"""Any key that begins so is good."""

_KEPT = 1000


class Simulator:
    """A stand-in for Qwen's services at one address of this machine."""

    def __init__(self, host: str, knobs: Knobs, clock: Callable[[], float]) -> None:
        self.origin = f"http://{host}"
        self.base_url = f"{self.origin}/v1"
        self.received: list[Received] = []
        self.authorization = Authorization(host, clock)
        self.closing = asyncio.Event()
        self.knobs = knobs

    @property
    def knobs(self) -> Knobs:
        """How it behaves; can be set while it runs, and then counts for the next request."""
        return self._knobs

    @knobs.setter
    def knobs(self, knobs: Knobs) -> None:
        self._knobs = knobs
        self._refusals_left = knobs.refuse_times

    def turn(self, **options: Any) -> None:
        """Turns some knobs: `simulator.turn(pace=0, refuse="429", refuse_times=1)`."""
        self.knobs = self._knobs.with_options(options)

    def chats(self) -> list[Received]:
        """The requests for a reply, the oldest first."""
        return [each for each in self.received if each.path == "/v1/chat/completions"]

    def note(self, request: Request, body: Mapping[str, Any]) -> Received:
        """Records a request."""
        noted = Received(
            method=request.method,
            path=request.url.path,
            headers=without_secrets(request.headers),
            body=without_secrets(body),
            paid_by=self._payer(request),
        )
        self.received.append(noted)
        del self.received[:-_KEPT]
        return noted

    def knobs_for(self, model: str, simulate: str) -> Knobs:
        """The knobs of one chat request: all of them, its model's, its header's. Raises ValueError.

        A refusal that is set for some requests only is spent by this.
        """
        knobs = self._knobs
        if knobs.refuse and knobs.refuse_times:
            if not self._refusals_left:
                knobs = knobs.with_options({"refuse": None})
            self._refusals_left = max(0, self._refusals_left - 1)
        return knobs.with_text(MODELS.get(model, "")).with_text(simulate)

    def accepts(self, payer: Payer) -> bool:
        """Whether a request is paid for."""
        return payer == "key" or (payer == "sign-in" and not self._knobs.ended)

    def _payer(self, request: Request) -> Payer:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return "nobody"
        if token.startswith(KEY_PREFIX):
            return "key"
        return "sign-in" if self.authorization.tokens.accepts(token) else "nobody"


def responded(answer: WholeResponse, noted: Received) -> Response:
    """The answer as a response, its status recorded."""
    noted.status = answer.status
    return Response(
        answer.body, answer.status, dict(answer.headers), media_type=answer.content_type
    )

"""qwen-lsp whose network fails as nobody expects: `python -m tests.e2e.crashing_server`.

The first request of each kind dies of an exception that holds its secrets in its text, as libraries
write them, and in the variables of its frames. The next one of its kind is sent.
"""

import logging
import sys
from urllib.parse import parse_qs

import httpx

from qwen_lsp.log import start_logging
from qwen_lsp.lsp.rpc.stdio import serve
from qwen_lsp.lsp.server import create_server
from qwen_lsp.model.transport.http import Http


class Crashing(httpx.AsyncHTTPTransport):
    """Sends what it has crashed at once."""

    def __init__(self) -> None:
        super().__init__(trust_env=False)
        self._crashed: set[str] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        form = parse_qs((await request.aread()).decode())
        kind = f"{request.url.path} {form.get('grant_type')}"
        if kind not in self._crashed and not kind.startswith("/api/v1/oauth2/device"):
            self._crashed.add(kind)
            content = request.content if form.get("grant_type") else b""
            raise RuntimeError(dict(request.headers), request.headers.raw, content) from KeyError(
                f"Illegal header value: {request.headers.get('authorization')!r}"
            )
        return await super().handle_async_request(request)


if __name__ == "__main__":
    start_logging(logging.DEBUG)
    sys.exit(serve(create_server(http=Http(transport=Crashing()))))

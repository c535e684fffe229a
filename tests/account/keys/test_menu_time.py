"""Whether there is something to ask is known at once, however many places there are to look at."""

import time

from pydantic import SecretStr

from qwen_lsp.account.keys.places import KeyPlace, Known, Service
from qwen_lsp.model.transport.http import Http
from qwen_lsp.services.services import Services
from qwen_lsp.settings.settings import Settings

MOST = 0.005
"""Seconds that a menu may take in all."""


def test_a_menu_waits_for_no_search_among_many_keys() -> None:
    environ = {f"KEY_{i}": "sk-1" for i in range(100)} | {"OPENAI_API_KEY": "sk-1"}
    named = tuple(Service(f"https://s{i}.example/v1", f"KEY_{i}") for i in range(20))
    services = Services(Http(), environ, "1")
    services.keys.known = Known(
        (
            KeyPlace("", environ),
            KeyPlace("/.env", {"OPENAI_API_KEY": "sk-2"}),
            KeyPlace("/s", {}, named),
        ),
        {f"https://k{i}.example": SecretStr("sk-3") for i in range(5)},
    )
    took = []
    for _ in range(5):
        begun = time.thread_time()
        assert not services.is_ready(Settings())
        took.append(time.thread_time() - begun)
    assert min(took) < MOST

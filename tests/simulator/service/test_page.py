"""The page on which a user allows or refuses a sign-in."""

import re

import httpx
import pytest

from qwen_lsp.simulator.service import Simulator

from .calls import new_code

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest.mark.parametrize(("decision", "state"), [("approve", "approved"), ("deny", "denied")])
async def test_the_page_asks_and_is_answered(
    simulator: Simulator, client: httpx.AsyncClient, decision: str, state: str
) -> None:
    code = await new_code(client)
    attempt = simulator.authorization.attempt(code["user_code"])
    assert attempt is not None
    page = (await client.get(code["verification_uri_complete"])).text
    assert "simulation" in page
    assert code["user_code"] in page
    fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', page)) | {"decision": decision}
    assert (await client.post("/authorize", data=fields)).status_code == 200
    assert attempt.state == state
    assert (await client.post("/authorize", data=fields)).status_code == 404


@pytest.mark.parametrize(
    ("change", "status"),
    [({"ticket": "é"}, 403), ({"decision": "perhaps"}, 400), ({"user_code": "NONE"}, 404)],
)
async def test_an_answer_from_elsewhere_does_not_count(
    simulator: Simulator, client: httpx.AsyncClient, change: dict[str, str], status: int
) -> None:
    code = (await new_code(client))["user_code"]
    attempt = simulator.authorization.attempt(code)
    assert attempt is not None
    fields = {"user_code": code, "ticket": attempt.ticket, "decision": "approve"} | change
    assert (await client.post("/authorize", data=fields)).status_code == status
    assert attempt.state == "pending"


@pytest.mark.parametrize(
    ("query", "status"), [("", 400), ("user_code=X", 400), ("user_code=X&client=qwen-code", 404)]
)
async def test_the_page_needs_its_whole_address(
    client: httpx.AsyncClient, query: str, status: int
) -> None:
    assert (await client.get(f"/authorize?{query}")).status_code == status

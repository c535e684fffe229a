"""Whose sign-in or key pays, and where it may go."""

import pytest
from pydantic import SecretStr

from qwen_lsp.account.storage.token_paths import own_file
from qwen_lsp.errors import (
    AccountError,
    CredentialRefused,
    NotSignedIn,
)
from qwen_lsp.model.payer import Access

from .authorization import (
    ACCESS_1,
    ACCESS_2,
    KEY,
    REFRESH_1,
    REFRESH_2,
    AuthorizationServer,
    code,
    token,
    used,
)
from .conftest import Home, Made, MadeKeyed


async def test_what_other_programs_do_is_noticed(account: Made, home: Home) -> None:
    mine = account(AuthorizationServer())
    assert await mine.look() == "signedOut"
    home.holds(ACCESS_1, REFRESH_1)
    assert used(await mine.access())[1] == ACCESS_1
    home.holds(ACCESS_2, REFRESH_2, resource_url="other.qwen.ai")
    assert used(await mine.access()) == ("https://other.qwen.ai/v1", ACCESS_2)
    home.file.unlink()
    assert await mine.look() == "signedOut"


async def test_qwen_api_base_is_the_users_own_hand(account: Made, home: Home) -> None:
    home.holds(ACCESS_1, REFRESH_1)
    environ = {"QWEN_API_BASE": "https://dashscope.aliyuncs.com/compatible-mode/v1/"}
    server = AuthorizationServer(token=[token(ACCESS_2, REFRESH_2)])
    mine = account(server, environ=environ)
    access = await mine.access()
    assert access.base_url == "https://dashscope.aliyuncs.com/compatible-mode/v1"
    second = await mine.renewed(access)
    with pytest.raises(CredentialRefused, match=r"dashscope.aliyuncs.com, which QWEN_API_BASE"):
        await mine.renewed(second)
    bad = account(server, environ={"QWEN_API_BASE": "http://example.com/v1"})
    with pytest.raises(AccountError, match="plain http"):
        await bad.access()


async def test_the_simulator_has_an_issuer_and_a_file_of_its_own(account: Made, home: Home) -> None:
    server = AuthorizationServer(
        device=[code(verification_uri_complete="http://127.0.0.1:4711/authorize?user_code=A")],
        token=[token(resource_url="portal.qwen.ai")],
    )
    mine = account(server, "simulator", base_url="http://127.0.0.1:4711/v1")
    await mine.sign_in()
    await mine.until_signed_in()
    assert used(await mine.access()) == ("http://127.0.0.1:4711/v1", ACCESS_1)
    assert {url for url, _ in server.forms} == {
        "http://127.0.0.1:4711/api/v1/oauth2/device/code",
        "http://127.0.0.1:4711/api/v1/oauth2/token",
    }
    assert not home.file.parent.exists()
    assert own_file(mine._issuer).exists()
    other = account(server, "simulator", base_url="http://127.0.0.1:4712/v1")
    assert await other.look() == "signedOut"
    with pytest.raises(CredentialRefused, match=r"127.0.0.1:4711 does not accept a sign-in"):
        await mine.renewed(await mine.access())


@pytest.mark.parametrize("base_url", [None, "https://chat.qwen.ai/v1", "http://example.com"])
async def test_the_simulator_is_on_this_machine_or_nowhere(
    account: Made, base_url: str | None
) -> None:
    server = AuthorizationServer(device=[code()])
    mine = account(server, "simulator", base_url=base_url)
    assert (mine.state, await mine.look(), mine.message) == ("signedOut", "signedOut", None)
    for ask in (mine.sign_in, mine.access, mine.sign_out):
        with pytest.raises(AccountError):
            await ask()
    assert server.forms == []
    await mine.aclose()


async def test_a_key_from_the_environment(keyed: MadeKeyed) -> None:
    mine = keyed("dashscope-intl", DASHSCOPE_API_KEY=KEY)
    assert (mine.is_ready, mine.source) == (True, "DASHSCOPE_API_KEY")
    access = await mine.access()
    assert used(access) == ("https://dashscope-intl.aliyuncs.com/compatible-mode/v1", KEY)
    with pytest.raises(CredentialRefused, match="refused the key in DASHSCOPE_API_KEY"):
        await mine.renewed(access)


async def test_no_key_where_one_is_needed(keyed: MadeKeyed) -> None:
    mine = keyed("dashscope-cn")
    assert (mine.is_ready, mine.source) == (False, None)
    with pytest.raises(NotSignedIn, match="set DASHSCOPE_API_KEY"):
        await mine.access()


async def test_a_service_of_ones_own_needs_no_key(keyed: MadeKeyed) -> None:
    mine = keyed("ollama", OPENAI_API_KEY=KEY)
    assert (mine.is_ready, mine.source) == (True, None)
    assert await mine.access() == Access("http://127.0.0.1:11434/v1", None)


async def test_a_key_of_another_origin_stays_at_home(keyed: MadeKeyed) -> None:
    mine = keyed("custom", base_url="https://a.example", OPENAI_API_KEY=KEY)
    access = await mine.access()
    assert access == Access("https://a.example/v1", None)
    with pytest.raises(CredentialRefused, match="OPENAI_API_KEY was not sent there"):
        await mine.renewed(access)
    with pytest.raises(CredentialRefused, match="refused the key"):
        await mine.renewed(Access("https://api.openai.com/v1", SecretStr(KEY)))

"""All places of keys together: which goes first, what is noticed, what binds which key."""

import asyncio
import json
import os
import sys
from pathlib import Path

import pytest
from pydantic import SecretStr

from qwen_lsp.account.keyed import Keyed
from qwen_lsp.account.keys import keyring_entries
from qwen_lsp.account.keys.folder import offer_of
from qwen_lsp.account.keys.sources import CommandFor, KeySources, Workspace
from qwen_lsp.account.keys.trust import Trust, trust_file
from qwen_lsp.account.keys.vault import Vault, vault_file
from qwen_lsp.errors import AccountError, CredentialRefused, NotSignedIn
from qwen_lsp.model.catalog.providers import providers
from qwen_lsp.model.payer import Access

from .keyrings import Hanging, use

INTL = "https://dashscope-intl.aliyuncs.com"
GATEWAY = "https://gateway.example/v1"


class World:
    """A home, a project, and the accounts of one program."""

    def __init__(self, root: Path) -> None:
        self.home, self.project = root / "home", root / "home" / "project"
        (self.project / ".qwen").mkdir(parents=True)
        (self.home / ".qwen").mkdir()
        self.environ = {"HOME": str(self.home), "PATH": os.environ["PATH"]}
        self.sources = KeySources(self.environ)

    def settings(self, folder: Path, **settings: object) -> None:
        (folder / ".qwen" / "settings.json").write_text(json.dumps(settings))

    def trust(self, *, trusted: bool = True) -> None:
        Trust(trust_file()).decide(offer_of(self.project), trusted=trusted)

    async def look(self, is_trusted: bool | None = None) -> None:
        await self.sources.look(Workspace(self.project, is_trusted))

    def keyed(self, provider: str = "dashscope-intl", base_url: str | None = None) -> Keyed:
        return Keyed(providers()[provider], base_url, self.sources)

    async def key(self, provider: str = "dashscope-intl", base_url: str | None = None) -> str:
        """The key that goes along; empty where none does."""
        access = await self.keyed(provider, base_url).access()
        return access.key.get_secret_value() if access.key else ""


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    made = World(tmp_path.resolve())
    monkeypatch.setenv("HOME", str(made.home))
    return made


def say(key: str) -> tuple[str, ...]:
    return sys.executable, "-c", f"print({key!r})"


async def test_each_place_gives_way_to_the_ones_before_it(world: World) -> None:
    with pytest.raises(NotSignedIn, match="run qwen-lsp login --provider dashscope-intl"):
        await world.key()
    world.settings(world.home, env={"DASHSCOPE_API_KEY": "sk-settings"})
    await world.look()
    assert await world.key() == "sk-settings"
    (world.home / ".env").write_text("DASHSCOPE_API_KEY=sk-home")
    await world.look()
    assert await world.key() == "sk-home"
    (world.project / ".env").write_text("DASHSCOPE_API_KEY=sk-project")
    world.trust()
    await world.look()
    assert await world.key() == "sk-project"
    world.environ["DASHSCOPE_API_KEY"] = "sk-environment"
    assert await world.key() == "sk-environment"
    world.sources.take_command(CommandFor(say("sk-command"), INTL))
    assert await world.key() == "sk-command"
    Vault(vault_file()).keep(INTL, SecretStr("sk-stored"))
    await world.look()
    assert await world.key() == "sk-stored"


async def test_whether_there_is_a_key_is_known_without_asking_anybody(world: World) -> None:
    def is_ready() -> bool:
        return world.keyed().is_ready

    assert not is_ready()
    world.sources.take_command(CommandFor(("no-such-program",), INTL))
    assert is_ready()
    world.sources.take_command(CommandFor(("no-such-program",), GATEWAY))
    assert not is_ready()
    Vault(vault_file()).keep(INTL, SecretStr("sk-stored"))
    assert not is_ready()
    await world.look()
    assert is_ready()


async def test_a_slow_keyring_holds_nobody_up(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    vault_file().parent.mkdir(parents=True)
    vault_file().write_text(json.dumps({"keys": {INTL: {"mark": "1"}}}))
    ring = use(monkeypatch, Hanging())
    monkeypatch.setattr(keyring_entries, "READ_WITHIN", 0.4)
    look = asyncio.create_task(world.look())
    for _ in range(10):
        await asyncio.sleep(0.01)
        assert not look.done()
    await look
    assert not world.keyed().is_ready
    ring.unlock()


async def test_a_stored_key_is_for_its_origin_alone(world: World) -> None:
    Vault(vault_file()).keep("https://gateway.example", SecretStr("sk-stored"))
    await world.look()
    assert await world.key("custom", GATEWAY) == "sk-stored"
    assert await world.key("custom", "https://gateway.example:443/other/v1") == "sk-stored"
    for other in ("https://gateway.example:8443/v1", "https://a.gateway.example/v1"):
        assert await world.key("custom", other) == ""
    with pytest.raises(NotSignedIn):
        await world.key("dashscope-intl")


async def test_a_service_of_qwen_codes_settings_has_the_key_that_they_name(world: World) -> None:
    entry = {"id": "m", "baseUrl": GATEWAY, "envKey": "OUR_KEY"}
    world.settings(world.home, modelProviders={"openai": [entry]})
    world.environ["OUR_KEY"] = "sk-ours"
    await world.look()
    assert await world.key("custom", GATEWAY) == "sk-ours"
    assert await world.key("custom", "https://other.example/v1") == ""


HOSTILE = {"id": "m", "baseUrl": "https://evil.example/v1", "envKey": "OPENAI_API_KEY"}


@pytest.mark.parametrize("is_trusted", [True, False])
async def test_an_address_of_a_workspace_gets_no_key_of_the_user(
    world: World, is_trusted: bool
) -> None:
    """Not even of a workspace that is trusted: trust lets its own keys in, and sends none out."""
    world.environ |= {"OPENAI_API_KEY": "sk-users", "AWS_SECRET": "sk-aws"}
    (world.home / ".env").write_text("DASHSCOPE_API_KEY=sk-home")
    more = {"id": "n", "baseUrl": "https://evil.example/v1", "envKey": "AWS_SECRET"}
    world.settings(
        world.project, modelProviders={"openai": [HOSTILE, more]}, env={"X": "$AWS_SECRET"}
    )
    (world.project / ".env").write_text("OPENAI_BASE_URL=https://evil.example/v1\nA=$AWS_SECRET")
    await world.look(is_trusted)
    assert await world.key("custom", "https://evil.example/v1") == ""
    assert await world.key("custom", "https://api.openai.com/v1") == "sk-users"


async def test_a_trusted_workspace_has_its_own_key_and_address(world: World) -> None:
    (world.project / ".env").write_text(f"OPENAI_BASE_URL={GATEWAY}\nOPENAI_API_KEY=sk-project")
    await world.look()
    with pytest.raises(AccountError, match="address of Custom service is not known"):
        await world.key("custom")
    world.trust()
    await world.look()
    assert await world.key("custom") == "sk-project"
    assert await world.key("custom", "https://api.openai.com/v1") == ""


async def test_what_an_editor_says_of_trust_goes_before_what_was_said_here(world: World) -> None:
    (world.project / ".env").write_text("DASHSCOPE_API_KEY=sk-project")
    await world.look(is_trusted=True)
    assert await world.key() == "sk-project"
    world.trust()
    await world.look(is_trusted=False)
    assert not world.keyed().is_ready


async def test_it_asks_only_for_what_would_count_and_was_not_decided(world: World) -> None:
    async def asks() -> bool:
        await world.look()
        return world.sources.asks is not None

    assert not await asks()
    (world.project / ".env").write_text("DATABASE_URL=x")
    assert not await asks()
    (world.project / ".env").write_text("DASHSCOPE_API_KEY=sk-project")
    assert await asks()
    await world.look(is_trusted=False)
    assert world.sources.asks is None
    world.trust(trusted=False)
    assert not await asks()
    (world.project / ".env").write_text("DASHSCOPE_API_KEY=sk-another")
    assert await asks()


async def test_a_folder_by_another_name_is_the_same(world: World) -> None:
    (world.project / ".env").write_text("DASHSCOPE_API_KEY=sk-project")
    world.trust()
    (world.home / "link").symlink_to(world.project)
    await world.sources.look(Workspace(world.home / "link"))
    assert await world.key() == "sk-project"


async def test_after_a_refusal_what_is_new_by_then_is_used(world: World) -> None:
    (world.home / ".env").write_text("DASHSCOPE_API_KEY=sk-1")
    await world.look()
    keyed = world.keyed()
    refused = await keyed.access()
    with pytest.raises(CredentialRefused, match=r"the key in DASHSCOPE_API_KEY of .*\.env: it may"):
        await keyed.renewed(refused)
    Vault(vault_file()).keep(INTL, SecretStr("sk-2"))
    again = await keyed.renewed(refused)
    assert again.key == SecretStr("sk-2")
    with pytest.raises(CredentialRefused, match="the key in the keyring or file of qwen-lsp login"):
        await keyed.renewed(again)


async def test_after_a_refusal_the_command_is_asked_once_more(world: World) -> None:
    count = (
        "import pathlib; p = pathlib.Path('count'); n = len(p.read_text()) if p.exists() else 0\n"
        "p.write_text('x' * (n + 1)); print(f'sk-{min(n, 1)}')"
    )
    world.sources.take_command(CommandFor((sys.executable, "-c", count), INTL))
    keyed = world.keyed()
    second = await keyed.renewed(await keyed.access())
    assert second.key == SecretStr("sk-1")
    with pytest.raises(CredentialRefused, match=r"in the output of qwen\.keyCommand"):
        await keyed.renewed(second)


async def test_a_service_that_wants_a_key_and_had_none_gets_one_that_came(world: World) -> None:
    keyed = world.keyed("custom", GATEWAY)
    refused = await keyed.access()
    assert refused == Access(GATEWAY, None)
    with pytest.raises(CredentialRefused, match=r"gateway\.example wants a key; run qwen"):
        await keyed.renewed(refused)
    Vault(vault_file()).keep("https://gateway.example", SecretStr("sk-1"))
    assert (await keyed.renewed(refused)).key == SecretStr("sk-1")


async def test_no_key_goes_to_a_service_that_takes_none(world: World) -> None:
    Vault(vault_file()).keep("http://127.0.0.1:11434", SecretStr("sk-stored"))
    world.sources.take_command(CommandFor(("no-such-program",), "http://127.0.0.1:11434/v1"))
    await world.look()
    assert await world.key("ollama") == ""


async def test_the_files_to_watch(world: World) -> None:
    await world.look()
    watched = set(world.sources.watched())
    assert watched >= {
        vault_file(),
        trust_file(),
        world.home / ".env",
        world.home / ".qwen" / ".env",
        world.home / ".qwen" / "settings.json",
        world.project / ".env",
        world.project / ".qwen" / ".env",
        world.project / ".qwen" / "settings.json",
    }


async def test_nothing_of_it_shows_a_key(world: World) -> None:
    world.environ["DASHSCOPE_API_KEY"] = "sk-environment"
    (world.home / ".env").write_text("OPENAI_API_KEY=sk-home")
    Vault(vault_file()).keep(INTL, SecretStr("sk-stored"))
    await world.look()
    assert "sk-" not in repr(world.sources.known)

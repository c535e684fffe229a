"""The command that is advised is whole: it can be given as it stands."""

import pytest

from qwen_lsp.account.issuer import Issuer
from qwen_lsp.account.keyed import Keyed
from qwen_lsp.account.keys.sources import KeySources
from qwen_lsp.account.signed_in import SignedIn
from qwen_lsp.model.catalog.providers import providers
from qwen_lsp.model.transport.http import Http
from qwen_lsp.services.login_command import login_command

API = "https://models.acme.example/v1"
ISSUER = "https://login.acme.example/realms/acme"
OTHER = f"--provider oauth --issuer {ISSUER} --client-id 'an editor'"


@pytest.mark.parametrize(
    ("provider", "address", "scope", "command"),
    [
        ("qwen-oauth", None, "", "--provider qwen-oauth"),
        ("dashscope-intl", None, "", "--provider dashscope-intl --api-key"),
        ("custom", API, "", f"--provider custom --base-url {API} --api-key"),
        ("custom", None, "", "--provider custom --base-url ADDRESS --api-key"),
        ("simulator", None, "", "--provider simulator --base-url ADDRESS"),
        (
            "oauth",
            API,
            "",
            f"{OTHER} --base-url {API}",
        ),
        (
            "oauth",
            API,
            "models offline_access",
            f"{OTHER} --scope 'models offline_access' --base-url {API}",
        ),
    ],
)
def test_all_that_is_the_users_to_say(
    provider: str, address: str | None, scope: str, command: str
) -> None:
    issuer = Issuer(ISSUER, "an editor", scope, api=API) if provider == "oauth" else None
    row = providers()[provider]
    account = (
        SignedIn(row, http=Http().client, environ={}, base_url=address, issuer=issuer)
        if row.sign_in
        else Keyed(row, address, KeySources({}))
    )
    assert login_command(account) == f"qwen-lsp login {command}"

"""Each service is paid by a sign-in or by a key, and only the one can be signed in to."""

import pytest

from qwen_lsp.account.keyed import Keyed
from qwen_lsp.account.signed_in import SignedIn
from qwen_lsp.errors import RequestError
from qwen_lsp.model.catalog.providers import providers
from qwen_lsp.model.transport.http import Http
from qwen_lsp.services.services import Services
from qwen_lsp.settings.settings import Settings

UNSAFE = "http://models.example"


@pytest.fixture
def services() -> Services:
    return Services(Http(), {}, "0")


def test_a_row_of_the_catalog_says_which_of_the_two_pays(services: Services) -> None:
    rows = [row for row in providers().values() if row.id != "oauth"]
    kinds = {row.id: type(services.at(row.id, Settings()).account) for row in rows}
    assert kinds == {row.id: SignedIn if row.sign_in else Keyed for row in rows}


@pytest.mark.parametrize("base_url", [None, UNSAFE])
def test_a_key_is_nothing_to_sign_in_to_whatever_the_address(
    services: Services, base_url: str | None
) -> None:
    with pytest.raises(RequestError, match="has no sign-in but takes a key"):
        services.account("custom", Settings(base_url=base_url))


def test_a_wrong_address_is_said_where_one_signs_in(services: Services) -> None:
    with pytest.raises(RequestError, match="plain http"):
        services.account("simulator", Settings(base_url=UNSAFE))

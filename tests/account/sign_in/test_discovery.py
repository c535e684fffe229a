"""Where a server may say what it is, and what may be made of it."""

import json

import httpx
import pytest

from qwen_lsp.account.issuer import QWEN, Endpoints, Issuer, other_issuer
from qwen_lsp.account.sign_in.discovery import Directory, NoDocument, documents, endpoints_in
from qwen_lsp.account.sign_in.exchange import IssuerResponse
from qwen_lsp.account.signed_in import SignedIn
from qwen_lsp.account.storage.token_paths import own_file
from qwen_lsp.errors import AccountError, RequestError
from qwen_lsp.model.catalog.providers import providers
from qwen_lsp.model.transport.http import Http

from ..authorization import Clock
from ..conftest import Home

URL = "https://login.acme.example/realms/acme"
API = "https://models.acme.example/v1"
ISSUER = other_issuer(URL, "an-editor", "", API)
GOOD: dict[str, object] = {
    "issuer": URL,
    "device_authorization_endpoint": "https://device.acme.example/ask?tenant=acme",
    "token_endpoint": f"{URL}/token",
}
FOUND = Endpoints("https://device.acme.example/ask?tenant=acme", f"{URL}/token")


def said(body: object, status: int = 200) -> IssuerResponse:
    return IssuerResponse(status, "application/json", json.dumps(body).encode(), 0)


@pytest.mark.parametrize(
    ("issuer", "places"),
    [
        (
            URL,
            [
                "https://login.acme.example/.well-known/oauth-authorization-server/realms/acme",
                "https://login.acme.example/.well-known/openid-configuration/realms/acme",
                "https://login.acme.example/realms/acme/.well-known/openid-configuration",
            ],
        ),
        (
            "https://acme.example:8443/",
            [
                "https://acme.example:8443/.well-known/oauth-authorization-server",
                "https://acme.example:8443/.well-known/openid-configuration",
            ],
        ),
    ],
)
def test_where_a_server_is_asked(issuer: str, places: list[str]) -> None:
    assert documents(issuer) == places


def test_the_endpoints_are_those_of_the_document() -> None:
    assert endpoints_in(ISSUER, said(GOOD)) == FOUND


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (said({}, 404), "because it answered 404; correct qwen.oauth.issuer"),
        (said(GOOD, 201), "because it answered 201"),
        (said([GOOD]), "with JSON that is no answer to that"),
        (said({"token_endpoint": f"{URL}/token"}), "its description names no issuer"),
    ],
)
def test_what_is_no_description(answer: IssuerResponse, words: str) -> None:
    with pytest.raises(NoDocument, match=words):
        endpoints_in(ISSUER, answer)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"issuer": "https://login.acme.example"}, "describes another issuer"),
        ({"issuer": URL.upper()}, "describes another issuer"),
        ({"issuer": None}, "describes another issuer"),
        ({"issuer": f"{URL}/"}, f"names itself {URL}/: set qwen.oauth.issuer to that"),
        ({"device_authorization_endpoint": None}, "has no sign-in by code"),
        ({"token_endpoint": ""}, "has no sign-in by code"),
        ({"token_endpoint": 7}, "no sign-in can safely be sent to"),
        ({"token_endpoint": "http://login.acme.example/token"}, "no sign-in can safely be sent"),
        ({"token_endpoint": "https://u:p@login.acme.example/"}, "no sign-in can safely be sent"),
        ({"token_endpoint": f"{URL}/token#a"}, "no sign-in can safely be sent"),
        ({"token_endpoint": "http://127.0.0.1:8080/token"}, "no sign-in can safely be sent"),
        ({"token_endpoint": "https://[::1]/token?a=b"}, "no sign-in can safely be sent"),
        ({"device_authorization_endpoint": "file:///etc/passwd"}, "no sign-in can safely be sent"),
    ],
)
def test_a_description_that_is_not_used(change: dict[str, object], words: str) -> None:
    with pytest.raises(AccountError) as raised:
        endpoints_in(ISSUER, said(GOOD | change))
    assert not isinstance(raised.value, NoDocument)
    assert words in str(raised.value)


def test_a_server_on_this_machine_names_addresses_on_it() -> None:
    here = "http://127.0.0.1:4711"
    issuer = Issuer(here, "an-editor", "")
    names = ("device_authorization_endpoint", "token_endpoint")
    body = {"issuer": here} | dict.fromkeys(names, f"{here}/x")
    assert endpoints_in(issuer, said(body)) == Endpoints(f"{here}/x", f"{here}/x")


class Web:
    """Answers by address, or 404, and notes what it was asked for."""

    def __init__(self, pages: dict[str, httpx.Response | Exception]) -> None:
        self.asked: list[str] = []
        self.pages = pages
        self.client = Http(transport=httpx.MockTransport(self._answer)).client
        self.directory = Directory(ISSUER, self.client, clock=Clock())

    def _answer(self, request: httpx.Request) -> httpx.Response:
        assert request.method == "GET"
        self.asked.append(str(request.url))
        page = self.pages.get(str(request.url), httpx.Response(404))
        if isinstance(page, Exception):
            raise page
        return page


async def test_a_server_is_asked_once() -> None:
    web = Web({documents(URL)[2]: httpx.Response(200, json=GOOD)})
    assert await web.directory.endpoints() == FOUND
    assert await web.directory.endpoints() == FOUND
    assert web.asked == documents(URL)


async def test_a_document_that_can_be_used_is_looked_for_to_the_end() -> None:
    other = httpx.Response(200, json=GOOD | {"issuer": "https://login.example"})
    web = Web({documents(URL)[0]: other, documents(URL)[1]: httpx.Response(500)})
    with pytest.raises(AccountError, match="describes another issuer"):
        await web.directory.endpoints()
    web.pages[documents(URL)[2]] = httpx.Response(200, json=GOOD)
    assert await web.directory.endpoints() == FOUND


async def test_a_network_that_fails_is_asked_once_and_then_anew() -> None:
    web = Web({documents(URL)[0]: httpx.ConnectError("no way")})
    with pytest.raises(AccountError, match=r"could not be asked .*; try again"):
        await web.directory.endpoints()
    assert len(web.asked) == 1
    web.pages = {documents(URL)[0]: httpx.Response(200, json=GOOD)}
    assert await web.directory.endpoints() == FOUND


async def test_a_document_without_end_is_none() -> None:
    long = httpx.Response(200, json=GOOD | {"x": "x" * (1 << 17)})
    with pytest.raises(NoDocument):
        await Web({documents(URL)[0]: long}).directory.endpoints()


async def test_a_sign_in_outlives_a_server_that_does_not_say_where_to_renew_it(
    home: Home, clock: Clock
) -> None:
    file = own_file(ISSUER)
    file.parent.mkdir(parents=True)
    tokens = {"access_token": "a", "refresh_token": "r", "token_type": "Bearer", "expiry_date": 0}
    file.write_text(json.dumps(tokens))
    for page in (httpx.ConnectError("no way"), httpx.Response(200, html="<html>")):
        web = Web(dict.fromkeys(documents(URL), page))
        mine = SignedIn(
            providers()["oauth"], http=web.client, environ={}, base_url=API, issuer=ISSUER,
            clock=clock, sleep=clock.sleep,
        )  # fmt: skip
        with pytest.raises(AccountError) as raised:
            await mine.access()
        assert type(raised.value) in (AccountError, NoDocument)
        assert json.loads(file.read_text()) == tokens
        assert await mine.look() == "signedIn"


async def test_qwen_is_not_asked() -> None:
    web = Web({})
    directory = Directory(QWEN, Http().client, clock=Clock())
    assert await directory.endpoints() == QWEN.endpoints
    assert web.asked == []


def test_an_issuer_is_known_by_what_it_is_used_for() -> None:
    assert Issuer(URL, "an-editor", "", api="https://models.acme.example") == ISSUER
    assert other_issuer(URL, "an-editor", "", "https://models.example") != ISSUER
    assert other_issuer(URL, "another", "", API) != ISSUER
    assert ISSUER.host == "login.acme.example"


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        (("", "c", "", API), "set qwen.oauth.issuer"),
        ((URL, "", "", API), "set qwen.oauth.clientId"),
        ((URL, "c", "", ""), "set qwen.oauth.baseUrl"),
        ((URL, "c d", "", API), "qwen.oauth.clientId holds a character"),
        ((URL, "c", "a  b", API), "qwen.oauth.scope should be words"),
        ((URL, "c", 'a"b', API), "qwen.oauth.scope should be words"),
        (("http://login.acme.example", "c", "", API), "qwen.oauth.issuer is not an address"),
        ((f"{URL}?a=b", "c", "", API), "qwen.oauth.issuer is not an address"),
        ((f"{URL}#a", "c", "", API), "qwen.oauth.issuer is not an address"),
        (("https://u:p@login.acme.example", "c", "", API), "qwen.oauth.issuer is not an address"),
        (("chat.qwen.ai", "c", "", API), "qwen.oauth.issuer is not an address"),
        (("https://chat.qwen.ai/", "c", "", API), "qwen.oauth.issuer is Qwen's own"),
        (("https://CHAT.qwen.ai:443/x", "c", "", API), "qwen.oauth.issuer is Qwen's own"),
        ((URL, "c", "", "http://models.acme.example/v1"), "plain http"),
    ],
)
def test_settings_that_name_no_issuer(settings: tuple[str, str, str, str], words: str) -> None:
    with pytest.raises(RequestError) as raised:
        other_issuer(*settings)
    assert words in str(raised.value)
    assert "u:p" not in str(raised.value)

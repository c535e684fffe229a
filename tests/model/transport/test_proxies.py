"""Which proxy is taken, what names it, and what is said of one that can't be used."""

import pytest
from pydantic import SecretStr

from qwen_lsp.errors import Unreachable
from qwen_lsp.model.transport.http import Http
from qwen_lsp.model.transport.network import Network
from qwen_lsp.model.transport.proxies import Proxies, Proxy, proxies_in_force

WORDS = "s3cret"


def proxy(url: str, source: str = "qwen.proxy") -> Proxy:
    return Proxy(SecretStr(url), source)


BOTH = {"https": "http://proxy:3128", "http": "http://plain:3128"}


@pytest.mark.parametrize(
    ("host", "known", "exceptions", "taken"),
    [
        ("portal.qwen.ai", {}, "", None),
        ("portal.qwen.ai", BOTH, "", "http://proxy:3128"),
        ("portal.qwen.ai", {"http": "http://plain:3128"}, "", None),
        ("portal.qwen.ai", {"all": "proxy:1080"}, "", "http://proxy:1080"),
        ("portal.qwen.ai", {"all": "http://other:1", **BOTH}, "", "http://proxy:3128"),
        ("portal.qwen.ai", BOTH, "*", None),
        ("portal.qwen.ai", BOTH, "example.com, .qwen.ai", None),
        ("portal.qwen.ai", BOTH, "*.qwen.ai", None),
        ("portal.qwen.ai", BOTH, "PORTAL.QWEN.AI:443", None),
        ("portal.qwen.ai", BOTH, "portal.qwen.ai:8443", "http://proxy:3128"),
        ("portal.qwen.ai", BOTH, "en.ai,,.", "http://proxy:3128"),
        ("10.1.2.3", BOTH, "10.0.0.0/8", None),
        ("11.1.2.3", BOTH, "10.0.0.0/8,11.1.2.4", "http://proxy:3128"),
        ("2001:db8::1", BOTH, "[2001:db8::1]", None),
        # This machine is always reached directly.
        ("localhost", BOTH, "", None),
        ("127.0.0.1", BOTH, "", None),
        ("127.8.8.8", BOTH, "", None),
        ("::1", BOTH, "", None),
        ("localhost.example.com", BOTH, "", "http://proxy:3128"),
    ],
)
def test_the_way(host: str, known: dict[str, str], exceptions: str, taken: str | None) -> None:
    found = Proxies({scheme: proxy(url) for scheme, url in known.items()}, exceptions)
    way = found.way_to("https", host, 443)
    assert (way.url if way else None) == taken


@pytest.mark.parametrize(
    ("environ", "setting", "taken"),
    [
        ({}, None, None),
        ({"HTTPS_PROXY": "http://a:1"}, None, ("http://a:1", "HTTPS_PROXY")),
        ({"https_proxy": "http://a:1"}, None, ("http://a:1", "https_proxy")),
        ({"https_proxy": "http://a:1", "HTTPS_PROXY": "http://b:1"}, None,
         ("http://a:1", "https_proxy")),
        ({"ALL_PROXY": "http://a:1"}, None, ("http://a:1", "ALL_PROXY")),
        ({"HTTP_PROXY": "http://a:1"}, None, None),
        ({"HTTPS_PROXY": "http://a:1"}, "http://b:1", ("http://b:1", "qwen.proxy")),
        ({"HTTPS_PROXY": "http://a:1"}, " ", ("http://a:1", "HTTPS_PROXY")),
        # NO_PROXY counts in any case.
        ({"HTTPS_PROXY": "http://a:1", "no_proxy": "x.test"}, None, None),
        ({"NO_PROXY": "x.test"}, "http://b:1", None),
    ],
)  # fmt: skip
def test_what_names_the_proxy(
    monkeypatch: pytest.MonkeyPatch,
    environ: dict[str, str],
    setting: str | None,
    taken: tuple[str, str] | None,
) -> None:
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    found = proxies_in_force(None if setting is None else SecretStr(setting))
    way = found.way_to("https", "x.test", 443)
    assert ((way.url, way.source) if way else None) == taken


def test_the_systems_own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("urllib.request.getproxies", lambda: {"https": "http://a:1"})
    way = proxies_in_force(None).way_to("https", "x.test", 443)
    assert way is not None
    assert way.source == "the system's settings"


@pytest.mark.parametrize(
    ("known", "environ", "taken"),
    [
        ({}, {}, "the settings of Qwen Code"),
        ({"https": "http://a:1"}, {}, "the settings of Qwen Code"),
        ({"https": "http://a:1"}, {"HTTPS_PROXY": "http://a:1"}, "HTTPS_PROXY"),
    ],
)
def test_qwen_codes_proxy_counts_where_nothing_else_names_one(
    monkeypatch: pytest.MonkeyPatch, known: dict[str, str], environ: dict[str, str], taken: str
) -> None:
    monkeypatch.setattr("urllib.request.getproxies", lambda: dict(known))
    for name, value in environ.items():
        monkeypatch.setenv(name, value)
    way = proxies_in_force(None, SecretStr("http://b:1")).way_to("https", "x.test", 443)
    assert way is not None
    assert way.source == taken


@pytest.mark.parametrize(
    ("url", "place", "scheme", "has_password"),
    [
        ("proxy", "proxy", "http", False),
        (f"http://me:{WORDS}@proxy:3128/", "proxy:3128", "http", True),
        (f"https://me:{WORDS}@[2001:db8::1]:1", "[2001:db8::1]:1", "https", True),
        (f"http://me:{WORDS}@@proxy:3128", "proxy:3128", "http", True),
        ("SOCKS5h://proxy:1080", "proxy:1080", "socks5h", False),
    ],
)
def test_parts(url: str, place: str, scheme: str, has_password: bool) -> None:
    read = proxy(url)
    assert (read.place, read.scheme, read.has_password) == (place, scheme, has_password)
    assert WORDS not in repr(read) + str(read)


UNREADABLE = [
    f"http://me:12#{WORDS}@proxy:3128",
    f"http://me:12/{WORDS}@proxy:3128",
    f"http://me:12?{WORDS}@proxy:3128",
    f"http://me:{WORDS}@proxy:port",
    f"http://me:{WORDS}@proxy:0",
    f"http://me:{WORDS}@proxy:99999",
    f"http://me:{WORDS}@[proxy",
    f"http://me:{WORDS}@",
    f"ftp://me:{WORDS}@proxy",
    f"socks4://me:{WORDS}@proxy",
    f"{WORDS}://",
]


@pytest.mark.parametrize("url", UNREADABLE)
async def test_what_is_no_proxy_is_not_guessed_at(url: str) -> None:
    read = proxy(url)
    assert (read.place, read.scheme, read.has_password) == ("", "", False)
    http = Http()
    http.use(Network(SecretStr(url)))
    with pytest.raises(Unreachable, match=r"The proxy in qwen\.proxy can't be used; ") as refused:
        await http.client().get("https://nowhere.invalid/v1")
    await http.aclose()
    assert WORDS not in str(refused.value) + repr(refused.value.__context__)


async def test_a_socks_proxy_needs_its_package(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "socksio", None)
    monkeypatch.setenv("ALL_PROXY", f"socks5://me:{WORDS}@proxy:1080")
    http = Http()
    with pytest.raises(Unreachable, match=r"in ALL_PROXY is a SOCKS proxy, .* socksio") as refused:
        await http.client().get("https://nowhere.invalid/v1")
    await http.aclose()
    assert WORDS not in str(refused.value)

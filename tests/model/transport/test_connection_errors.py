"""Why a connection failed, in the words that its user reads."""

import asyncio
import errno
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import httpx
import pytest
from pydantic import SecretStr

from qwen_lsp.errors import Unreachable
from qwen_lsp.model.transport.certificate import Certificate
from qwen_lsp.model.transport.connection_errors import unreachable
from qwen_lsp.model.transport.exchange import opened
from qwen_lsp.model.transport.http import Http
from qwen_lsp.model.transport.network import Network, Route
from qwen_lsp.model.transport.proxies import Proxy
from qwen_lsp.model.transport.timeouts import Patience
from tests.model.wire import Call, wire

BARE = Proxy(SecretStr("http://proxy:3128"), "HTTPS_PROXY")
OURS = Proxy(SecretStr("http://me:s3cret@proxy:3128"), "qwen.proxy")
SECURE = Proxy(SecretStr("https://me:s3cret@proxy:3128"), "qwen.proxy")
YEARS = datetime(2020, 1, 2, tzinfo=UTC), datetime(2090, 3, 4, tzinfo=UTC)
INSPECTED = Certificate("Example Corp", *YEARS)
OLD = Certificate("Anyone", YEARS[0], datetime(2021, 1, 2, tzinfo=UTC))
NEW = Certificate("Anyone", datetime(2089, 1, 2, tzinfo=UTC), YEARS[1])


def beneath(cause: BaseException) -> httpx.ConnectError:
    error = httpx.ConnectError("x")
    error.__cause__ = ExceptionGroup("all", [OSError("y")])
    error.__cause__.exceptions[0].__context__ = cause
    return error


def distrust(code: int, message: str = "reason") -> httpx.ConnectError:
    cause = ssl.SSLCertVerificationError(1, "x")
    cause.verify_code, cause.verify_message = code, message
    return beneath(cause)


def no_tls(reason: str) -> httpx.ConnectError:
    cause = ssl.SSLError(1, "x")
    cause.reason = reason
    return beneath(cause)


GONE = beneath(socket.gaierror(-2, "Name or service not known"))
REFUSED = beneath(ConnectionRefusedError(errno.ECONNREFUSED, "x"))
NO_NETWORK = beneath(OSError(errno.ENETUNREACH, "x"))


@pytest.mark.parametrize(
    ("error", "route", "sentence"),
    [
        (GONE, Route(), "The name host:1 was not found; check the network"),
        (REFUSED, Route(), "Nothing answers at host:1; check that the service runs"),
        (NO_NETWORK, Route(), "host:1 can't be reached (the network is unreachable); check"),
        (httpx.ConnectTimeout("x"), Route(), "host:1 could not be reached in time; check the"),
        (httpx.RemoteProtocolError("x"), Route(), "The connection to host:1 broke before"),
        (OSError("x"), Route(), "The connection to host:1 broke before the reply began"),
        # The proxy.
        (GONE, Route(OURS), ("The proxy proxy:3128, through which host:1 is asked, was not found; "
         "check qwen.proxy.")),
        (REFUSED, Route(BARE), ("The proxy proxy:3128, through which host:1 is asked, can't be "
         "reached; check HTTPS_PROXY.")),
        (NO_NETWORK, Route(OURS), "The proxy proxy:3128, through which host:1 is asked, can't be"),
        (httpx.ConnectTimeout("x"), Route(OURS), ("host:1 could not be reached in time through the "
         "proxy proxy:3128; check qwen.proxy.")),
        (httpx.ProxyError("407 Authenticate"), Route(BARE), ("The proxy proxy:3128 "
         "wants a password before it lets a request through to host:1; write it into HTTPS_PROXY, "
         "as http://user:password@proxy:3128.")),
        (httpx.ProxyError("407 x"), Route(OURS), ("The proxy proxy:3128 refused the user name or "
         "the password in qwen.proxy, so host:1 was not reached; correct them.")),
        (httpx.ProxyError("403 Forbidden"), Route(OURS), ("The proxy proxy:3128 did not let the "
         "connection to host:1 through (HTTP 403); ask whoever runs it, or check qwen.proxy.")),
        (httpx.ProxyError("502 Bad Gateway"), Route(OURS), ("The proxy proxy:3128 could not reach "
         "host:1 (HTTP 502); check the address, or try again.")),
        (httpx.ProxyError("Not a SOCKS answer"), Route(OURS), ("The proxy proxy:3128 did not let "
         "the connection to host:1 through; ask")),
        (no_tls("WRONG_VERSION_NUMBER"), Route(SECURE), ("The proxy proxy:3128 does not speak TLS; "
         "in qwen.proxy write it as http://.")),
        # TLS.
        (no_tls("WRONG_VERSION_NUMBER"), Route(OURS), "What answers at host:1 speaks no TLS; "),
        (no_tls("UNEXPECTED_EOF_WHILE_READING"), Route(), ("No encrypted connection to host:1 came "
         "about (unexpected eof while reading); check")),
        (distrust(20, "unable to get local issuer certificate"), Route(OURS, INSPECTED),
         ("The certificate of host:1 was issued by “Example Corp”, which this machine does not "
         "trust (unable to get local issuer certificate); if your network inspects TLS, set "
         "qwen.caBundle or SSL_CERT_FILE to a file with its root certificate.")),
        (distrust(18), Route(), "The certificate of host:1 is not trusted (reason); if your"),
        (distrust(19), Route(None, Certificate("", *YEARS)), "The certificate of host:1 is not tr"),
        (distrust(10), Route(None, OLD), ("The certificate of host:1 expired on 2021-01-02, and "
         f"this machine takes today for {datetime.now(UTC):%Y-%m-%d}; set the clock if that is "
         "wrong, else ask whoever runs host:1.")),
        (distrust(10), Route(), "The certificate of host:1 expired, and this machine takes"),
        # Other systems' libraries have no such numbers.
        (distrust(0), Route(None, OLD), "The certificate of host:1 expired on 2021-01-02"),
        (distrust(0), Route(None, NEW), "The certificate of host:1 is not valid before 2089-01-02"),
        (distrust(9), Route(), "The certificate of host:1 is not valid yet, and this machine"),
        (distrust(62), Route(None, OLD), "The certificate of host:1 is made out to other names, "),
        (distrust(64), Route(), "The certificate of host:1 is made out to other names, "),
    ],
)  # fmt: skip
def test_causes(error: Exception, route: Route, sentence: str) -> None:
    said = str(unreachable(error, "host:1", route))
    assert said.startswith(sentence)
    assert said.endswith(".")
    assert "s3cret" not in said


def test_how_an_engine_is_started() -> None:
    said = str(unreachable(REFUSED, "127.0.0.1:11434", start_with="ollama serve"))
    assert said == "Nothing answers at 127.0.0.1:11434; start it with: ollama serve."


def test_causes_that_go_round() -> None:
    one, other = OSError("one"), OSError("other")
    one.__cause__, other.__context__ = other, one
    assert "broke before the reply began" in str(unreachable(one, "host"))


async def sentence_for(url: str, network: Network | None = None) -> str:
    http = Http()
    http.use(network or Network())
    request = http.client().build_request("GET", url)
    with pytest.raises(Unreachable) as failed:
        await opened(http.client(), request, patience=Patience(first=5), start_with=None)
    await http.aclose()
    assert failed.value.__cause__ is None
    return str(failed.value)


async def test_a_proxy_that_is_not_there() -> None:
    async with wire(Call.gone) as service:
        place = service.base_url.removesuffix("/v1").removeprefix("http://")
    network = Network(SecretStr(f"http://me:s3cret@{place}"))
    assert await sentence_for("https://nowhere.invalid/v1", network) == (
        f"The proxy {place}, through which nowhere.invalid is asked, can't be reached; check "
        "qwen.proxy."
    )


@asynccontextmanager
async def speaking(block: bytes) -> AsyncIterator[str]:
    """Where something listens that says `block` to whoever has said anything."""
    ends: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        writer.write(block)
        await reader.read()
        writer.close()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        ends.add(asyncio.create_task(serve(reader, writer)))

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    yield f"127.0.0.1:{server.sockets[0].getsockname()[1]}"
    server.close()
    await asyncio.wait_for(asyncio.gather(*ends, return_exceptions=True), 5)


async def test_a_proxy_that_speaks_no_tls() -> None:
    async with speaking(b"HTTP/1.1 400 Bad Request\r\n\r\n") as place:
        network = Network(SecretStr(f"https://me:s3cret@{place}"))
        said = await sentence_for("https://nowhere.invalid/v1", network)
    assert said == f"The proxy {place} does not speak TLS; in qwen.proxy write it as http://."


async def test_no_tls_where_it_was_expected() -> None:
    async with speaking(b"220 mail.example.com\r\n") as place:
        said = await sentence_for(f"https://{place}/v1")
    assert said == (
        f"What answers at {place} speaks no TLS; correct its port, or write http:// for a service "
        "on this machine."
    )


async def test_tls_where_it_was_not_expected() -> None:
    async with speaking(b"\x15\x03\x01\x00\x02\x02\x46") as place:
        said = await sentence_for(f"http://{place}/v1")
    assert said == (
        f"The connection to {place} broke before the reply began; run the action again, or write "
        "its address with https:// if it speaks TLS."
    )

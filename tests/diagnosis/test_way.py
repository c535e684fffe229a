"""The way to a service: the proxy and why, names, certificates, roots."""

import asyncio
import os
import socket
import ssl
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme
from pydantic import SecretStr

from qwen_lsp.diagnosis.finding import Finding
from qwen_lsp.diagnosis.way import ServiceAddress, certificate_found, name_found, proxy_found
from qwen_lsp.errors import Unreachable
from qwen_lsp.model.transport.network import Network

FAR = ServiceAddress.of("https://dashscope-intl.aliyuncs.com/compatible-mode/v1")
HERE = ServiceAddress.of("http://127.0.0.1:11434/v1")
WITH_PASSWORD = Network(SecretStr("http://me:s3cret@proxy.example:3128"))


def proxy(place: ServiceAddress, network: Network | None = None) -> Finding:
    (found,) = asyncio.run(proxy_found(place, network or Network()))
    return found


def name(place: ServiceAddress, network: Network | None = None) -> Finding:
    (found,) = asyncio.run(name_found(place, network or Network()))
    return found


def test_which_proxy_and_why(monkeypatch: pytest.MonkeyPatch) -> None:
    host = FAR.host
    assert proxy(FAR).sentence.endswith("directly, because no proxy is named anywhere.")
    assert proxy(FAR, WITH_PASSWORD).sentence == (
        f"{host} is asked through proxy.example:3128, with a user name, as qwen.proxy says."
    )
    monkeypatch.setenv("https_proxy", "http://other.example:8080")
    assert proxy(FAR).sentence == (
        f"{host} is asked through other.example:8080, as https_proxy says."
    )
    assert proxy(HERE).sentence == "127.0.0.1 is asked directly, because it is this machine."
    monkeypatch.setenv("no_proxy", "aliyuncs.com")
    assert proxy(FAR).sentence == f"{host} is asked directly, because NO_PROXY names it."


def test_a_proxy_that_can_not_be_read_is_wrong() -> None:
    with pytest.raises(Unreachable) as refused:
        proxy(FAR, Network(SecretStr("http://me:s3cret/#@proxy")))
    assert "s3cret" not in str(refused.value)


def test_names(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    rows = [(0, 0, 0, "", (f"192.0.2.{number}", 0)) for number in (1, 1, 2, 3, 4, 5)]

    def found(host: str, *_: object, **__: object) -> object:
        asked.append(host)
        return rows

    monkeypatch.setattr(socket, "getaddrinfo", found)
    assert name(FAR).sentence == (
        f"{FAR.host} has the addresses 192.0.2.1, 192.0.2.2, 192.0.2.3, 192.0.2.4 and more."
    )
    del rows[1:]
    assert name(FAR, WITH_PASSWORD).sentence == "proxy.example has the address 192.0.2.1."
    assert asked == [FAR.host, "proxy.example"]
    assert name(HERE).sentence == "127.0.0.1 is this machine."


def test_a_name_that_is_not_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def lost(*_: object, **__: object) -> object:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", lost)
    found = name(FAR)
    assert found.grade == "wrong"
    assert found.sentence == f"{FAR.host} was not found (name or service not known)."
    assert found.way_out


# Certificates.


@asynccontextmanager
async def served(leaf: trustme.LeafCert) -> AsyncIterator[ServiceAddress]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    leaf.configure_cert(context)

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    server = await asyncio.start_server(hang_up, "127.0.0.1", 0, ssl=context)
    async with server:
        yield ServiceAddress.of(f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1")


def certificate(
    leaf: trustme.LeafCert, network: Network | None = None, environ: Mapping[str, str] = os.environ
) -> Finding:
    async def look() -> list[Finding]:
        async with served(leaf) as place:
            return await certificate_found(place, network or Network(), environ)

    (found,) = asyncio.run(look())
    return found


def lasting(days: float) -> trustme.LeafCert:
    authority = trustme.CA(organization_name="Example Corp")
    return authority.issue_cert("127.0.0.1", not_after=datetime.now(UTC) + timedelta(days=days))


@pytest.mark.parametrize(("days", "grade"), [(300, "ok"), (3, "warning"), (-3, "wrong")])
def test_who_issued_it_and_until_when(days: int, grade: str) -> None:
    found = certificate(lasting(days))
    until = datetime.now(UTC) + timedelta(days=days)
    assert found.grade == grade
    assert found.sentence.startswith("That of 127.0.0.1 is by “Example Corp”")
    assert f"lasts until {until:%Y-%m-%d}. Believed are " in found.sentence
    assert bool(found.way_out) is (grade != "ok")


def test_those_behind_it_are_named() -> None:
    root = trustme.CA(organization_name="Root Corp")
    between = root.create_child_ca()
    sentence = certificate(between.issue_cert("127.0.0.1")).sentence
    assert "is by “trustme" in sentence
    assert ", which is by “Root Corp”, and lasts until" in sentence


@pytest.mark.parametrize(
    ("names", "bundle", "expected"),
    [
        ((), False, "Believed are the "),
        (("SSL_CERT_FILE",), False, "Believed are the roots of SSL_CERT_FILE."),
        (("SSL_CERT_FILE",), True, "Believed are the roots of SSL_CERT_FILE and those of qwen.caB"),
    ],
)
def test_which_roots_are_believed(
    tmp_path: Path, names: tuple[str, ...], bundle: bool, expected: str
) -> None:
    pem = tmp_path / "roots.pem"
    authority = trustme.CA()
    authority.cert_pem.write_to_path(str(pem))
    network = Network(ca_bundle=str(pem) if bundle else None)
    environ = {name: str(pem) for name in names}
    found = certificate(authority.issue_cert("127.0.0.1"), network, environ)
    assert expected in found.sentence


def test_roots_that_can_not_be_read_are_wrong() -> None:
    with pytest.raises(Unreachable, match=r"qwen\.caBundle names /nowhere"):
        certificate(lasting(9), Network(ca_bundle="/nowhere"))


def test_a_host_that_shows_none_is_a_warning() -> None:
    place = ServiceAddress.of("https://127.0.0.1:9/v1")
    (found,) = asyncio.run(certificate_found(place, Network(), {}))
    assert found.grade == "warning"
    assert "showed no certificate in time" in found.sentence

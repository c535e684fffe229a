"""Certificates that are not believed, shown by a real service on this machine."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trustme

from qwen_lsp.errors import Unreachable
from qwen_lsp.model.transport.exchange import opened
from qwen_lsp.model.transport.http import Http
from qwen_lsp.model.transport.network import Network
from qwen_lsp.model.transport.timeouts import Patience
from tests.model.wire import Call, wire

from .conftest import shown

NOW = datetime.now(UTC)
DAY = timedelta(days=1)
TODAY = f"and this machine takes today for {NOW:%Y-%m-%d}; set the clock"


async def answer(call: Call) -> None:
    await call.begin()
    await call.end()


@pytest.fixture(scope="module")
def ca() -> trustme.CA:
    return trustme.CA(organization_name="Example Corp")


@pytest.fixture
def root(ca: trustme.CA, tmp_path: Path) -> Path:
    path = tmp_path / "root.pem"
    ca.cert_pem.write_to_path(path)
    return path


@asynccontextmanager
async def service(certificate: trustme.LeafCert) -> AsyncIterator[str]:
    async with wire(answer, shown(certificate)) as found:
        yield found.base_url.removeprefix("https://").removesuffix("/v1")


async def outcome(place: str, network: Network) -> str:
    http = Http()
    http.use(network)
    try:
        request = http.client().build_request("GET", f"https://{place}/v1")
        patience = Patience(first=5)
        response = await opened(http.client(), request, patience=patience, start_with=None)
        await response.aclose()
        return str(response.status_code)
    except Unreachable as error:
        return str(error)
    finally:
        await http.aclose()


async def test_a_bundle_is_believed_besides_the_system(ca: trustme.CA, root: Path) -> None:
    async with service(ca.issue_cert("127.0.0.1")) as place:
        assert await outcome(place, Network(ca_bundle=str(root))) == "200"
        assert (await outcome(place, Network())).startswith(
            f"The certificate of {place} was issued by “Example Corp”, which this machine does not"
        )


async def test_a_certificate_that_has_expired(ca: trustme.CA, root: Path) -> None:
    old = ca.issue_cert("127.0.0.1", not_before=NOW - 9 * DAY, not_after=NOW - 2 * DAY)
    async with service(old) as place:
        said = await outcome(place, Network(ca_bundle=str(root)))
    assert said.startswith(
        f"The certificate of {place} expired on {NOW - 2 * DAY:%Y-%m-%d}, {TODAY} if that is wrong"
    )


async def test_a_clock_that_is_behind(ca: trustme.CA, root: Path) -> None:
    new = ca.issue_cert("127.0.0.1", not_before=NOW + 2 * DAY, not_after=NOW + 9 * DAY)
    async with service(new) as place:
        said = await outcome(place, Network(ca_bundle=str(root)))
    assert said == (
        f"The certificate of {place} is not valid before {NOW + 2 * DAY:%Y-%m-%d}, {TODAY}."
    )


@pytest.mark.parametrize("name", ["other.test", "127.0.0.2"])
async def test_a_certificate_of_another_host(ca: trustme.CA, root: Path, name: str) -> None:
    async with service(ca.issue_cert(name)) as place:
        said = await outcome(place, Network(ca_bundle=str(root)))
    assert said.startswith(f"The certificate of {place} is made out to other names, so something")


async def test_a_changed_bundle_counts_at_once(ca: trustme.CA, root: Path) -> None:
    http = Http()
    async with service(ca.issue_cert("127.0.0.1")) as place:
        http.use(Network(ca_bundle=str(root)))
        assert (await http.client().get(f"https://{place}/v1")).status_code == 200
        http.use(Network())
        with pytest.raises(Exception, match="CERTIFICATE_VERIFY_FAILED"):
            await http.client().get(f"https://{place}/v1")
        http.use(Network(ca_bundle=str(root)))
        assert (await http.client().get(f"https://{place}/v1")).status_code == 200
    await http.aclose()

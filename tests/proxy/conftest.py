"""One mitmproxy for all of these tests, which wants a password and inspects TLS."""

import base64
import os
import signal
import ssl
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import trustme

USER, PASSWORD = "me@example", "p@ss/w#rd1"
_WRITTEN = "me%40example:p%40ss%2Fw%23rd1"
BASIC = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
SECRETS = (PASSWORD, "p%40ss", BASIC)
_READY = "proxy listening at "


@dataclass(frozen=True)
class Mitm:
    """Where the proxy listens, the root that it inspects with, and the one that it believes."""

    place: str
    root: Path
    upstream: trustme.CA
    upstream_root: Path

    @property
    def url(self) -> str:
        """With the password, as a user writes it."""
        return f"http://{_WRITTEN}@{self.place}"


def shown(certificate: trustme.LeafCert) -> ssl.SSLContext:
    """What shows `certificate` to whoever connects."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


@pytest.fixture(scope="session")
def mitm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mitm]:
    folder = tmp_path_factory.mktemp("mitmproxy")
    upstream = trustme.CA(organization_name="Upstream Authority")
    inspecting = trustme.CA(organization_name="Example Inspection", key_type=trustme.KeyType.RSA)
    for root, name in ((upstream, "upstream.pem"), (inspecting, "root.pem")):
        root.cert_pem.write_to_path(folder / name)
    own = inspecting.private_key_pem.bytes() + inspecting.cert_pem.bytes()
    (folder / "mitmproxy-ca.pem").write_bytes(own)
    process = subprocess.Popen(
        [
            Path(sys.prefix) / "proxy" / "bin" / "mitmdump",
            *("--listen-host", "127.0.0.1", "--listen-port", "0"),
            *("--proxyauth", f"{USER}:{PASSWORD}"),
            *("--scripts", Path(__file__).with_name("addon.py")),
            *("--ignore-hosts", r"^tunnel\.test:"),
            *("--set", f"confdir={folder}", "--set", "flow_detail=0"),
            *("--set", f"ssl_verify_upstream_trusted_ca={folder / 'upstream.pem'}"),
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONUNBUFFERED": "1"},
    )
    try:
        yield Mitm(_place(process), folder / "root.pem", upstream, folder / "upstream.pem")
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=10)


def _place(process: "subprocess.Popen[str]") -> str:
    """Host and port, as the proxy says them once it listens."""
    assert process.stdout
    said = []
    for line in process.stdout:
        said.append(line)
        if _READY in line:
            return line.partition(_READY)[2].strip().rstrip(".")
    raise AssertionError("".join(said))

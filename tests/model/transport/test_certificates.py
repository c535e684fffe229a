"""Which roots are believed, what a certificate says of itself, and what is said of a bad file."""

import functools
import ssl
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from qwen_lsp.errors import Unreachable
from qwen_lsp.model.transport import certificates
from qwen_lsp.model.transport.certificate import Certificate, certificate_of
from qwen_lsp.model.transport.certificates import trusted_roots
from qwen_lsp.model.transport.http import Http
from qwen_lsp.model.transport.network import Network

BEGINS, ENDS = datetime(2024, 5, 6, 7, 8, 9, tzinfo=UTC), datetime(2061, 2, 3, tzinfo=UTC)


@functools.cache
def made(*names: tuple[str, str]) -> bytes:
    """A certificate whose issuer has these names."""
    key = ec.generate_private_key(ec.SECP256R1())
    issuer = x509.Name([x509.NameAttribute(getattr(NameOID, kind), value) for kind, value in names])
    builder = x509.CertificateBuilder(issuer, issuer, key.public_key(), 4711, BEGINS, ENDS)
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


@pytest.mark.parametrize(
    ("names", "issuer"),
    [
        ((("ORGANIZATION_NAME", "Example"), ("COMMON_NAME", "Example Root")), "Example Root"),
        ((("ORGANIZATIONAL_UNIT_NAME", "TLS"), ("ORGANIZATION_NAME", "Example")), "Example"),
        ((("ORGANIZATIONAL_UNIT_NAME", "Prüfstelle"),), "Prüfstelle"),
        ((("COUNTRY_NAME", "DE"),), ""),
        ((("COMMON_NAME", "a\nb\x1b[1m\u202e"),), "ab[1m"),
        ((("COMMON_NAME", "n" * 64),), "n" * 64),
        ((), ""),
    ],
)
def test_what_a_certificate_says(names: tuple[tuple[str, str], ...], issuer: str) -> None:
    assert certificate_of(made(*names)) == Certificate(issuer, BEGINS, ENDS)


@given(st.data())
def test_a_damaged_certificate_is_none_or_one(data: st.DataObject) -> None:
    der = bytearray(made(("COMMON_NAME", "Example Root")))
    at = data.draw(st.integers(0, len(der) - 1))
    der[at] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(0, len(der)))
    for block in (bytes(der), bytes(der[:cut])):
        assert isinstance(certificate_of(block), Certificate | None)


@pytest.fixture(scope="module")
def ca() -> trustme.CA:
    return trustme.CA(organization_name="Example Corp")


def believed(context: ssl.SSLContext) -> set[str]:
    return {str(root["subject"]) for root in context.get_ca_certs()}


def test_the_systems_roots_are_asked_for_by_the_system(tmp_path: Path, ca: trustme.CA) -> None:
    import truststore

    ca.cert_pem.write_to_path(tmp_path / "ca.pem")
    context = trusted_roots(str(tmp_path / "ca.pem"), {})
    assert isinstance(context, truststore.SSLContext)
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname


def test_certifis_where_the_system_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(certificates, "_FILES", ())
    nothing = SimpleNamespace(cafile=None, capath=None)
    monkeypatch.setattr(ssl, "get_default_verify_paths", lambda: nothing)
    context = trusted_roots(None, {})
    assert len(believed(context)) > 50
    assert context.verify_mode is ssl.CERT_REQUIRED


def test_what_the_environment_names_takes_their_place(tmp_path: Path, ca: trustme.CA) -> None:
    other = trustme.CA(organization_name="Other Corp")
    ca.cert_pem.write_to_path(tmp_path / "ca.pem")
    other.cert_pem.write_to_path(tmp_path / "other.pem")
    context = trusted_roots(
        str(tmp_path / "other.pem"), {"SSL_CERT_FILE": str(tmp_path / "ca.pem")}
    )
    assert len(believed(context)) == 2


def test_a_folder_of_roots(tmp_path: Path, ca: trustme.CA) -> None:
    with pytest.raises(Unreachable, match=r"SSL_CERT_DIR names .*no certificates under their hash"):
        trusted_roots(None, {"SSL_CERT_DIR": str(tmp_path)})
    with pytest.raises(Unreachable, match="run `openssl rehash` on it"):
        trusted_roots(None, {"SSL_CERT_DIR": str(tmp_path / "none")})
    ca.cert_pem.write_to_path(tmp_path / "0a1b2c3d.0")
    context = trusted_roots(None, {"SSL_CERT_DIR": str(tmp_path)})
    assert context.verify_mode is ssl.CERT_REQUIRED


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (None, "which can't be read (no such file or directory); correct that path."),
        (b"", "which holds no certificate in PEM form"),
        (b"\x30\x82\x01\x0a", "which holds no certificate in PEM form"),
        (b"-----BEGIN CERTIFICATE-----\nnonsense", "where a certificate is damaged; get that"),
        (
            b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
            "where a certificate is damaged",
        ),
    ],
)
@pytest.mark.parametrize("source", ["qwen.caBundle", "SSL_CERT_FILE"])
def test_a_file_of_no_use(tmp_path: Path, source: str, content: bytes | None, fault: str) -> None:
    path = tmp_path / "roots.pem"
    if content is not None:
        path.write_bytes(content)
    ours = source == "qwen.caBundle"
    with pytest.raises(Unreachable) as refused:
        trusted_roots(str(path) if ours else None, {} if ours else {source: str(path)})
    assert str(refused.value).startswith(f"{source} names {path}, {fault}")


def test_other_paths_of_no_use(tmp_path: Path) -> None:
    with pytest.raises(Unreachable, match=r"names roots.pem, .*; write the whole path"):
        trusted_roots("roots.pem", {})
    with pytest.raises(Unreachable, match="can't be read"):
        trusted_roots(str(tmp_path), {})
    with pytest.raises(Unreachable, match="can't be read"):
        trusted_roots(str(tmp_path / "\0"), {})
    with pytest.raises(Unreachable, match="can't be read"):
        trusted_roots("~nobody-of-that-name/roots.pem", {})
    with pytest.raises(Unreachable, match=r"names ~/roots.pem, which can't be read"):
        trusted_roots("~/roots.pem", {})


def test_comments_between_certificates(tmp_path: Path, ca: trustme.CA) -> None:
    path = tmp_path / "roots.pem"
    path.write_bytes("# Prüfstelle\n".encode("latin-1") + ca.cert_pem.bytes())
    assert "Example Corp" in str(believed(trusted_roots(None, {"SSL_CERT_FILE": str(path)})))


async def test_it_is_put_right_without_a_restart(tmp_path: Path, ca: trustme.CA) -> None:
    path = tmp_path / "roots.pem"
    http = Http()
    http.use(Network(ca_bundle=str(path)))
    with pytest.raises(Unreachable, match=r"qwen\.caBundle"):
        await http.client().get("https://127.0.0.1:9/v1")
    ca.cert_pem.write_to_path(path)
    with pytest.raises(Exception, match="connection"):
        await http.client().get("https://127.0.0.1:9/v1")
    await http.aclose()

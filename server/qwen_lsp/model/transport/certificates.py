"""The root certificates that are believed: the system's, or the user's own, and qwen.caBundle's."""

import os
import re
import ssl
import sys
from collections.abc import Mapping
from pathlib import Path

from qwen_lsp.errors import Unreachable

SETTING = "qwen.caBundle"
_LARGEST = 16 * 1024 * 1024
_BEGINS = b"-----BEGIN CERTIFICATE-----"
_HASHED = re.compile(r"[0-9a-f]{8}\.\d+\Z", re.IGNORECASE)
# Where systems keep their roots, besides the places that OpenSSL was built to look in.
_FILES = (
    "/etc/ssl/cert.pem",
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/pki/tls/cert.pem",
    "/etc/ssl/ca-bundle.pem",
)


def trusted_roots(ca_bundle: str | None, environ: Mapping[str, str]) -> ssl.SSLContext:
    """What believes the roots of SSL_CERT_FILE and SSL_CERT_DIR where one of them is set, else
    the system's, else certifi's; and those of the file `ca_bundle` as well.

    Reads files. Raises Unreachable, whose sentence says what is wrong with which of them.
    """
    file, folder = environ.get("SSL_CERT_FILE", ""), environ.get("SSL_CERT_DIR", "")
    context = _named(file, folder) if file or folder else _of_the_system()
    if ca_bundle:
        _add(context, ca_bundle, SETTING)
    return context


def roots_named(ca_bundle: str | None, environ: Mapping[str, str]) -> str:
    """What `trusted_roots` believes, as words of a sentence."""
    names = [name for name in ("SSL_CERT_FILE", "SSL_CERT_DIR") if environ.get(name)]
    if names:
        roots = f"the roots of {' and '.join(names)}"
    else:
        roots = "the system's roots" if _system_has_roots() else "the roots of the package certifi"
    return f"{roots} and those of {SETTING}" if ca_bundle else roots


def nobody_trusted() -> ssl.SSLContext:
    """What believes no certificate, and is made without reading any."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _named(file: str, folder: str) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if file:
        _add(context, file, "SSL_CERT_FILE")
    if folder:
        if not any(_holds_roots(Path(part)) for part in folder.split(os.pathsep)):
            raise Unreachable(
                f"SSL_CERT_DIR names {folder}, where there are no certificates under their hashes; "
                "correct that path, or run `openssl rehash` on it."
            )
        context.load_verify_locations(capath=folder)
    return context


def _of_the_system() -> ssl.SSLContext:
    if _system_has_roots():
        import truststore

        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    import certifi

    return ssl.create_default_context(cafile=certifi.where())


def _system_has_roots() -> bool:
    if sys.platform in ("darwin", "win32"):
        return True
    known = ssl.get_default_verify_paths()
    if known.cafile or (known.capath and _holds_roots(Path(known.capath))):
        return True
    return any(Path(file).is_file() for file in _FILES)


def _holds_roots(folder: Path) -> bool:
    try:
        return any(_HASHED.match(name) for name in os.listdir(folder))  # noqa: PTH208  (many)
    except OSError:
        return False


def _add(context: ssl.SSLContext, file: str, source: str) -> None:
    """Has `context` believe the certificates of a PEM file too."""
    text = _read(file, source)
    if _BEGINS not in text:
        raise _wrong(
            file,
            source,
            "which holds no certificate in PEM form (-----BEGIN CERTIFICATE-----); convert it "
            "with `openssl x509 -inform der`, or name another file",
        )
    try:
        # Comments between certificates may be in any encoding.
        context.load_verify_locations(cadata=text.decode("ascii", "replace").replace("\ufffd", "?"))
    except (ssl.SSLError, ValueError):
        raise _wrong(file, source, "where a certificate is damaged; get that file again") from None


def _read(file: str, source: str) -> bytes:
    try:
        path = Path(file).expanduser()
        if not path.is_absolute():
            raise _wrong(file, source, "which does not say where that is; write the whole path")
        with path.open("rb") as opened:
            return opened.read(_LARGEST)
    except (OSError, ValueError, RuntimeError) as error:
        why = (getattr(error, "strerror", "") or "no such place").lower()
        raise _wrong(file, source, f"which can't be read ({why}); correct that path") from None


def _wrong(file: str, source: str, fault: str) -> Unreachable:
    return Unreachable(f"{source} names {file}, {fault}.")

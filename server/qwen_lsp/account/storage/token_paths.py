"""Where tokens are kept: Qwen's in the file of Qwen Code, any other in one of its own."""

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

from qwen_lsp.errors import AccountError

from ..issuer import QWEN, Issuer


def token_file(issuer: Issuer, environ: Mapping[str, str]) -> Path:
    """The absolute path of the file that holds the token of (issuer, client id).

    The shared file is for Qwen's issuer and client alone. Raises AccountError without a home.
    """
    try:
        if issuer == QWEN:
            return shared_file(environ)
        return own_file(issuer)
    except RuntimeError as error:
        raise AccountError(
            "There is no home directory to keep the sign-in in; set QWEN_TOKEN_DIR."
        ) from error


def shared_file(environ: Mapping[str, str]) -> Path:
    """LiteLLM's variables before Qwen Code's before ~/.qwen; an empty one counts as unset.

    As with LiteLLM, a QWEN_AUTH_FILE that is a whole path stands alone.
    """
    folder = environ.get("QWEN_TOKEN_DIR") or environ.get("QWEN_HOME") or "~/.qwen"
    name = environ.get("QWEN_AUTH_FILE") or "oauth_creds.json"
    return (Path(folder).expanduser() / Path(name).expanduser()).absolute()


def own_file(issuer: Issuer) -> Path:
    """Named for people by the host, and for certain by a hash of issuer, client id and API.

    With the API in it, a token never goes to an address that was set only after it was given.
    """
    import platformdirs

    folder = platformdirs.user_data_path("qwen-lsp", appauthor=False)
    host = re.sub(r"[^A-Za-z0-9.]+", "-", issuer.host)[:60].strip("-.") or "issuer"
    identity = "\n".join(filter(None, (issuer.url, issuer.client_id, issuer.api))).encode()
    return folder / "sign-ins" / f"{host}-{hashlib.sha256(identity).hexdigest()[:16]}.json"


def lock_file(path: Path) -> Path:
    """The lock that guards `path`: for oauth_creds.json the one that Qwen Code takes."""
    lock = path.with_suffix(".lock")
    return lock if lock != path else path.with_name(f"{path.name}.lock")

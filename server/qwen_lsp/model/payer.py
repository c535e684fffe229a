"""Who pays for requests, and the access that it gives."""

from dataclasses import dataclass
from typing import Protocol

from pydantic import SecretStr

from qwen_lsp.errors import CredentialRefused


@dataclass(frozen=True)
class Access:
    """Where a request goes and what pays for it. `base_url` is one that `base_url_of` gave."""

    base_url: str
    key: SecretStr | None


class Payer(Protocol):
    """Who pays for requests."""

    async def access(self) -> Access:
        """The access to use now. Raises AccountError."""
        ...

    async def renewed(self, refused: Access) -> Access:
        """Another access after a 401 for `refused`. Raises CredentialRefused if there is none.

        It may be asked again for an access that it has just given; then it has to raise.
        """
        ...


def authorization(access: Access, service: str) -> dict[str, str]:
    """The header with the key, none without one. Raises CredentialRefused for what is no key."""
    if access.key is None:
        return {}
    key = access.key.get_secret_value()
    # The HTTP library would name a header that it can't send, and the key with it.
    if not key or not all("!" <= character <= "~" for character in key):
        raise CredentialRefused(
            f"The key for {service} is empty or holds blanks or letters that no key has; copy it "
            "again."
        )
    return {"Authorization": f"Bearer {key}"}

"""Which settings a repository may set: they come from mixed scopes, which LSP doesn't tell apart.

What a client sends with its greeting is taken for its user's own. What it sends later may stand in
a file of the folder (`.vscode/settings.json`, `.dir-locals.el`, …), unless the client announces
`userSettings`: that it takes these settings from its user alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..model.address import is_loopback_url

USERS_ALONE = frozenset(
    {"baseUrl", "headers", "keyCommand", "oauth", "proxy", "caBundle", "conversation"}
)
"""Where requests go, what goes along, who keeps it, and what program runs."""
NOT_TAKEN = (
    "qwen.{name} is not taken from here, since a folder's own settings could hold it too; put it "
    "into the editor's initializationOptions, and start the editor again."
)


@dataclass(frozen=True)
class UsersOwn:
    """The service that the user's own settings name; what is unset is empty."""

    provider: str = ""
    base_url: str = ""


def merged(
    first: Mapping[str, Any], latest: Mapping[str, Any], *, is_users: bool
) -> tuple[dict[str, Any], tuple[str, ...]]:
    """The settings of the greeting and the latest ones, and a sentence for each not taken.

    `is_users` says that the latest ones are the user's own as well.
    """
    if is_users:
        return {**first, **latest}, ()
    refused = sorted(name for name in latest if not _may_be_taken(name, first, latest))
    taken = {name: value for name, value in latest.items() if name not in refused}
    return {**first, **taken, **_tightened(first, taken)}, tuple(
        NOT_TAKEN.format(name=name) for name in refused
    )


def users_own(section: Mapping[str, Any]) -> UsersOwn:
    """The service in a section that is the user's own."""
    provider, address = section.get("provider"), section.get("baseUrl")
    return UsersOwn(
        provider if isinstance(provider, str) else "", address if isinstance(address, str) else ""
    )


def _tightened(first: Mapping[str, Any], latest: Mapping[str, Any]) -> dict[str, Any]:
    """What a folder can switch off, and take from, but neither switch on nor add to.

    A wrong value of the user's own stays, and so nothing is sent.
    """
    tight: dict[str, Any] = {}
    if first.get("enabled", True) is not True:
        tight["enabled"] = first["enabled"]
    if "providers" in first:
        allowed, here = _allowed(first), _allowed(latest)
        if allowed is None:
            tight["providers"] = first["providers"]
        elif here is not None:
            tight["providers"] = {"allowed": [each for each in allowed if each in here]}
    return tight


def _allowed(section: Mapping[str, Any]) -> list[Any] | None:
    group = section.get("providers")
    allowed = group.get("allowed") if isinstance(group, Mapping) else None
    return allowed if isinstance(allowed, list) else None


def _may_be_taken(name: str, first: Mapping[str, Any], latest: Mapping[str, Any]) -> bool:
    value = latest[name]
    if name in first and name in USERS_ALONE | {"provider"}:
        return bool(value == first[name])
    if name == "baseUrl":
        # Nothing leaves the machine then, and no key goes there that isn't made for it.
        return isinstance(value, str) and is_loopback_url(value)
    return name not in USERS_ALONE

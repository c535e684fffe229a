"""What the client at the other end says that it can do."""

from collections.abc import Mapping
from typing import Any

from lsprotocol import types

from ..rpc.protocol import Protocol

_NAMELESS = "A client without a name"
_LONGEST = 100


class Abilities:
    """The abilities of a client, in LSP and of our own."""

    def __init__(self, protocol: Protocol) -> None:
        self._protocol = protocol
        self._announced: Mapping[str, Any] = {}
        self._name = _NAMELESS
        self.client_name = self.client_version = ""
        """As `clientInfo` says them; not fit to be shown."""

    def meet(self, params: types.InitializeParams) -> None:
        """Learns what the client says of itself in `initialize`."""
        self._announced = _announced(params)
        self._name = _name(params.client_info)
        if client := params.client_info:
            self.client_name, self.client_version = client.name, client.version or ""

    def announces(self, ability: str) -> bool:
        """Whether the client says that it has one of our own abilities, as `status` or `jobs`."""
        return bool(self._announced.get(ability))

    @property
    def name(self) -> str:
        """What it calls itself, with its version; fit to be shown."""
        return self._name

    @property
    def trusts_workspace(self) -> bool | None:
        """What the editor itself says of the trust in what is open; None if it says nothing."""
        trusted = entry(self._announced.get("workspaceTrust"), "trusted")
        return trusted if isinstance(trusted, bool) else None

    @property
    def takes_edits(self) -> bool:
        workspace = self._capabilities.workspace
        return bool(workspace and workspace.apply_edit)

    @property
    def shows_documents(self) -> bool:
        window = self._capabilities.window
        return bool(window and window.show_document and window.show_document.support)

    @property
    def shows_progress(self) -> bool:
        window = self._capabilities.window
        return bool(window and window.work_done_progress)

    @property
    def refreshes_lenses(self) -> bool:
        """Whether it can be told that code lenses have changed."""
        workspace = self._capabilities.workspace
        lenses = workspace.code_lens if workspace else None
        return bool(lenses and lenses.refresh_support)

    @property
    def confirms_edits(self) -> bool:
        """Whether it asks its user before it makes an edit that says so."""
        workspace = self._capabilities.workspace
        edits = workspace.workspace_edit if workspace else None
        return bool(edits and edits.document_changes and edits.change_annotation_support)

    @property
    def checks_versions(self) -> bool:
        """Whether it says that it applies an edit only at the edit's version, and answers so.

        Whoever takes undo stops does: `qwen/applyEdit` asks for it.
        """
        return self._announced.get("edits") == "checked" or self.announces("undoStops")

    @property
    def reads_code_actions(self) -> bool:
        """Whether it knows code actions that are more than a command."""
        document = self._capabilities.text_document
        action = document.code_action if document else None
        return bool(action and action.code_action_literal_support)

    @property
    def hover_kind(self) -> types.MarkupKind:
        """Markdown, unless it says that it can show nothing but plain text by hover."""
        document = self._capabilities.text_document
        formats = document.hover.content_format if document and document.hover else None
        if formats and types.MarkupKind.Markdown not in formats:
            return types.MarkupKind.PlainText
        return types.MarkupKind.Markdown

    @property
    def reads_tags(self) -> bool:
        """Whether a code action may say that a model is behind it (LSP 3.18)."""
        document = self._capabilities.text_document
        action = document.code_action if document else None
        tags = action.tag_support.value_set if action and action.tag_support else ()
        return types.CodeActionTag.LlmGenerated in tags

    @property
    def has_settings(self) -> bool:
        """Whether it can be asked for its settings."""
        workspace = self._capabilities.workspace
        return bool(workspace and workspace.configuration)

    @property
    def registers_configuration(self) -> bool:
        """Whether it lets itself be asked to tell when its settings change."""
        workspace = self._capabilities.workspace
        changes = workspace.did_change_configuration if workspace else None
        return bool(changes and changes.dynamic_registration)

    @property
    def _capabilities(self) -> types.ClientCapabilities:
        return self._protocol.client_capabilities


def _name(client: types.ClientInfo | None) -> str:
    said = f"{client.name} {client.version or ''}" if client else ""
    shown = "".join(letter for letter in said if letter.isprintable())[:_LONGEST]
    return shown.strip() or _NAMELESS


def _announced(params: types.InitializeParams) -> Mapping[str, Any]:
    """`capabilities.experimental.qwen`, or `initializationOptions.client` in its place."""
    experimental = params.capabilities.experimental
    for holder, key in ((experimental, "qwen"), (params.initialization_options, "client")):
        announced = entry(holder, key)
        if isinstance(announced, Mapping):
            return announced
    return {}


def entry(holder: object, key: str) -> object:
    if isinstance(holder, Mapping):
        return holder.get(key)
    return getattr(holder, key, None)

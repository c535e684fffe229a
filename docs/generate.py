"""Writes the pages of docs/ that are made from the code: `make docs`."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

from qwen_lsp.actions.library import builtin_actions
from qwen_lsp.model.catalog.providers import Provider, providers
from qwen_lsp.settings.options import Options
from qwen_lsp.settings.settings import Settings

FOLDER = Path(__file__).parent
BEGINS = (
    "<!-- Made by docs/generate.py from the code, as far as the next comment; `make docs` makes it "
    "anew. -->"
)
ENDS = "<!-- As far as here. -->"
MADE = "<!-- Made by docs/generate.py from the code; `make docs` makes it anew. -->\n\n"


def actions() -> str:
    """The page about the built-in actions."""
    rows = [
        (
            f"`{action.id}`",
            action.title,
            action.description,
            f"`{action.reply}`",
            action.needs + (", an instruction" if action.uses_instruction else ""),
        )
        for action in builtin_actions()
    ]
    return (
        f"# Actions\n\n{MADE}"
        "What `qwen.run` takes as `action`, and what editors offer as code actions. "
        "Each is one Markdown file in `server/qwen_lsp/actions/builtin/`.\n\n"
        + _table(("id", "title", "what it does", "where the reply goes", "needs"), rows)
    )


def settings() -> str:
    """The page about the settings."""
    rows = [row for name, field in Options.model_fields.items() for row in _setting(name, field)]
    return (
        f"# Settings\n\n{MADE}"
        "The section is `qwen`. Settings arrive as `initializationOptions`, by "
        "`workspace/configuration` and by `workspace/didChangeConfiguration`; a value of null is "
        "unset. A wrong value is one warning and the default; where it says where code goes "
        "(`provider`, `baseUrl`, `headers`, `keyCommand`, `proxy`, `caBundle`, `oauth`), nothing "
        "is sent until it is right. Which of them a folder can set is in "
        "[trust.md](trust.md).\n\n" + _table(("name", "values", "default", "meaning"), rows)
    )


def provider_pages() -> str:
    """The page about the providers."""
    known = providers().values()
    rows = [
        (
            f"`{provider.id}`",
            provider.operator,
            _address(provider),
            _paid_by(provider),
            f"`{provider.default_model}`" if provider.default_model else "`qwen.model`",
        )
        for provider in known
    ]
    notes = "\n".join(
        f"## {provider.name}\n\n" + "\n".join(f"- {note}" for note in _said_of(provider)) + "\n"
        for provider in known
    )
    return (
        f"# Providers\n\n{MADE}"
        "What `qwen.provider` takes. A key is sent to the origin it belongs to and to no other: "
        "that of the provider's row, or `OPENAI_BASE_URL`'s for `OPENAI_API_KEY`.\n\n"
        + _table(("id", "who runs it", "address", "paid by", "default model"), rows)
        + "\n"
        + notes
    )


def account() -> str:
    """The page about the account, with the table in it made anew."""
    page = (FOLDER / "account.md").read_text(encoding="utf-8")
    before, begins, rest = page.partition(BEGINS)
    _, ends, after = rest.partition(ENDS)
    rows = [
        (
            f"`{row.id}`",
            _getting_going(row),
            _page("terms", row, row.terms),
            _page("privacy", row, row.privacy),
        )
        for row in providers().values()
    ]
    table = _table(("provider", "get going", "terms", "privacy notice"), rows)
    return f"{before}{begins}\n\n{table}\n{ends}{after}"


def _getting_going(provider: Provider) -> str:
    login = f"`qwen-lsp login --provider {provider.id}`"
    if provider.id == "oauth":
        return "set `qwen.oauth`, then run *Qwen: Sign in*"
    if provider.sign_in:
        start = f"`{provider.start_with}`, then " if provider.start_with else ""
        at = " with `--base-url ADDRESS`" if provider.base_url is None else ""
        ended = "; its free tier ended on 15 April 2026" if provider.advice else ""
        return f"{start}{login}{at}{ended}"
    if provider.is_local:
        get = f", `{provider.get_model_with}`" if provider.get_model_with else ""
        get = get.format(model=provider.default_model)
        return f"`{provider.start_with}`{get}, then `qwen-lsp setup`"
    at = "" if provider.base_url else " --base-url ADDRESS"
    key = f"`qwen-lsp login --provider {provider.id}{at} --api-key`"
    if not provider.needs_key:
        key += " if it wants a key"
    get = f" ([get a key]({provider.key_from}))" if provider.key_from else ""
    model = "" if provider.default_model else " --model NAME"
    return f"{key}{get}, then `qwen-lsp setup --provider {provider.id}{at}{model}`"


def _page(name: str, provider: Provider, address: str | None) -> str:
    if address:
        return f"[{name}]({address})"
    is_here = provider.is_local or provider.loopback_only
    return "–" if is_here else "of whoever runs it"


def _said_of(provider: Provider) -> Iterable[str]:
    """What one should know before code goes there."""
    yield from provider.notes
    yield from provider.limits
    if provider.terms and provider.privacy:
        yield (
            f"What applies to what is sent there: the operator's [terms]({provider.terms}) and its "
            f"[privacy notice]({provider.privacy})."
        )


def _address(provider: Provider) -> str:
    if provider.base_url:
        return f"`{provider.base_url}`"
    return "`qwen.baseUrl`" + (f", under `{provider.hosts}`" if provider.hosts else "")


def _paid_by(provider: Provider) -> str:
    if provider.sign_in:
        return "*Qwen: Sign in*"
    if not provider.key_env:
        return "nothing"
    names = ", ".join(f"`{name}`" for name in provider.key_env)
    where = f" ([get one]({provider.key_from}))" if provider.key_from else ""
    return names + where


def _setting(name: str, field: FieldInfo) -> Iterable[tuple[str, str, str, str]]:
    """The row of a setting, or those of a group of settings."""
    if group := _group(field):
        for inner_name, inner in group.model_fields.items():
            default = getattr(Settings(), f"{name}_{inner_name}", None)
            shown = "–" if default is None else f"`{default}`"
            yield f"`{name}.{inner.alias}`", _values(inner), shown, inner.description or ""
        return
    default = getattr(Settings(), name)
    shown = f"`{str(default).lower() if isinstance(default, bool) else default}`"
    unset = "–" if default in (None, ()) else shown
    yield f"`{field.alias or name}`", _values(field), unset, field.description or ""


def _group(field: FieldInfo) -> type[BaseModel] | None:
    """The settings that this one holds; None where it is a plain one."""
    kinds = get_args(field.annotation)
    return next((k for k in kinds if isinstance(k, type) and issubclass(k, BaseModel)), None)


def _values(field: FieldInfo) -> str:
    kinds = [kind for kind in get_args(field.annotation) if kind is not type(None)]
    literals = [
        f"`{value}`" for kind in kinds if get_origin(kind) is Literal for value in get_args(kind)
    ]
    plain: dict[Any, str] = {bool: "true or false", str: "text", float: "number"}
    plain |= {int: "whole number", list[str]: "list of text", SecretStr: "text"}
    plain |= {dict[str, SecretStr]: "an object of text"}
    return ", ".join(literals) or ", ".join(plain.get(kind, str(kind)) for kind in kinds)


def _table(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    head = list(head)
    lines = [head, ["---"] * len(head), *rows]
    return "".join(
        "| " + " | ".join(str(cell).replace("|", "\\|") for cell in line) + " |\n" for line in lines
    )


PAGES: Mapping[str, Callable[[], str]] = {
    "account.md": account,
    "actions.md": actions,
    "settings.md": settings,
    "providers.md": provider_pages,
}

if __name__ == "__main__":
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page(), encoding="utf-8")

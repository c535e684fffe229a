"""The rows of providers.toml, and the families of models."""

import dataclasses
import re
import typing

import pytest

from qwen_lsp.errors import RequestError
from qwen_lsp.model.address import base_url_of, is_loopback_url
from qwen_lsp.model.catalog.families import Dialect, family_of, sees
from qwen_lsp.model.catalog.providers import Continues, Provider, providers
from qwen_lsp.model.catalog.window import Engine
from qwen_lsp.model.limits.limiter import Limits

ROWS = list(providers().values())
UNKNOWN = ("oauth", "simulator")


def by_id(row: Provider) -> str:
    return row.id


def test_the_rows() -> None:
    assert " ".join(providers()) == (
        "qwen-oauth dashscope-intl dashscope-cn dashscope-us dashscope-hk dashscope-workspace "
        "qwencloud coding-plan-intl coding-plan-cn token-plan-intl token-plan-cn modelscope "
        "openrouter fireworks ollama llamacpp lmstudio vllm custom oauth simulator"
    )
    assert providers() is providers()


@pytest.mark.parametrize("row", ROWS, ids=by_id)
def test_every_field_has_its_type(row: Provider) -> None:
    for name, kind in typing.get_type_hints(Provider).items():
        value = getattr(row, name)
        if kind == tuple[str, ...]:
            assert isinstance(value, tuple)
            assert all(isinstance(item, str) for item in value)
        elif kind is Dialect:
            assert value in typing.get_args(Dialect)
        elif kind in (Continues | None, Engine | None):
            literal, _ = typing.get_args(kind)
            assert value is None or value in typing.get_args(literal)
        else:
            assert isinstance(value, kind)


@pytest.mark.parametrize("row", ROWS, ids=by_id)
def test_every_row_makes_sense(row: Provider) -> None:
    assert row.operator
    assert row.notes
    assert all(note.endswith(".") for note in row.notes)
    assert not row.advice or not row.advice.endswith(".")
    assert bool(row.key_env) >= row.needs_key
    assert row.key_from is None or row.key_from.startswith("https://")
    assert row.get_model_with is None or "{model}" in row.get_model_with
    assert all(limit.endswith(".") for limit in row.limits)
    assert bool(row.terms) == bool(row.privacy) == bool(row.limits)
    assert re.compile(row.continues_models)
    assert row.continues or not row.continues_models
    assert bool(row.limits) == (row.sign_in or row.needs_key) or row.id in UNKNOWN
    assert all(page.startswith("https://") for page in (row.terms, row.privacy) if page)
    if row.base_url is None:
        assert row.id in ("custom", "oauth", "simulator", "dashscope-workspace")
        assert row.hosts is None or row.needs_key
    else:
        assert base_url_of(row.base_url) == row.base_url
        assert row.hosts is None
    if row.start_with:
        assert row.loopback_only or is_loopback_url(row.base_url or "")


@pytest.mark.parametrize(
    ("provider", "wanted", "kept"),
    [
        # 1.9 and 5.3; what nobody has said is not held to.
        ("qwen-oauth", Limits(), Limits(60, 1)),
        ("qwen-oauth", Limits(per_minute=20), Limits(20, 1)),
        ("dashscope-intl", Limits(), Limits()),
        ("dashscope-intl", Limits(per_minute=1200), Limits(1200, 20)),
        ("dashscope-intl", Limits(per_minute=1200, per_second=50), Limits(1200, 50)),
        ("qwencloud", Limits(per_minute=120, at_once=4), Limits(120, 2, 4)),
        ("openrouter", Limits(per_minute=20), Limits(20)),
        ("ollama", Limits(), Limits()),
        ("custom", Limits(at_once=2), Limits(at_once=2)),
    ],
)
def test_the_limits_that_are_kept(provider: str, wanted: Limits, kept: Limits) -> None:
    assert providers()[provider].most(wanted) == kept


def test_what_runs_on_this_machine() -> None:
    assert [row.id for row in ROWS if row.is_local] == ["ollama", "llamacpp", "lmstudio", "vllm"]


def test_no_two_services_share_an_address() -> None:
    addresses = [row.base_url for row in ROWS if row.base_url]
    assert len(set(addresses)) == len(addresses)


@pytest.mark.parametrize("row", ROWS, ids=by_id)
def test_no_default_is_a_retired_model(row: Provider) -> None:
    """Facts, 5.5 and 1.9."""
    retired = re.compile(
        r"qwen-(max|turbo)|qwen-vl|qwq-plus|qvq-max|qwen3-coder-(plus|480b)|qwen3-max"
        r"|qwen3-(235b|32b|30b)|qwen3-vl|qwen2\.5-coder-(0\.5b|1\.5b|3b)|vision-model"
    )
    assert not retired.match(row.default_model)
    assert not retired.match(row.vision_model)


@pytest.mark.parametrize(
    ("model", "is_seeing"),
    [
        ("qwen4-max", True),
        ("coder-model", True),
        ("Qwen/Qwen3-VL-30B", True),
        ("qwen2.5vl:7b", True),
        ("llava", True),
        ("gemma3:12b", True),
        ("qwen3-coder", False),
        ("qwen3-coder-plus", False),
        ("vllm-model", False),
        ("devstral", False),
        ("", False),
    ],
)
def test_who_looks_at_images(model: str, is_seeing: bool) -> None:
    assert sees(model) is is_seeing


@pytest.mark.parametrize("row", [row for row in ROWS if row.vision_model], ids=by_id)
def test_a_vision_model_sees(row: Provider) -> None:
    assert sees(row.vision_model)


def test_a_family_is_a_value() -> None:
    assert family_of("qwen4-max") is family_of("vendor/Qwen4-Max")
    assert dataclasses.replace(providers()["custom"], id="x").id == "x"
    with pytest.raises(RequestError):
        base_url_of(providers()["custom"].base_url or "")

"""What pays, what the service answers, and that a look that fails is a finding too."""

import asyncio
import json
from collections.abc import Callable
from dataclasses import replace
from email.utils import formatdate
from pathlib import Path

import httpx
import pytest

from qwen_lsp.account.keyed import Keyed
from qwen_lsp.account.keys.sources import KeySources
from qwen_lsp.account.signed_in import SignedIn
from qwen_lsp.diagnosis import examine as examining
from qwen_lsp.diagnosis.answers import answer_found
from qwen_lsp.diagnosis.credential import credential_found
from qwen_lsp.diagnosis.examine import examine
from qwen_lsp.diagnosis.finding import Finding
from qwen_lsp.diagnosis.subject import Subject
from qwen_lsp.errors import UNEXPECTED, QwenError
from qwen_lsp.model.catalog.providers import providers
from qwen_lsp.model.payer import Access
from qwen_lsp.model.transport.http import Http
from qwen_lsp.model.transport.network import Network

NOW = 1_790_000_000.0
TOKENS = {"access_token": "access-7Qx", "token_type": "Bearer"}
Answering = Callable[[httpx.Request], httpx.Response]


def listing(*names: str, **headers: str) -> Answering:
    body = {"data": [{"id": name} for name in names]}
    return lambda _: httpx.Response(200, json=body, headers=headers)


class Desk:
    """A subject, and a service that answers as it is told."""

    def __init__(self, home: Path) -> None:
        self.environ = {"HOME": str(home), "QWEN_HOME": str(home / "qwen")}
        self.answering: Answering = listing("qwen3.7-plus")
        self.requests: list[httpx.Request] = []

    def subject(self, provider_id: str, model: str = "qwen3.7-plus") -> Subject:
        provider = providers()[provider_id]
        http, keys = Http(transport=httpx.MockTransport(self._answer)), KeySources(self.environ)
        account = (
            SignedIn(provider, http=http.client, environ=self.environ, clock=lambda: NOW)
            if provider.sign_in
            else Keyed(provider, None, keys)
        )
        return Subject(
            provider, account, model, http, Network(), keys, self.environ, clock=lambda: NOW
        )

    def keep(self, **fields: object) -> None:
        file = Path(self.environ["QWEN_HOME"]) / "oauth_creds.json"
        file.parent.mkdir()
        file.write_text(json.dumps(TOKENS | fields))
        file.chmod(0o600)

    def answers(self, provider_id: str, model: str = "qwen3.7-plus") -> dict[str, Finding]:
        async def look() -> list[Finding]:
            subject = self.subject(provider_id, model)
            access = await subject.account.access()
            try:
                return await answer_found(subject, access)
            finally:
                await subject.http.aclose()

        return {each.about: each for each in asyncio.run(look())}

    def credential(self, provider_id: str) -> Finding:
        return asyncio.run(credential_found(self.subject(provider_id)))[0]

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        return self.answering(request)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def refusing(status: int, body: str = "{}", kind: str = "application/json") -> Answering:
    return lambda _: httpx.Response(status, text=body, headers={"content-type": kind})


# What pays.


@pytest.mark.parametrize(
    ("expires", "refresh", "grade", "says"),
    [
        (NOW + 3600, "r", "ok", "lasts until 2026-09-21 15:13 UTC, and is renewed then."),
        (NOW - 9, "r", "ok", "ran out and is renewed when it is used."),
        (NOW - 9, "", "wrong", "ran out."),
        (1e12, "r", "ok", "lasts until "),
    ],
)
def test_a_sign_in_and_how_long_it_lasts(
    desk: Desk, expires: float, refresh: str, grade: str, says: str
) -> None:
    desk.keep(expiry_date=int(expires * 1000), refresh_token=refresh)
    found = desk.credential("qwen-oauth")
    assert (found.grade, bool(found.way_out)) == (grade, grade == "wrong")
    assert says in found.sentence
    assert "7Qx" not in found.line


def test_nobody_is_signed_in(desk: Desk) -> None:
    found = desk.credential("qwen-oauth")
    assert found.grade == "wrong"
    assert found.way_out == "Run `qwen-lsp login --provider qwen-oauth`."


def test_a_file_that_can_not_be_trusted_is_wrong(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    kept = tmp_path / "qwen"
    kept.mkdir()
    (kept / "oauth_creds.json").symlink_to(tmp_path / "elsewhere" / "x.json")
    (tmp_path / "elsewhere" / "x.json").write_text("{}")
    assert desk.credential("qwen-oauth").grade == "wrong"


def test_where_a_key_comes_from(desk: Desk) -> None:
    assert desk.credential("dashscope-intl").grade == "wrong"
    desk.environ["DASHSCOPE_API_KEY"] = "sk-7Qx"
    found = desk.credential("dashscope-intl")
    assert found.grade == "ok"
    assert found.sentence.endswith("comes from DASHSCOPE_API_KEY.")
    desk.environ["DASHSCOPE_API_KEY"] = "sk 7Qx"
    found = desk.credential("dashscope-intl")
    assert found.grade == "wrong"
    assert "7Qx" not in found.line
    assert desk.credential("ollama").sentence == "Ollama needs none."


# What the service answers.


def test_an_answer_with_models_and_a_clock(desk: Desk) -> None:
    desk.environ["DASHSCOPE_API_KEY"] = "sk-7Qx"
    names = ("qwen3.7-plus", *(f"m{number}" for number in range(6)))
    desk.answering = listing(*names, Date=formatdate(NOW - 30, usegmt=True))
    found = desk.answers("dashscope-intl")
    assert {each.grade for each in found.values()} == {"ok"}
    assert found["Answer"].sentence.startswith("dashscope-intl.aliyuncs.com answers, in ")
    assert found["Model"].sentence.endswith("qwen3.7-plus, m0, m1, m2, m3 and 2 more.")
    assert found["Clock"].sentence == "It agrees with that of dashscope-intl.aliyuncs.com."
    (request,) = desk.requests
    assert str(request.url).endswith("/compatible-mode/v1/models")


@pytest.mark.parametrize(
    ("ahead", "says"), [(3600, "3600 seconds ahead of"), (-90, "90 seconds behind")]
)
def test_a_clock_that_is_wrong(desk: Desk, ahead: float, says: str) -> None:
    desk.environ["DASHSCOPE_API_KEY"] = "sk-7Qx"
    desk.answering = listing("qwen3.7-plus", Date=formatdate(NOW - ahead, usegmt=True))
    found = desk.answers("dashscope-intl")["Clock"]
    assert found.grade == "warning"
    assert says in found.sentence


@pytest.mark.parametrize("date", ["", "yesterday", "Mon, 99 Foo 2026 00:00:00 GMT"])
def test_a_service_without_a_clock(desk: Desk, date: str) -> None:
    desk.environ["DASHSCOPE_API_KEY"] = "sk-7Qx"
    desk.answering = listing("qwen3.7-plus", Date=date)
    assert "Clock" not in desk.answers("dashscope-intl")


def test_on_this_machine_there_is_one_clock(desk: Desk) -> None:
    desk.answering = listing("m", Date=formatdate(0, usegmt=True))
    assert "Clock" not in desk.answers("ollama", "m")


@pytest.mark.parametrize(
    ("answering", "grade", "says"),
    [
        (refusing(404), "ok", "whether it takes the credential shows when a model is asked"),
        (refusing(405), "ok", "whether it takes the credential"),
        (refusing(405, "<html>blocked", "text/html"), "wrong", "A web page, as firewalls send it"),
        (refusing(200, "<html>", "text/html"), "wrong", "A web page"),
        (refusing(403, '{"error":{"code":"AccessDenied","message":"no"}}'), "wrong", "“no”"),
        (refusing(500), "wrong", ""),
        (refusing(302), "wrong", "sends requests on"),
    ],
)
def test_other_answers(desk: Desk, answering: Answering, grade: str, says: str) -> None:
    desk.environ["DASHSCOPE_API_KEY"] = "sk-7Qx"
    desk.answering = answering
    found = desk.answers("dashscope-intl")["Answer"]
    assert found.grade == grade
    assert says in found.sentence


def test_a_key_that_the_service_repeats_is_not_shown(desk: Desk) -> None:
    desk.environ["DASHSCOPE_API_KEY"] = "sk-7Qx"
    desk.answering = refusing(403, '{"error":{"message":"sk-7Qx may not"}}')
    assert "sk-7Qx" not in desk.answers("dashscope-intl")["Answer"].line


def test_a_refused_key_is_explained(desk: Desk) -> None:
    desk.environ["DASHSCOPE_API_KEY"] = "sk-7Qx"
    desk.answering = refusing(401)
    with pytest.raises(QwenError, match="refused the key in DASHSCOPE_API_KEY"):
        desk.answers("dashscope-intl")


def test_a_model_that_has_to_be_got(desk: Desk) -> None:
    desk.answering = listing("llama3.3:70b")
    found = desk.answers("ollama", "qwen3-coder")["Model"]
    assert found.grade == "warning"
    assert found.way_out == "Get it with: ollama pull qwen3-coder."


# All of it.


def findings(subject: Subject) -> dict[str, Finding]:
    async def look() -> list[Finding]:
        try:
            return await examine(subject)
        finally:
            await subject.http.aclose()

    return {each.about: each for each in asyncio.run(look())}


def test_on_this_machine(desk: Desk) -> None:
    desk.answering = listing("m")
    found = findings(desk.subject("ollama", "m"))
    assert list(found) == ["Credential", "Proxy", "Name", "Certificate", "Answer", "Model"]
    assert {each.grade for each in found.values()} == {"ok"}


def test_a_wrong_address_is_the_finding(desk: Desk) -> None:
    desk.environ["OPENAI_BASE_URL"] = "https://user:p-7Qx@gateway.example"
    found = findings(desk.subject("custom", "m"))
    assert [each.grade for each in found.values()] == ["wrong"]
    assert "7Qx" not in next(iter(found.values())).line


def test_a_look_that_takes_too_long_is_given_up(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(examining, "_SECONDS", 0.05)

    async def hang(_: Subject, __: Access) -> list[Finding]:
        await asyncio.sleep(60)
        return []

    monkeypatch.setattr(examining, "answer_found", hang)
    found = findings(desk.subject("ollama", "m"))
    assert found["Answer"].grade == "wrong"
    assert "no answer in" in found["Answer"].sentence
    assert found["Name"].grade == "ok"


def test_a_fault_of_ours_is_a_finding_and_in_the_log(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def break_(_: Subject, __: Access) -> list[Finding]:
        raise KeyError("what")

    monkeypatch.setattr(examining, "answer_found", break_)
    found = findings(desk.subject("ollama", "m"))
    assert found["Answer"].sentence == UNEXPECTED
    assert "A look at Answer failed" in caplog.text


def test_without_a_sign_in_the_way_is_looked_at(desk: Desk) -> None:
    subject = desk.subject("qwen-oauth")
    here = replace(subject.provider, base_url="http://127.0.0.1:9/v1")
    found = findings(replace(subject, provider=here))
    assert list(found) == ["Credential", "Proxy", "Name", "Certificate"]
    assert found["Credential"].grade == "wrong"
    assert desk.requests == []

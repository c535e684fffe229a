"""A conversation: what is sent of it when it goes on, within bounds."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from qwen_lsp.model import conversation
from qwen_lsp.model.chat import Kept, Message
from qwen_lsp.model.conversation import Conversation

START = Conversation((Message("system", "s"), Message("user", "code")))


def said(talk: Conversation) -> list[str]:
    return [each.content for each in talk.messages]


def test_it_goes_on_after_the_reply() -> None:
    kept = Kept("r1", 3)
    talk = START.answered("reply", kept).followed_by("why?")
    assert [each.role for each in talk.messages] == ["system", "user", "assistant", "user"]
    assert said(talk) == ["s", "code", "reply", "why?"]
    assert talk.kept is kept


def test_what_is_too_long_loses_its_oldest_turns_but_never_the_code(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(conversation, "MOST_CHARACTERS", 10)
    talk = START.answered("12345", None).followed_by("6").answered("789", Kept("r", 5))
    shorter = talk.followed_by("0").answered("ab", Kept("r", 7)).followed_by("c")
    assert said(talk.followed_by("0")) == ["s", "code", "12345", "6", "789", "0"]
    assert said(shorter) == ["s", "code", "789", "0", "ab", "c"]
    assert shorter.kept is None


def test_one_reply_that_is_too_long_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(conversation, "MOST_CHARACTERS", 10)
    assert said(START.answered("x" * 11, None).followed_by("c")) == ["s", "code", "c"]


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30))))
def test_it_never_grows_without_end(turns: list[tuple[int, int]]) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(conversation, "MOST_CHARACTERS", 50)
        talk = START
        for reply, question in turns:
            talk = talk.answered("r" * reply, None).followed_by("q" * question)
            sent = sum(map(len, said(talk)))
            assert sent <= len("s") + len("code") + 50 + question
            assert said(talk)[:2] == ["s", "code"]
            roles = [each.role for each in talk.messages[1:]]
            assert all(one != other for one, other in pairwise(roles[1:]))

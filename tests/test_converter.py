"""A client of the tests reads code actions as what they are."""

from lsprotocol import converters, types

from .support.converter import client_converter

SENT = {
    "jsonrpc": "2.0",
    "id": 1,
    "result": [
        {"title": "a", "command": {"title": "t", "command": "qwen.run", "arguments": [1]}},
        {"title": "b", "kind": "quickfix", "data": {"x": 1}},
        {"title": "c", "command": "qwen.stop"},
    ],
}


def test_an_action_with_a_command_is_an_action() -> None:
    answer = client_converter().structure(SENT, types.CodeActionResponse)
    assert answer.result == (
        types.CodeAction(
            title="a", command=types.Command(title="t", command="qwen.run", arguments=(1,))
        ),
        types.CodeAction(title="b", kind=types.CodeActionKind.QuickFix, data={"x": 1}),
        types.Command(title="c", command="qwen.stop"),
    )


def test_lsprotocol_still_needs_this() -> None:
    answer = converters.get_converter().structure(SENT, types.CodeActionResponse)
    assert answer.result
    assert isinstance(answer.result[0], types.Command)

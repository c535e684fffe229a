"""What an editor and a server say, written down; run as a program, it stands between them."""

import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any


class WireLog:
    """What went over the wire so far, and what the editor's document is by its own reports.

    Texts are ASCII, so that a position counts the same in every encoding.
    """

    def __init__(self, log: Path) -> None:
        self._log = log

    def messages(self, method: str, *, by: str) -> list[tuple[float, dict[str, Any]]]:
        """Messages of the `client` or the `server` by their method: when, and their parameters."""
        return [
            (each["at"], each["message"].get("params") or {})
            for each in self._entries()
            if each["by"] == by and each["message"].get("method") == method
        ]

    def landings(self, mark: str) -> list[float]:
        """When the document had more lines that begin with `mark` than ever before.

        Times are those of `time.monotonic`, in seconds.
        """
        times, text, most = [], "", 0
        for entry in self._entries():
            if entry["by"] != "client":
                continue
            text = _changed(text, entry["message"])
            count = sum(line.startswith(mark) for line in text.splitlines())
            if count > most:
                times.append(entry["at"])
            most = max(most, count)
        return times

    @property
    def is_ready(self) -> bool:
        """Whether the server has started and knows a document."""
        return bool(self.messages("textDocument/didOpen", by="client"))

    @property
    def running(self) -> int:
        """How many jobs show progress."""
        kinds = [
            params["value"].get("kind") for _, params in self.messages("$/progress", by="server")
        ]
        return kinds.count("begin") - kinds.count("end")

    def _entries(self) -> Iterator[dict[str, Any]]:
        if self._log.exists():
            # The last one may be written just now.
            for line in self._log.read_text().split("\n")[:-1]:
                yield json.loads(line)


def _changed(text: str, message: Mapping[str, Any]) -> str:
    """The text after a message of the client."""
    match message.get("method"):
        case "textDocument/didOpen":
            return str(message["params"]["textDocument"]["text"])
        case "textDocument/didChange":
            for change in message["params"]["contentChanges"]:
                text = _with(text, change)
    return text


def _with(text: str, change: Mapping[str, Any]) -> str:
    if "range" not in change:
        return str(change["text"])
    lines = text.splitlines(keepends=True)
    start, end = (
        sum(map(len, lines[: place["line"]])) + place["character"]
        for place in (change["range"]["start"], change["range"]["end"])
    )
    return f"{text[:start]}{change['text']}{text[end:]}"


def record(log: Path, command: list[str]) -> int:
    """Runs a server between the standard streams; its exit status."""
    lock = threading.Lock()
    with (
        log.open("a", buffering=1) as into,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as server,
    ):
        assert server.stdin
        assert server.stdout

        def passed_on(by: str, source: IO[bytes], target: IO[bytes]) -> None:
            while frame := _frame(source):
                head, body = frame
                entry = {"at": time.monotonic(), "by": by, "message": json.loads(body)}
                with lock:
                    into.write(json.dumps(entry) + "\n")
                target.write(head + body)
                target.flush()
            target.close()

        ways = [
            ("client", sys.stdin.buffer, server.stdin),
            ("server", server.stdout, sys.stdout.buffer),
        ]
        for way in ways:
            threading.Thread(target=passed_on, args=way, daemon=True).start()
        return server.wait()


def _frame(source: IO[bytes]) -> tuple[bytes, bytes] | None:
    """The next message: its head, and its body; none at the end."""
    head, length = b"", 0
    while line := source.readline():
        head += line
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
        if not line.strip():
            return head, source.read(length)
    return None


if __name__ == "__main__":
    sys.exit(record(Path(sys.argv[1]), sys.argv[2:]))

"""The folder of originals: who writes, who may read, what is passed over, what grows old."""

import errno
import json
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import filelock
import pytest

from qwen_lsp.journal.entry import Entry
from qwen_lsp.journal.journal import DAYS_KEPT, LARGEST, MOST_KEPT, Journal, journal_folder

from .made import URI, entry_of, rows

posix = pytest.mark.skipif(os.name == "nt", reason="modes and links of POSIX")

OTHER_SERVER = """
import sys, time
from pathlib import Path
from qwen_lsp.journal.journal import Journal
from tests.journal.made import URI, entry_of, rows
journal = Journal(Path(sys.argv[1]))
journal.write(entry_of(rows("a b c"), 1, 2, entry_id=journal.new_id(URI), when=5.0))
print("written", flush=True)
time.sleep(600)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "state" / "originals"


def made(journal: Journal, uri: str = URI, *, when: float = 1.0) -> Entry:
    entry = entry_of(rows("a b c"), 1, 2, entry_id=journal.new_id(uri), when=when)
    return replace(entry, uri=uri)


def written(journal: Journal, uri: str = URI, *, when: float = 1.0) -> Entry:
    entry = made(journal, uri, when=when)
    journal.write(entry)
    return entry


def left_behind(folder: Path, count: int = 1) -> list[Entry]:
    """The entries of a server that is no more."""
    journal = Journal(folder)
    entries = [written(journal, when=float(number)) for number in range(count)]
    journal.close()
    return entries


def path_of(folder: Path, entry: Entry) -> Path:
    return folder / f"{entry.id}.json"


@pytest.mark.parametrize("state_home", ["", "relative", None])
def test_it_is_in_the_folder_of_the_user(state_home: str | None) -> None:
    environ = {} if state_home is None else {"XDG_STATE_HOME": state_home}
    folder = journal_folder(environ)
    assert folder.is_absolute()
    assert folder.parts[-2:] == ("qwen-lsp", "originals")


def test_it_is_where_the_environment_says(tmp_path: Path) -> None:
    folder = journal_folder({"XDG_STATE_HOME": str(tmp_path)})
    assert folder == tmp_path / "qwen-lsp" / "originals"


def test_what_is_written_is_left(folder: Path) -> None:
    journal = Journal(folder)
    first, second = written(journal, when=2.0), written(journal, when=1.0)
    assert journal.left(URI) == [second, first]
    assert journal.is_own(first.id)
    journal.erase(first.id)
    assert journal.left(URI) == [second]
    assert journal.left("file:///project/b.py") == []


def test_nothing_is_left_where_there_is_no_folder(folder: Path) -> None:
    journal = Journal(folder)
    assert journal.left(URI) == []
    journal.erase(journal.new_id(URI))
    journal.close()
    assert not folder.exists()


@posix
def test_only_the_owner_can_read_it(folder: Path) -> None:
    before = os.umask(0)
    try:
        journal = Journal(folder)
        entry = written(journal)
        shown = journal.shown(entry)
    finally:
        os.umask(before)
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert shown in folder.iterdir()


@posix
def test_a_folder_that_others_can_read_is_closed(folder: Path) -> None:
    folder.mkdir(parents=True, mode=0o755)
    written(Journal(folder))
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_an_address_may_be_written_in_two_ways(folder: Path) -> None:
    journal = Journal(folder)
    entry = written(journal, "file:///project/a%20b.py")
    assert journal.left("file:///project/a b.py") == [entry]


def test_what_a_living_server_works_on_is_its_own(folder: Path) -> None:
    mine, other = Journal(folder), Journal(folder)
    entry = written(other)
    assert mine.left(URI) == []
    written(mine)
    assert [each.id for each in mine.left(URI)] != [entry.id]
    other.close()
    assert entry in mine.left(URI)
    assert not mine.is_own(entry.id)


@posix
def test_what_a_server_was_at_that_was_killed_is_left(folder: Path) -> None:
    journal = Journal(folder)
    command = [sys.executable, "-c", OTHER_SERVER, str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, cwd=Path(__file__).parents[2]) as other:
        assert other.stdout
        assert other.stdout.readline() == b"written\n"
        assert journal.left(URI) == []
        other.send_signal(signal.SIGKILL)
    (entry,) = journal.left(URI)
    assert (entry.original, entry.when) == (("b",), 5.0)


def test_two_servers_of_one_process_are_two(folder: Path) -> None:
    journals = [Journal(folder) for _ in range(3)]
    ids = [journal.new_id(URI) for journal in journals for _ in range(50)]
    assert len({*ids}) == len(ids)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def of_another_document(path: Path) -> None:
    written = json.loads(path.read_bytes())
    path.write_text(json.dumps(written | {"uri": "file:///etc/passwd"}))


def too_large(path: Path) -> None:
    path.write_bytes(b" " * LARGEST + path.read_bytes())


def as_a_link(path: Path) -> None:
    elsewhere = path.parents[1] / "elsewhere"
    path.rename(elsewhere)
    path.symlink_to(elsewhere)


def as_a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


def as_a_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def with_a_lock_that_is_a_link(path: Path) -> None:
    elsewhere = path.parents[1] / "elsewhere"
    elsewhere.touch()
    path.with_name(path.name.partition(".")[0] + ".lock").unlink(missing_ok=True)
    path.with_name(path.name.partition(".")[0] + ".lock").symlink_to(elsewhere)


@posix
@pytest.mark.parametrize(
    "spoil",
    [
        cut,
        empty,
        of_another_document,
        too_large,
        as_a_link,
        as_a_pipe,
        as_a_folder,
        with_a_lock_that_is_a_link,
    ],
)
def test_what_is_damaged_or_not_ours_is_passed_over(
    folder: Path, spoil: Callable[[Path], None]
) -> None:
    good, bad = left_behind(folder), left_behind(folder)
    spoil(path_of(folder, bad[0]))
    assert Journal(folder).left(URI) == good


def test_an_entry_with_a_strange_name_is_none(folder: Path) -> None:
    (entry,) = left_behind(folder)
    names = [f"..{entry.id}", entry.id.upper() + "x", "entry", entry.id.replace(".", "-")]
    for name in names:
        (folder / f"{name}.json").write_bytes(path_of(folder, entry).read_bytes())
    assert Journal(folder).left(URI) == [entry]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_write_that_fails_leaves_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    journal = Journal(folder)
    with monkeypatch.context() as patch:
        patch.setattr(os if step == "fsync" else Path, step, full)
        with pytest.raises(OSError, match="No space left"):
            written(journal)
    assert [path.suffix for path in folder.iterdir()] == [".lock"]
    entry = written(journal)
    assert journal.left(URI) == [entry]


def test_where_no_folder_can_be_made_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    journal = Journal(tmp_path / "file" / "originals")
    with pytest.raises(OSError, match="Not a directory"):
        written(journal)
    assert journal.left(URI) == []
    journal.prune()
    journal.close()


def test_where_there_are_no_locks_is_an_error(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a lock another server would take what is being worked on for what is left."""

    def none(*_: object, **__: object) -> None:
        raise NotImplementedError

    monkeypatch.setattr(filelock.FileLock, "acquire", none)
    with pytest.raises(OSError, match="knows no locks"):
        written(Journal(folder))


def test_a_folder_that_was_removed_is_made_again(folder: Path) -> None:
    journal = Journal(folder)
    written(journal)
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    entry = written(journal)
    assert journal.left(URI) == [entry]
    assert Journal(folder).left(URI) == []


def test_what_is_old_goes(folder: Path) -> None:
    old, new = left_behind(folder, 2)
    shown = Journal(folder).shown(old)
    beside = path_of(folder, old).with_suffix(".tmp")
    beside.touch()
    long_ago = time.time() - (DAYS_KEPT + 1) * 24 * 3600
    for path in (path_of(folder, old), shown, beside):
        os.utime(path, (long_ago, long_ago))
    journal = Journal(folder)
    assert journal.left(URI) == [old, new]
    journal.prune()
    assert journal.left(URI) == [new]
    assert not shown.exists()
    assert not beside.exists()


def test_what_is_too_much_goes_from_the_oldest_on(folder: Path) -> None:
    entries = left_behind(folder, MOST_KEPT + 3)
    now = time.time()
    for age, entry in enumerate(reversed(entries)):
        os.utime(path_of(folder, entry), (now - age, now - age))
    journal = Journal(folder)
    journal.prune()
    assert journal.left(URI) == entries[3:]


def test_the_first_write_of_a_server_prunes(folder: Path) -> None:
    (old,) = left_behind(folder)
    os.utime(path_of(folder, old), (1.0, 1.0))
    entry = written(Journal(folder))
    assert [path.stem for path in folder.glob("*.json")] == [entry.id]


def test_what_was_just_being_written_goes_with_its_server(folder: Path) -> None:
    living, over = Journal(folder), Journal(folder)
    entries = written(living), written(over)
    over.close()
    for entry in entries:
        path_of(folder, entry).rename(path_of(folder, entry).with_suffix(".tmp"))
    Journal(folder).prune()
    (left,) = folder.glob("*.tmp")
    assert left.stem == entries[0].id


def test_files_of_others_are_let_be(folder: Path) -> None:
    left_behind(folder)
    for name in ("notes.txt", "original-of-mine.py", "x.json", "x.lock"):
        (folder / name).touch()
        os.utime(folder / name, (1.0, 1.0))
    Journal(folder).prune()
    names = {"notes.txt", "original-of-mine.py", "x.json", "x.lock"}
    assert names <= {path.name for path in folder.iterdir()}


def test_locks_go_with_the_last_that_is_left(folder: Path) -> None:
    living, over = Journal(folder), Journal(folder)
    written(living)
    entry = written(over)
    over.close()
    for lock in folder.glob("*.lock"):
        os.utime(lock, (1.0, 1.0))
    Journal(folder).prune()
    assert len([*folder.glob("*.lock")]) == 2
    living.erase(entry.id)
    Journal(folder).prune()
    (lock,) = folder.glob("*.lock")
    assert living.is_own(f"{lock.stem}.")


def test_a_lock_that_is_just_being_made_stays(folder: Path) -> None:
    folder.mkdir(parents=True)
    lock = folder / f"{Journal(folder).new_id(URI).partition('.')[0]}.lock"
    lock.touch()
    Journal(folder).prune()
    assert lock.exists()


def test_a_server_that_left_nothing_takes_its_lock_along(folder: Path) -> None:
    journal = Journal(folder)
    journal.erase(written(journal).id)
    journal.close()
    journal.close()
    assert [*folder.iterdir()] == []


@pytest.mark.parametrize(
    ("uri", "suffix"),
    [
        ("file:///a.py", ".py"),
        ("file:///a.test.ts", ".ts"),
        ("file:///Makefile", ".txt"),
        ("file:///a.%2e%2e%2f", ".txt"),
        ("file:///a.json", ".json"),
        ("file:///a." + 20 * "x", ".txt"),
        ("untitled:Untitled-1", ".txt"),
    ],
)
def test_an_original_is_shown_as_a_file_of_its_kind(folder: Path, uri: str, suffix: str) -> None:
    journal = Journal(folder)
    entry = replace(made(journal, uri), original=("é", "\ud83e", ""), line_end="\r\n")
    shown = journal.shown(entry)
    assert shown.parent == folder
    assert shown.suffix == suffix
    assert shown.read_bytes() == "é\r\n?\r\n\r\n".encode()
    assert journal.shown(entry) != shown
    assert journal.left(uri) == []

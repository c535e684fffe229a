"""Whose a file is and who else may read or change it, also where there are no such modes."""

import stat

import pytest

from qwen_lsp.account.storage.permissions import Standing

FILE, FOLDER = stat.S_IFREG, stat.S_IFDIR


@pytest.mark.parametrize(
    ("mode", "owner", "user", "is_of_another", "tightened"),
    [
        (0o600, 1000, 1000, False, None),
        (0o400, 1000, 1000, False, None),
        (0o644, 1000, 1000, False, 0o600),
        (0o660, 1000, 1000, False, 0o600),
        (0o755, 1000, 1000, False, 0o700),
        (0o601, 0, 0, False, 0o600),
        (0o600, 0, 1000, True, None),
        (0o600, 1000, 0, True, None),
        (0o666, 0, None, False, None),
    ],
)
def test_a_file(
    mode: int, owner: int, user: int | None, is_of_another: bool, tightened: int | None
) -> None:
    standing = Standing(FILE | mode, owner, user)
    assert (standing.is_of_another, standing.tightened) == (is_of_another, tightened)


@pytest.mark.parametrize(
    ("mode", "owner", "user", "tightened"),
    [
        (0o700, 1000, 1000, None),
        (0o755, 1000, 1000, None),
        (0o775, 1000, 1000, 0o755),
        (0o777, 1000, 1000, 0o755),
        (0o1777, 1000, 1000, None),
        (0o2775, 1000, 1000, None),
        (0o777, 0, 1000, None),
        (0o777, 0, None, None),
    ],
)
def test_a_folder(mode: int, owner: int, user: int | None, tightened: int | None) -> None:
    assert Standing(FOLDER | mode, owner, user).tightened_folder == tightened

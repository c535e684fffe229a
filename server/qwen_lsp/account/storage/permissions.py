"""What a file's mode and owner say of who can read it and who can change it, as POSIX has them.

Windows has no such modes and no user id: there the `user` is None, and nothing is wrong.
"""

import stat
from dataclasses import dataclass

_OF_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_WRITTEN_BY_OTHERS = stat.S_IWGRP | stat.S_IWOTH
_SHARED_ON_PURPOSE = stat.S_ISVTX | stat.S_ISGID


@dataclass(frozen=True)
class Standing:
    """A file's or folder's mode and owner, before the eyes of `user`."""

    mode: int
    owner: int
    user: int | None

    @property
    def is_of_another(self) -> bool:
        return self.user is not None and self.owner != self.user

    @property
    def tightened(self) -> int | None:
        """The mode that leaves a file to its owner; None where it is so already."""
        if self.user is None or not self.mode & _OF_OTHERS:
            return None
        return stat.S_IMODE(self.mode) & ~_OF_OTHERS

    @property
    def tightened_folder(self) -> int | None:
        """The mode of a folder in which nobody else can put a file in the place of another.

        None where that is so already, where it is another's to change, and for folders that are
        made to be shared, as /tmp is.
        """
        if self.user is None or self.is_of_another or self.mode & _SHARED_ON_PURPOSE:
            return None
        if not self.mode & _WRITTEN_BY_OTHERS:
            return None
        return stat.S_IMODE(self.mode) & ~_WRITTEN_BY_OTHERS

"""Where the sound of a recording lies: in the folder that it was recorded into, or in the archive,
a second folder that is a mounted path of the storage server. See docs/decisions/0015.

Nobody writes down which of the two it is: the key is the same in both, and whoever wants a file
looks. Both folders carry the same mark once the archive is in use, so that a mount point with
nothing mounted on it is never taken for an archive that has lost its files.
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from esl_controller.domain.ids import new_ulid

MARK = ".clearline-archive"
PEAKS_SUFFIX = ".peaks.json"  # the outline beside the sound file, made by the workers
_PART = ".part"

NONE, OK, AWAY = "none", "ok", "away"


class ArchiveAway(Exception):
    """The archive can't be reached, or what is there is not it."""


class NotTheSame(Exception):
    """A file is not what was measured when the recording ended: it is not moved."""


@dataclass(frozen=True)
class Store:
    """Both folders; archive None: there is only the first."""

    folder: Path
    archive: Path | None = None

    def state(self) -> str:
        """`none` when no archive was ever in use, else `ok` or `away`."""
        known = _read(self.folder / MARK)
        if self.archive is None:
            # It was taken out of the settings: what lies there is not lost, and not gone either.
            return AWAY if known else NONE
        if not known:
            return OK if self.archive.is_dir() else AWAY
        return OK if _read(self.archive / MARK) == known else AWAY

    def find(self, key: str) -> Path | None:
        """The sound file, None when there is none. Raises ArchiveAway when it may be there."""
        here = self._inside(self.folder, key)
        if here is None or here.is_file():
            return here
        if self.archive is not None:
            there = self._inside(self.archive, key)
            if there is not None and _is_file(there):
                return there
        self._demand_archive()
        return None

    def keys(self, day: date) -> Iterator[tuple[str, Path]]:
        """Every sound of a day of the dated tree in either folder, once each, with its file."""
        seen: set[str] = set()
        for folder in (self.folder, self.archive):
            if folder is None:
                continue
            for path in sorted((folder / f"{day:%Y/%m/%d}").glob("*.wav")):
                key = path.relative_to(folder).as_posix()
                if key not in seen:
                    seen.add(key)
                    yield key, path

    def waiting(self) -> Iterator[str]:
        """The keys of all sounds that are not in the archive yet, oldest day first."""
        for path in sorted(self.folder.glob("[0-9]*/[0-9]*/[0-9]*/*.wav")):
            yield path.relative_to(self.folder).as_posix()

    def delete(self, key: str) -> None:
        """Remove sound and outline wherever they are. Raises ArchiveAway before it removes any,
        when it can't be sure to have them all."""
        self._demand_archive()
        for folder in (self.folder, self.archive):
            path = self._inside(folder, key) if folder else None
            if path is not None:
                for one in (peaks_beside(path), _part_of(path), path):
                    one.unlink(missing_ok=True)

    def pair(self) -> None:
        """Make sure that both folders carry the same mark. Raises ArchiveAway."""
        if self.archive is None or self.state() != OK:
            raise ArchiveAway(f"{self.archive} is not there, or is another folder than before")
        if _read(self.folder / MARK):
            return
        try:
            mark = _read(self.archive / MARK) or new_ulid()
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            for folder in (self.archive, self.folder):  # the archive first: this one is the claim
                _write(folder / MARK, f"{mark}\n".encode())
        except OSError as error:
            raise ArchiveAway(f"{self.archive}: {error}") from error

    def move(self, key: str, size: int, sha256: str) -> None:
        """Bring one recording to the archive; the copy here goes when the one there is proved.

        May be cut off anywhere and run again: the sound is the last that is removed here, and
        only a file that was read back whole gets its name there. Raises NotTheSame, ArchiveAway,
        and OSError for a file here that can't be read.
        """
        self.pair()
        assert self.archive is not None
        here, there = self._inside(self.folder, key), self._inside(self.archive, key)
        if here is None or there is None or not here.is_file() or not _is(here, size, sha256):
            raise NotTheSame(f"{key} is not what was measured when it was recorded")
        try:
            if not _is(there, size, sha256):
                _copy(here, there)
                if not _is(there, size, sha256):
                    there.unlink(missing_ok=True)
                    raise ArchiveAway(f"{self.archive} gave back other bytes than it was given")
            if peaks_beside(here).is_file():
                _copy(peaks_beside(here), peaks_beside(there))
        except OSError as error:
            raise ArchiveAway(f"{self.archive}: {error}") from error
        peaks_beside(here).unlink(missing_ok=True)
        here.unlink()

    def _demand_archive(self) -> None:
        if self.state() == AWAY:
            raise ArchiveAway("the archive of recordings is away")

    @staticmethod
    def _inside(folder: Path, key: str) -> Path | None:
        """The path of a key, None for a key that leads out of the folder."""
        path = Path(os.path.normpath(folder / key))
        return path if path.is_relative_to(folder) and path != folder else None


def peaks_beside(sound: Path) -> Path:
    """Where the outline of a sound file is kept."""
    return sound.with_name(sound.name + PEAKS_SUFFIX)


def refusal(archive: str, folder: Path) -> str:
    """Why RECORDINGS_ARCHIVE_DIR can't be used, "" when it can.

    One that was in use before and is away just now is no reason not to start: calls go on, and
    every job and page that needs it says so.
    """
    path = Path(archive)
    if not path.is_absolute():
        return f"must be an absolute path, found {archive!r}"
    path = Path(os.path.normpath(path))
    if path.is_relative_to(folder) or folder.is_relative_to(path):
        return f"must lie apart from RECORDINGS_DIR ({folder})"
    if _read(folder / MARK):
        return ""
    if not path.is_dir():
        return f"{path} is not there; mount it first"
    if not os.access(path, os.R_OK | os.W_OK | os.X_OK):
        return f"{path} can't be written by this user"
    return ""


def digest_of(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _is(path: Path, size: int, sha256: str) -> bool:
    return _is_file(path) and path.stat().st_size == size and digest_of(path) == sha256


def _is_file(path: Path) -> bool:
    """Path.is_file() raises what it does not know: a stale mount, an error of the disk."""
    try:
        return path.is_file()
    except OSError as error:
        raise ArchiveAway(str(error)) from error


def _part_of(path: Path) -> Path:
    return path.with_name(path.name + _PART)


def _copy(here: Path, there: Path) -> None:
    """Whole or not at all: the name is given when the bytes are on the disk."""
    there.parent.mkdir(parents=True, exist_ok=True)
    part = _part_of(there)
    try:
        with here.open("rb") as source, part.open("wb") as target:
            shutil.copyfileobj(source, target, 1024 * 1024)
            _settle(target.fileno())
        part.replace(there)
    except OSError:
        with suppress(OSError):  # a full disk is not to stay full of halves
            part.unlink(missing_ok=True)
        raise
    _settle_folder(there.parent)


def _write(path: Path, text: bytes) -> None:
    part = _part_of(path)
    with part.open("wb") as target:
        target.write(text)
        _settle(target.fileno())
    part.replace(path)
    _settle_folder(path.parent)


def _settle(descriptor: int) -> None:
    os.fsync(descriptor)
    if hasattr(os, "posix_fadvise"):
        # What is read back to be compared shall come from the disk, not from our own memory.
        os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_DONTNEED)


def _settle_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    with suppress(OSError):  # some network file systems have none for a folder; the file is safe
        os.fsync(descriptor)
    os.close(descriptor)


def _read(path: Path) -> str:
    """The text of a small file, "" when it can't be read."""
    try:
        return path.read_text(encoding="ascii", errors="replace").strip()
    except OSError:
        return ""

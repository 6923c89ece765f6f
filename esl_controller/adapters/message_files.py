"""Where callers' messages are written: the folder is made beforehand, since the switch hangs up on
a caller whose message it can't write."""

from __future__ import annotations

from pathlib import Path

from esl_controller.adapters import fs_syntax


class MessageFiles:
    """Files below the recordings folder, which the switch writes and this machine sees."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def prepare(self, storage_key: str) -> str:
        """The checked path with its folder there; raises UnsafeText or OSError."""
        path = fs_syntax.recording_path(self._folder, storage_key)
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        return path

    def discard(self, path: str) -> None:
        """Remove what is not kept."""
        Path(path).unlink(missing_ok=True)

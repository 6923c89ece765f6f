"""The sound files of recordings: where they are, and what of them a browser asked for."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Response, current_app
from flask_babel import gettext as _

from crm_web import audit, far_disk
from crm_web.areas.audit import queries as acts
from crm_web.areas.calls import words
from crm_web.areas.calls.models import Recording
from crm_web.columns import utc_now
from crm_web.errors import NotFound, Unavailable
from crm_web.recording_store import ArchiveAway, Store, peaks_beside
from crm_web.security import me

# A player asks for a file in many pieces; within this time they are one listening.
ONE_LISTENING = timedelta(minutes=10)


def file_of(recording: Recording) -> Path:
    """The sound file; raises NotFound saying why there is none to play, Unavailable while the
    archive is away."""
    if recording.status not in ("complete", "recording"):
        raise NotFound(words.recording_status(recording.status))
    store: Store = current_app.extensions["settings"].recordings
    try:
        path = far_disk.ask(lambda: store.find(recording.storage_key))
    except ArchiveAway as error:
        raise Unavailable(_("录音存储服务器没有回应，录音没有丢，稍后再试")) from error
    if path is None:
        raise NotFound(_("没有找到录音文件"))
    return path


def peaks_of(recording: Recording) -> dict[str, Any]:
    """{"ms", "peaks"}: the outline of each channel, 0..1; raises NotFound until it is computed."""
    beside = peaks_beside(file_of(recording))
    try:
        found: dict[str, Any] = json.loads(far_disk.ask(beside.read_text))
    except (OSError, ValueError, ArchiveAway) as error:
        raise NotFound(_("波形还没有算好")) from error
    return found


def sent(recording: Recording, send: Callable[[Path], Response]) -> Response:
    """`send` with the sound file. One that is moved to the archive between the look and the
    reading is looked for once more."""
    try:
        return send(file_of(recording))
    except FileNotFoundError:
        return send(file_of(recording))


def note_listening(recording: Recording) -> None:
    """One audit row for a listening, whichever piece of the file was asked for first."""
    since = utc_now() - ONE_LISTENING
    if not acts.is_recorded("recording.listen", "recording", recording.pub, me().id, since):
        audit.record("recording.listen", "recording", recording.pub)

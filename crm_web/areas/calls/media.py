"""The sound files of recordings: where they are, and what of them a browser asked for."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import current_app
from flask_babel import gettext as _

from crm_web import audit
from crm_web.areas.audit import queries as acts
from crm_web.areas.calls import words
from crm_web.areas.calls.models import Recording
from crm_web.columns import utc_now
from crm_web.errors import NotFound
from crm_web.security import me

PEAKS_SUFFIX = ".peaks.json"  # beside the sound file; written by the workers

# A player asks for a file in many pieces; within this time they are one listening.
ONE_LISTENING = timedelta(minutes=10)


def file_of(recording: Recording) -> Path:
    """The sound file; raises NotFound saying why there is none to play."""
    folder: Path = current_app.extensions["settings"].recordings_dir
    path = (folder / recording.storage_key).resolve()
    if not path.is_relative_to(folder.resolve()):
        raise NotFound(_("没有找到录音文件"))
    if recording.status not in ("complete", "recording"):
        raise NotFound(words.recording_status(recording.status))
    if not path.is_file():
        raise NotFound(_("没有找到录音文件"))
    return path


def peaks_of(recording: Recording) -> dict[str, Any]:
    """{"ms", "peaks"}: the outline of each channel, 0..1; raises NotFound until it is computed."""
    path = file_of(recording)
    try:
        found: dict[str, Any] = json.loads(path.with_name(path.name + PEAKS_SUFFIX).read_text())
    except (OSError, ValueError) as error:
        raise NotFound(_("波形还没有算好")) from error
    return found


def note_listening(recording: Recording) -> None:
    """One audit row for a listening, whichever piece of the file was asked for first."""
    since = utc_now() - ONE_LISTENING
    if not acts.is_recorded("recording.listen", "recording", recording.pub, me().id, since):
        audit.record("recording.listen", "recording", recording.pub)

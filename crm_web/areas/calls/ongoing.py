"""A call that goes on while its record is read: who serves it, and its sound so far."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from flask import Response
from flask_babel import gettext as _

from crm_web.areas.calls.models import SERVING_ROLES
from crm_web.areas.calls.queries import Record, may_listen
from crm_web.areas.org.models import Agent
from crm_web.errors import NotFound
from crm_web.extensions import db
from crm_web.security import me

_HEADER_AT_MOST = 4096
_PIECE = 64 * 1024


def listen_at(record: Record) -> str:
    """The agent on the board at whom the reader can listen to this call; "" for none."""
    goes_on = record.contact.ended_at is None
    sees_board = me().scope("agent_state.view_live") == "all"
    if not (goes_on and sees_board and may_listen(record.contact.id, "call.monitor")):
        return ""
    serving = [one for one in record.talks if one.role in SERVING_ROLES and one.ended_at is None]
    return db.session.get_one(Agent, serving[-1].agent_id).agent_no if serving else ""


def sound_so_far(path: Path) -> Response:
    """What the switch has written yet. It writes the sizes into the header when it closes the
    file: here they are those of what is there. Raises NotFound before there is sound."""
    with path.open("rb") as file:
        head = bytearray(file.read(_HEADER_AT_MOST))
    begin, size = head.find(b"data") + 8, path.stat().st_size
    if head[:4] != b"RIFF" or not 8 < begin < size:
        raise NotFound(_("没有找到录音文件"))
    struct.pack_into("<I", head, 4, size - 8)
    struct.pack_into("<I", head, begin - 4, size - begin)
    answer = Response(_pieces(path, bytes(head[:begin]), size - begin), mimetype="audio/wav")
    answer.content_length = size
    return answer


def _pieces(path: Path, header: bytes, left: int) -> Iterator[bytes]:
    """No more than was promised, though the file grows."""
    yield header
    with path.open("rb") as file:
        file.seek(len(header))
        while left and (piece := file.read(min(left, _PIECE))):
            left -= len(piece)
            yield piece

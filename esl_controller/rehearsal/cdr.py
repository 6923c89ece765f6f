"""One call detail record per channel, as mod_json_cdr writes it with freeswitch_conf's settings."""
from __future__ import annotations

import json
import logging
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from esl_controller.rehearsal.channel import Channel, Party

log = logging.getLogger(__name__)


def write(channel: Channel, folder: Path | None) -> None:
    """Write the record of a channel that has ended; nothing without a folder."""
    if folder is None:
        return
    profiles = [channel.party]
    if channel.first_party is not channel.party:
        profiles.append(channel.first_party)
    record = {
        "switchname": "rehearsal",
        "channel_data": {"state": "CS_REPORTING", "direction": channel.direction},
        "variables": channel.variables,
        "callflow": [{"caller_profile": _profile(channel, party)} for party in profiles],
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"{channel.uuid}.cdr.json").write_text(json.dumps(record), encoding="utf-8")
    except OSError as error:
        log.error("no CDR of %s: %s", channel.uuid, error)


def _profile(channel: Channel, party: Party) -> dict[str, str]:
    return {
        "uuid": channel.uuid,
        "caller_id_name": party.name,
        "caller_id_number": party.number,
        "destination_number": party.destination,
        "context": party.context,
    }

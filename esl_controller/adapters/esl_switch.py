"""The Switch port over the link: our verbs become commands of fs_syntax, nothing else."""

from __future__ import annotations

from contextlib import suppress
from typing import Callable, Protocol

import gevent
import orjson

from esl_controller.adapters import callcenter, fs_syntax
from esl_controller.adapters.esl_events import bare_name
from esl_controller.adapters.esl_parties import EslParties
from esl_controller.domain.errors import NoSuchChannel, SwitchRefused, SwitchUnavailable
from esl_controller.domain.snapshot import Snapshot
from esl_controller.ports import AgentRow, ChannelRow, MemberRow, SwitchPicture

TAKEN_UP_WITHIN_S = 1.0
LIVING_MEMBERS = frozenset({"Waiting", "Trying", "Answered"})


class Asks(Protocol):
    """What is needed of the link."""

    def api(self, command: str, timeout_s: float | None = None) -> str: ...

    def bgapi(self, command: str, timeout_s: float = 30.0) -> str: ...


class EslSwitch(EslParties):
    """Carries out one verb at a time for whoever calls; each is bounded by the link's limits."""

    def __init__(
        self,
        link: Asks,
        recordings_dir: str,
        prepare: Callable[[str], None],
        domain: str = "",
        carrier: str = "",
    ) -> None:
        """`prepare` makes the folder of a recording's path (the switch does not). `domain` is
        the agents' SIP domain, `carrier` where outside numbers are sent ('' = nowhere)."""
        super().__init__(link, domain, carrier)
        self._link = link
        self._recordings_dir = recordings_dir
        self._prepare = prepare

    def sync(self, snapshot: Snapshot) -> None:
        """Load queues, then agents and tiers, changing only what differs."""
        callcenter.sync(self._do, self._rows, snapshot)

    def set_agent_status(self, agent_no: str, status: str) -> None:
        name = fs_syntax.agent_name(agent_no)
        self._do(fs_syntax.callcenter("agent", "set", "status", name, fs_syntax.status(status)))

    def hang_up(self, leg: str, cause: str) -> None:
        """A channel that is gone already is what was wanted."""
        with suppress(NoSuchChannel):
            self._do(f"uuid_kill {fs_syntax.uuid(leg)} {fs_syntax.cause(cause)}")

    def hold(self, leg: str) -> None:
        """Music to this leg, silence to the other (uuid_hold would give silence to both).

        Returns when the music plays: a resume in the same breath would break nothing, and the
        music would come after it.
        """
        self._do(f"uuid_setvar {fs_syntax.uuid(leg)} current_application before_hold")
        self._do(f"uuid_broadcast {fs_syntax.uuid(leg)} {fs_syntax.HOLD_MUSIC} aleg")
        self._until_music(leg, "playback")

    def resume(self, leg: str) -> None:
        self._do(f"uuid_break {fs_syntax.uuid(leg)}")

    def mute(self, leg: str, on: bool) -> None:
        self._do(f"uuid_audio {fs_syntax.uuid(leg)} start read mute {int(on)}")
        if not on:
            self._do(f"uuid_audio {fs_syntax.uuid(leg)} stop")

    def bear_silence(self, leg: str) -> None:
        """The switch reads the limit only when it takes up the telephone's wish, a quarter of a
        second after it has told of it, and again when the call is taken back; for that the usual
        one must be there. It does not heed media_hold_timeout."""
        name = fs_syntax.uuid(leg)
        usual = self._do(f"uuid_getvar {name} media_timeout")
        if not usual.isdigit():
            return  # no limit of ours
        self._do(f"uuid_setvar {name} media_timeout {fs_syntax.HELD_SILENCE_MS}")
        gevent.sleep(TAKEN_UP_WITHIN_S)
        self._do(f"uuid_setvar {name} media_timeout {usual}")

    def send_digits(self, leg: str, digits: str) -> None:
        self._do(f"uuid_send_dtmf {fs_syntax.uuid(leg)} {fs_syntax.digits(digits)}")

    def start_recording(self, leg: str, storage_key: str) -> None:
        path = fs_syntax.recording_path(self._recordings_dir, storage_key)
        self._prepare(path)
        self._do(f"uuid_setvar {fs_syntax.uuid(leg)} RECORD_STEREO true")
        self._do(f"uuid_record {fs_syntax.uuid(leg)} start {path}")

    def stop_recording(self, leg: str, storage_key: str) -> None:
        path = fs_syntax.recording_path(self._recordings_dir, storage_key)
        self._do(f"uuid_record {fs_syntax.uuid(leg)} stop {path}")

    def mask_recording(self, leg: str, storage_key: str, on: bool) -> None:
        path = fs_syntax.recording_path(self._recordings_dir, storage_key)
        self._do(f"uuid_record {fs_syntax.uuid(leg)} {'mask' if on else 'unmask'} {path}")

    def answer_phone(self, extension: str) -> None:
        """Only the rehearsal switch has this command; a real one refuses it."""
        self._do(f"rehearsal answer {fs_syntax.word(extension)}")

    def register_phone(self, extension: str, on: bool) -> None:
        """Only the rehearsal switch has this command; a real one refuses it."""
        verb = "register" if on else "unregister"
        self._do(f"rehearsal {verb} {fs_syntax.word(extension)}")

    def picture(self) -> SwitchPicture:
        bridged = self._pairs()
        channels = tuple(
            ChannelRow(
                uuid=row["uuid"],
                inbound=row.get("direction") == "inbound",
                created_at=int(row.get("created_epoch") or 0) * 1000,
                state=row.get("callstate", ""),
                # A transfer changes context and dest; what the caller dialled is the initial one.
                context=row.get("initial_context") or row.get("context", ""),
                caller_number=row.get("initial_cid_num") or row.get("cid_num", ""),
                called_number=row.get("initial_dest") or row.get("dest", ""),
                bridged_to=bridged.get(row["uuid"], ""),
            )
            for row in self._shown("channels")
        )
        return SwitchPicture(channels, self._members(), self._agents(), self._extensions())

    def _pairs(self) -> dict[str, str]:
        pairs = {}
        for row in self._shown("bridged_calls"):
            if row.get("b_uuid"):
                pairs[row["uuid"]] = row["b_uuid"]
                pairs[row["b_uuid"]] = row["uuid"]
        return pairs

    def _members(self) -> tuple[MemberRow, ...]:
        """Members in the queue or in a talk; rows of those who left stay listed for a minute."""
        found = []
        for queue in self._rows("queue", "list"):
            for row in self._rows("queue", "list", "members", queue["name"]):
                if row.get("state") in LIVING_MEMBERS and row.get("session_uuid"):
                    found.append(
                        MemberRow(
                            queue=bare_name(row["queue"]),
                            member_uuid=row["session_uuid"],
                            state=row["state"],
                            joined_at=int(row.get("joined_epoch") or 0) * 1000,
                            agent_no=bare_name(row.get("serving_agent", "")),
                        )
                    )
        return tuple(found)

    def _agents(self) -> tuple[AgentRow, ...]:
        return tuple(
            AgentRow(bare_name(row["name"]), row["status"], row["state"], row.get("uuid", ""))
            for row in self._rows("agent", "list")
        )

    def _extensions(self) -> frozenset[str]:
        return frozenset(row.get("reg_user", "") for row in self._shown("registrations")) - {""}

    def _shown(self, what: str) -> list[dict[str, str]]:
        text = self._link.api(f"show {what} as json")
        try:
            return orjson.loads(text).get("rows") or []
        except (orjson.JSONDecodeError, AttributeError):
            raise SwitchUnavailable(f"show {what}: unreadable answer {text[:60]!r}") from None

    def _rows(self, *words: str) -> list[dict[str, str]]:
        text = self._link.api(fs_syntax.callcenter(*words))
        if text.startswith(("-ERR", "-USAGE")):
            raise SwitchRefused(text.strip())
        return fs_syntax.rows(text)

    def _do(self, command: str) -> str:
        """Run a command; `-ERR no reply` is how the switch says that one had nothing to say."""
        text = self._link.api(command).strip()
        if text.startswith("-ERR No such channel"):
            raise NoSuchChannel(text)
        if text.startswith(("-ERR", "-USAGE")) and text != "-ERR no reply":
            raise SwitchRefused(text)
        return text

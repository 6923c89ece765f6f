"""The api commands that a controller uses, with the reply texts of a real switch."""
from __future__ import annotations

import time
import uuid as uuids
from collections.abc import Callable
from typing import TYPE_CHECKING

import orjson

from esl_controller.rehearsal import bridge, center_api, gathering
from esl_controller.rehearsal.bus import HOSTNAME
from esl_controller.rehearsal.event import plain_lines
from esl_controller.rehearsal.placing import originate
from esl_controller.rehearsal.session import Session, Task

if TYPE_CHECKING:
    from esl_controller.rehearsal.switch import Switch

Api = Callable[["Switch", str], str]

NO_CHANNEL = "-ERR No such channel!\n"


def run(switch: Switch, text: str) -> str:
    """Run one command line and give its output."""
    name, _, rest = text.strip().partition(" ")
    command = _COMMANDS.get(name)
    if command is None:
        return f"-ERR {name} Command not found!\n"
    about: dict[str, str | list[str]] = {"API-Command": name}
    if rest:
        about["API-Command-Argument"] = rest
    switch.bus.fire("API", about)
    return command(switch, rest.strip())


def _first(switch: Switch, text: str) -> tuple[Session | None, str]:
    """The session named by the first word, and the other words."""
    uuid, _, rest = text.partition(" ")
    session = switch.sessions.get(uuid)
    return (session if session and session.up else None), rest.strip()


def _status(switch: Switch, text: str) -> str:
    up = int(time.time() - switch.began)
    days, hours, minutes = up // 86400, up // 3600 % 24, up // 60 % 60
    return (
        f"UP 0 years, {days} days, {hours} hours, {minutes} minutes, {up % 60} seconds, "
        "0 milliseconds, 0 microseconds\n"
        "FreeSWITCH (Version 1.11.0-rehearsal) is ready\n"
        f"{switch.calls_ever} session(s) since startup\n"
        f"{len(switch.sessions)} session(s) - peak 0, last 5min 0 \n"
        "0 session(s) per Sec out of max 30, peak 0, last 5min 0 \n"
        "1000 session(s) max\nmin idle cpu 0.00/100.00\n")


def _show(switch: Switch, text: str) -> str:
    words = text.split()
    rows = [one.row() for one in switch.sessions.values()]
    if words[:1] == ["registrations"]:
        rows = [{"reg_user": extension, "realm": switch.settings.sip_domain}
                for extension in sorted(switch.center.registered)]
    elif words[:1] in (["calls"], ["bridged_calls"]):
        rows = _calls(switch, everything=words[0] == "calls")
    elif words[:1] != ["channels"]:
        return "-USAGE: channels|calls|bridged_calls|registrations [count|as json]\n"
    if words[1:2] == ["count"]:
        return f"\n{len(rows)} total.\n"
    if words[1:3] == ["as", "json"]:
        found: dict[str, object] = {"row_count": len(rows)}
        if rows:
            found["rows"] = rows
        return orjson.dumps(found).decode()
    lines = [",".join(rows[0])] if rows else []
    lines += [",".join(row.values()) for row in rows]
    return "".join(f"{line}\n" for line in lines) + f"\n{len(rows)} total.\n"


def _calls(switch: Switch, *, everything: bool) -> list[dict[str, str]]:
    rows = []
    for session in switch.sessions.values():
        partner = session.peer
        if partner is not None and session.other_type == "originatee":
            ours = session.row()
            theirs = {f"b_{name}": value for name, value in partner.row().items()}
            rows.append({**ours, **theirs})
        elif partner is None and everything:
            rows.append(session.row())
    return rows


def _global_getvar(switch: Switch, text: str) -> str:
    return {
        "core_uuid": switch.bus.core_uuid, "hostname": HOSTNAME,
        "domain": switch.settings.sip_domain,
    }.get(text, "")


def _uuid_kill(switch: Switch, text: str) -> str:
    session, cause = _first(switch, text)
    if session is None:
        return NO_CHANNEL
    session.hang_up(cause or "NORMAL_CLEARING")
    return "+OK\n"


def _uuid_exists(switch: Switch, text: str) -> str:
    return "true" if _first(switch, text)[0] else "false"


def _uuid_setvar(switch: Switch, text: str) -> str:
    session, rest = _first(switch, text)
    if session is None:
        return NO_CHANNEL
    name, _, value = rest.partition(" ")
    _assign(session, name, value)
    return "+OK\n"


def _uuid_setvar_multi(switch: Switch, text: str) -> str:
    session, rest = _first(switch, text)
    if session is None:
        return NO_CHANNEL
    for pair in rest.split(";"):
        name, _, value = pair.partition("=")
        if name:
            _assign(session, name, value)
    return "+OK\n"


def _assign(session: Session, name: str, value: str) -> None:
    if value:
        session.variables[name] = value
    else:
        session.variables.pop(name, None)


def _uuid_getvar(switch: Switch, text: str) -> str:
    session, name = _first(switch, text)
    if session is None:
        return NO_CHANNEL
    return session.var(name, "_undef_")


def _uuid_dump(switch: Switch, text: str) -> str:
    session, form = _first(switch, text)
    if session is None:
        return NO_CHANNEL
    headers = {"Event-Name": "CHANNEL_DATA", "Core-UUID": switch.bus.core_uuid,
               **session.headers(verbose=True)}
    if form == "json":
        return orjson.dumps(headers).decode()
    return plain_lines(headers)


def _uuid_transfer(switch: Switch, text: str) -> str:
    session, rest = _first(switch, text)
    if session is None:
        return NO_CHANNEL
    legs = [session]
    if rest.startswith(("-bleg ", "-both ")):
        both, rest = rest.startswith("-both"), rest[6:].strip()
        if session.peer is None:
            return NO_CHANNEL
        legs = [session, session.peer] if both else [session.peer]
    if rest.startswith("'"):
        extension, _, rest = rest[1:].partition("'")
        words = [extension, *rest.split()]
    else:
        words = rest.split()
    if not words:
        return "-USAGE: <uuid> [-bleg|-both] <dest-exten> [<dialplan>] [<context>]\n"
    inline = words[1:2] == ["inline"]
    for leg in legs:
        context = words[2] if len(words) > 2 else leg.party.context
        leg.transfer(words[0], "inline" if inline else context)
    return "+OK\n"


def _uuid_bridge(switch: Switch, text: str) -> str:
    first, rest = _first(switch, text)
    second, _ = _first(switch, rest)
    if first is None or second is None:
        return "-ERR Invalid uuid\n"
    bridge.claim(first, second)
    return f"+OK {second.uuid}\n"


def _uuid_broadcast(switch: Switch, text: str) -> str:
    session, rest = _first(switch, text)
    if session is None:
        return NO_CHANNEL
    if rest.startswith("'"):
        what, _, where = rest[1:].partition("'")
    else:
        what, _, where = rest.partition(" ")
    where = where.strip() or "aleg"
    app, _, data = what.partition("::") if "::" in what else ("playback", "", what)
    legs = [session] if where in ("aleg", "both") else []
    if where in ("bleg", "both") and session.peer:
        legs.append(session.peer)
    for leg in legs:
        leg.order(Task(app, data, lock=False))
    return "+OK Message sent\n"


def _uuid_break(switch: Switch, text: str) -> str:
    session, _ = _first(switch, text)
    if session is None:
        return NO_CHANNEL
    session.stop_sound()
    return "+OK\n"


def _uuid_record(switch: Switch, text: str) -> str:
    session, rest = _first(switch, text)
    if session is None:
        return "-ERR Cannot locate session!\n"
    action, _, path = rest.partition(" ")
    path = path.strip()
    recorder = switch.recorder
    if action == "start" and path:
        done = recorder.start(session, path)
        return "+OK Success\n" if done else "-ERR Cannot record session!\n"
    if action == "stop" and path:
        done = recorder.stop(session, path)
        return "+OK Success\n" if done else "-ERR Cannot stop record session!\n"
    if action in ("mask", "unmask") and path:
        done = recorder.mask(session, path, action == "mask")
        return "+OK Success\n" if done else f"-ERR Cannot {action} recording session!\n"
    return "-USAGE: <uuid> [start|stop|mask|unmask] <path> [<limit>]\n"


def _uuid_audio(switch: Switch, text: str) -> str:
    session, rest = _first(switch, text)
    if session is None:
        return "-ERR No such channel!\n"
    words = rest.split()
    if words[:3] == ["start", "read", "mute"]:
        session.muted = words[3:] != ["0"]
        session.filter_audio(True)
    elif words[:1] == ["stop"]:
        session.muted = False
        session.filter_audio(False)
    else:
        return "-USAGE: <uuid> [start [read|write] [[mute|level] <level>]|stop]\n"
    return "+OK Success\n"


def _uuid_recv_dtmf(switch: Switch, text: str) -> str:
    session, digits = _first(switch, text)
    if session is None:
        return NO_CHANNEL
    session.press(digits.split("@")[0], "APP")
    return f"+OK {session.uuid} received DTMF {digits}.\n"


def _uuid_send_dtmf(switch: Switch, text: str) -> str:
    session, digits = _first(switch, text)
    if session is None:
        return NO_CHANNEL
    session.sent_digits += digits.split("@")[0]
    return f"+OK {session.uuid} sent DTMF {digits}.\n"


def _sofia_contact(switch: Switch, text: str) -> str:
    extension = text.rpartition("/")[2].partition("@")[0]
    if extension in switch.center.registered:
        return f"sofia/agents/sip:{extension}@127.0.0.1:6001"
    return "error/user_not_registered"


def _sofia(switch: Switch, text: str) -> str:
    """`sofia status`, and `sofia status profile <name> reg [<user>]`."""
    words = text.split()
    if words[:2] == ["status", "profile"] and words[3:4] == ["reg"]:
        wanted = words[4].partition("@")[0] if len(words) > 4 else ""
        rule = "=" * 97
        parts = [f"\nRegistrations:\n{rule}\n"]
        for extension in sorted(switch.center.registered):
            if not wanted or extension == wanted:
                parts.append(_registration(extension, switch.settings.sip_domain))
        count = len(parts) - 1
        return "".join(parts) + f"Total items returned: {count}\n{rule}\n"
    if words[:1] == ["status"]:
        rows = [("Name", "   Type", "Data", "State")]
        rows += [(name, "profile", f"sip:mod_sofia@127.0.0.1:{port}", "RUNNING (0)")
                 for name, port in (("agents", 5060), ("trunk", 5080))]
        lines = [f"{name:>25}\t{kind}\t{data:>40}\t{state}\n" for name, kind, data, state in rows]
        rule = "=" * 97 + "\n"
        return lines[0] + rule + "".join(lines[1:]) + rule + "2 profiles 0 aliases\n"
    return "+OK\n"


def _registration(extension: str, domain: str) -> str:
    fields = {
        "Call-ID:": f"reg-{extension}-rehearsal", "User:": f"{extension}@{domain}",
        "Contact:": f'"" <sip:{extension}@127.0.0.1:6001>', "Agent:": "rehearsal",
        "Status:": "Registered(UDP)(unknown) EXP(never) EXPSECS(600)",
        "Ping-Status:": "Reachable", "Host:": "rehearsal", "IP:": "127.0.0.1", "Port:": "6001",
        "Auth-User:": extension, "Auth-Realm:": domain, "MWI-Account:": f"{extension}@{domain}",
    }
    return "".join(f"{name:<12}\t{value}\n" for name, value in fields.items()) + "\n"


def _callcenter_config(switch: Switch, text: str) -> str:
    return center_api.run(switch.center, switch.dispatcher, text)


def _rehearsal(switch: Switch, text: str) -> str:
    return switch.stage.command(text)


def _ok(text: str) -> Api:
    return lambda switch, rest: text


_COMMANDS: dict[str, Api] = {
    "status": _status,
    "show": _show,
    "version": _ok("FreeSWITCH Version 1.11.0-rehearsal (rehearsal)\n"),
    "hostname": _ok("rehearsal"),
    "global_getvar": _global_getvar,
    "create_uuid": lambda switch, rest: str(uuids.uuid4()),
    "reloadxml": _ok("+OK [Success]\n"),
    "xml_flush_cache": _ok("+OK cleared 0 entries\n"),
    "uuid_kill": _uuid_kill,
    "uuid_exists": _uuid_exists,
    "uuid_setvar": _uuid_setvar,
    "uuid_setvar_multi": _uuid_setvar_multi,
    "uuid_getvar": _uuid_getvar,
    "uuid_dump": _uuid_dump,
    "uuid_transfer": _uuid_transfer,
    "uuid_bridge": _uuid_bridge,
    "uuid_broadcast": _uuid_broadcast,
    "uuid_break": _uuid_break,
    "uuid_record": _uuid_record,
    "uuid_audio": _uuid_audio,
    "uuid_recv_dtmf": _uuid_recv_dtmf,
    "uuid_send_dtmf": _uuid_send_dtmf,
    "sofia_contact": _sofia_contact,
    "sofia": _sofia,
    "callcenter_config": _callcenter_config,
    "originate": originate,
    "conference": gathering.command,
    "rehearsal": _rehearsal,
}

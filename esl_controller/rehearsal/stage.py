"""`rehearsal …`: the api command by which tests, the desk and the demonstration play people.

    rehearsal call <number|-> <called> [script]     +OK <uuid>; script: a name or JSON
    rehearsal caller <uuid> dtmf <digits> | hangup
    rehearsal phone <extension> register|unregister|answer|reject|busy|hangup|hold|unhold|
                                mute|unmute|dtmf <digits>|auto <seconds>|auto off|status
    rehearsal answer|reject|register|unregister <extension>     short for `phone …`
    rehearsal hears <uuid>         the channels whose voices arrive there, and "music", in one line
    rehearsal demo on [calls per minute] | off | status
"""
from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import unquote

from esl_controller.rehearsal.callers import Caller
from esl_controller.rehearsal.hearing import heard_by, hears_music
from esl_controller.rehearsal.scripts import Script, ScriptInvalid, parse

if TYPE_CHECKING:
    from esl_controller.rehearsal.switch import Switch


class Stage:
    """Everybody who is not the switch."""

    def __init__(self, switch: Switch) -> None:
        self._switch = switch

    def call(self, number: str, called: str, script: Script) -> str:
        """A caller rings; gives the channel's uuid."""
        return Caller(self._switch, number, called, script).session.uuid

    def command(self, text: str) -> str:
        """Carry out one `rehearsal` command line."""
        words = text.split(" ", 3)
        if words[0] in ("answer", "reject", "register", "unregister") and len(words) == 2:
            return self._switch.phones.command(words[1], words[0])
        if words[0] == "call" and len(words) >= 3:
            return self._call(words)
        if words[0] == "caller" and len(words) >= 3:
            return self._caller(words[1], words[2], words[3] if len(words) > 3 else "")
        if words[0] == "phone" and len(words) >= 3:
            argument = words[3].strip() if len(words) > 3 else ""
            return self._switch.phones.command(words[1], words[2], argument)
        if words[0] == "hears" and len(words) == 2:
            return self._hears(words[1])
        if words[0] == "demo" and len(words) >= 2:
            return self._switch.demo.command(words[1], words[2] if len(words) > 2 else "")
        return "-ERR usage: rehearsal call|caller|phone|hears|demo …\n"

    def _call(self, words: list[str]) -> str:
        try:
            script = parse(words[3] if len(words) > 3 else "")
        except ScriptInvalid as error:
            return f"-ERR {error}\n"
        number = "" if words[1] == "-" else unquote(words[1])
        return f"+OK {self.call(number, words[2], script)}\n"

    def _hears(self, uuid: str) -> str:
        session = self._switch.sessions.get(uuid)
        if session is None:
            return "-ERR No such channel!\n"
        music = ["music"] if hears_music(session) else []
        return " ".join([*sorted(heard_by(session)), *music]) + "\n"

    def _caller(self, uuid: str, action: str, argument: str) -> str:
        session = self._switch.sessions.get(uuid)
        if session is None or not session.up:
            return "-ERR No such channel!\n"
        if action == "dtmf":
            session.press(argument.strip())
        elif action == "hangup":
            session.hang_up("NORMAL_CLEARING", remote=True)
        else:
            return "-ERR unknown action\n"
        return "+OK\n"

"""What one ESL client asked for: event names, custom subclasses, filters, format."""
from __future__ import annotations

import re
import shlex

from esl_controller.rehearsal.event import Event

# What `myevents` on an outbound socket subscribes to.
_MY_EVENTS = {
    "CHANNEL_ANSWER", "CHANNEL_APPLICATION", "CHANNEL_BRIDGE", "CHANNEL_CREATE", "CHANNEL_DATA",
    "CHANNEL_DESTROY", "CHANNEL_EXECUTE", "CHANNEL_EXECUTE_COMPLETE", "CHANNEL_HANGUP",
    "CHANNEL_HANGUP_COMPLETE", "CHANNEL_ORIGINATE", "CHANNEL_OUTGOING", "CHANNEL_PARK",
    "CHANNEL_PROGRESS", "CHANNEL_PROGRESS_MEDIA", "CHANNEL_STATE", "CHANNEL_UNBRIDGE",
    "CHANNEL_UNPARK", "CALL_UPDATE", "CODEC", "DTMF", "DETECTED_SPEECH", "DETECTED_TONE",
}


class Subscription:
    """Filters are positive OR: an event passes when any of them matches."""

    def __init__(self) -> None:
        self.form = "plain"
        self._all = False
        self._names: set[str] = set()
        self._subclasses: set[str] = set()
        self._filters: list[tuple[str, str]] = []
        self._own = ""

    def wants(self, name: str, subclass: str) -> bool:
        if self._all:
            return True
        if subclass:
            return subclass in self._subclasses
        return name in self._names

    def passes(self, event: Event) -> bool:
        if self._own and event.owner != self._own and event.get("Unique-ID") != self._own:
            return False
        if not self._filters:
            return True
        return any(_matches(event.get(header), value) for header, value in self._filters)

    def command(self, verb: str, rest: str, own: str) -> str:
        """Carry out one command and give the Reply-Text; `own` is the outbound channel."""
        if verb == "event":
            return self._event(rest)
        if verb == "nixevent":
            for word in rest.split():
                self._names.discard(word)
                self._subclasses.discard(word)
            return "+OK event listener disabled"
        if verb == "noevents":
            self._all, self._names, self._subclasses = False, set(), set()
            return "+OK no longer listening for events"
        if verb == "filter":
            return self._filter(rest)
        return self._myevents(rest, own)

    def _event(self, rest: str) -> str:
        words = rest.split()
        if words and words[0].lower() in ("plain", "json"):
            self.form = words.pop(0).lower()
        if not words:
            return "-ERR no keywords supplied"
        custom = False
        for word in words:
            if custom:
                self._subclasses.add(word)
            elif word.upper() == "CUSTOM":
                custom = True
            elif word.upper() == "ALL":
                self._all = True
            else:
                self._names.add(word.upper())
        return f"+OK event listener enabled {self.form}"

    def _filter(self, rest: str) -> str:
        words = shlex.split(rest)
        if words and words[0] == "add":
            words = words[1:]
        if words and words[0] == "delete":
            kept = [] if words[1:2] == ["all"] else [
                pair for pair in self._filters
                if pair[0] != words[1] or (len(words) > 2 and pair[1] != words[2])]
            self._filters = kept
            return "+OK filter deleted."
        if len(words) < 2:
            return "-ERR invalid syntax"
        self._filters.append((words[0], " ".join(words[1:])))
        return f"+OK filter added. [{words[0]}]=[{words[1]}]"

    def _myevents(self, rest: str, own: str) -> str:
        words = rest.split()
        for word in words:
            if word in ("plain", "json"):
                self.form = word
            else:
                own = own or word
        if not own:
            return "-ERR no uuid"
        self._own = own
        self._names |= _MY_EVENTS
        return "+OK Events Enabled"


def _matches(found: str, wanted: str) -> bool:
    if not found:
        return False
    if wanted.startswith("/"):
        return re.search(wanted.strip("/"), found) is not None
    return found.lower() == wanted.lower()

"""Which changing routes leave an audit row, and which need none; the test client checks each one.

A new route must be put into one of the two lists, or `test_audited.py` fails.
"""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine

# These leave an audit row each time, for somebody looked, took away or ordered something.
ALWAYS = frozenset(
    {
        *("calls.download", "customers.export", "customers.unmask", "desk.phone_session"),
        "chair.phone_session",
        *("reports.export_day", "reports.download_run", "telephony.publish"),
        *("supervisor.act_on_call", "supervisor.order", "supervisor.notify"),
        "supervisor.release",
    }
)
# These leave one in the transaction of the change; the same form sent twice changes nothing.
AUDITED = ALWAYS | frozenset(
    {
        *("auth.sign_in", "auth.logout", "auth.change_password", "auth.end_session"),
        *("org.create_user", "org.edit_user", "org.reset_password", "org.edit_role"),
        *("telephony.create_agent", "telephony.edit_agent"),
        *("telephony.create_queue", "telephony.edit_queue", "live_queues.change"),
        *("telephony.create_number", "telephony.edit_number"),
        "reasons.save",
        *("recording_rules.add", "recording_rules.remove", "recording_rules.save_default"),
        *("calls.hold", "calls.mark", "calls.unmark", "voicemails.act", "voicemails.ticket"),
        *("customers.create_person", "customers.save_person", "customers.mark_person"),
        *("customers.delete_person", "customers.create_premise", "customers.save_premise"),
        *("customers.mark_premise", "customers.delete_premise", "customers.save_account"),
        *("customers.add_person", "customers.end_person"),
        *("customers.add_phone", "customers.end_phone"),
        *("desk.customer", "desk.premise", "desk.ticket", "desk.wrap_up"),
        *("outages.create", "outages.step"),
        *("tickets.act", "tickets.create"),
    }
)
# These change no table of their own; the text says where their trace is.
ELSEWHERE = {
    "desk.command": "agent's own state and call: every outcome is an event in the call's record",
    "chair.command": "the same, beside the board",
    "desk.discard_draft": "the draft of a ticket, in Redis, of which no record was made",
    "desk.end_phone_session": "credentials in Redis end; that the agent signed out is an event",
    "desk.save_draft": "a draft lives in Redis until the form is sent",
    "desk.put_notices_away": "a message put away, in Redis",
    "customers_internal.identify": "the controller asks who calls; the contact is the record",
}
# These do both: a check of a file writes nothing, its import writes rows for each household.
EITHER = {"customers.import_file": "a try-out changes nothing"}

UNCOUNTED = frozenset({"audit_log", "login_session", "number_sequence"})
_WRITE = re.compile(r"\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+[\"`]?(\w+)", re.I)


class Writes:
    """The tables that are written while it is entered."""

    def __init__(self) -> None:
        self.tables: set[str] = set()

    def __enter__(self) -> Writes:
        event.listen(Engine, "before_cursor_execute", self._executes)
        return self

    def __exit__(self, *_error: object) -> None:
        event.remove(Engine, "before_cursor_execute", self._executes)

    def _executes(self, _connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        found = _WRITE.match(statement)
        if found:
            self.tables.add(found[1].lower())


def complaint(endpoint: str, tables: set[str]) -> str:
    """What is wrong with a request that succeeded and wrote `tables`; "" when nothing is."""
    if "audit_log" in tables:
        return ""
    if endpoint in ALWAYS:
        return f"{endpoint} left no audit row"
    changed = tables - UNCOUNTED
    if changed:
        return f"{endpoint} changed {sorted(changed)} without an audit row"
    return ""

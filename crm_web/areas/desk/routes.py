"""The agent's desk. Buttons answer 202; what became of them comes as the next event."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import current_app, jsonify, render_template, request, send_from_directory, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from crm_web import localtime, phone_sessions
from crm_web.areas.calls import words as calls_words
from crm_web.areas.customers import queries as customers
from crm_web.areas.desk import (
    commands,
    form_routes,
    history,
    household,
    keyboard,
    labels,
    queries,
    services,
    voices,
    words,
)
from crm_web.areas.desk.blueprint import (
    COMMANDS_LIMIT,
    WRITES_LIMIT,
    bp,
    user_key,
)
from crm_web.areas.desk.credentials import phone_credentials
from crm_web.areas.org import queries as org
from crm_web.areas.outages import queries as outages
from crm_web.areas.tickets import queries as tickets
from crm_web.areas.tickets import urgency
from crm_web.columns import to_ms, utc_now
from crm_web.errors import NotFound
from crm_web.extensions import limiter
from crm_web.json_input import sent_data, text_of
from crm_web.realtime import notices
from crm_web.security import Principal, can, me, require
from crm_web.shared import shell
from crm_web.transaction import reads
from esl_controller.domain.ids import new_ulid

__all__ = ["blueprints", "form_routes"]

blueprints = (bp,)
DISPLAY = "CONTACT"  # stands for the contact id in the address that the page fills in


@bp.get("")
@require("desk.use")
def page() -> ResponseReturnValue:
    user = me()
    agent_no = services.agent_no_of(user)
    phone = queries.phone_of(agent_no) or {"extension": "", "media": "webrtc"}
    reasons = queries.reasons()
    texts = {
        **words.desk_texts({reason.code: reason.name for reason in reasons}, queries.queue_names()),
        "me": {
            "agent_no": agent_no,
            "media": phone["media"],
            "time_zone": str(localtime.site_zone()),
        },
        "staff": org.agent_names(),
        "limits": org.reason_limits(),
        "may": {"outside": can("call.transfer_outside")},
        "voices": _voices() if phone["media"] == "rehearsal" else {},
        "urls": {
            "snapshot": url_for("desk.snapshot"),
            "idle": url_for("desk.idle"),
            "commands": url_for("desk.command"),
            "number": url_for("desk.number"),
            "phone_session": url_for("desk.phone_session"),
            "phone_session_end": url_for("desk.end_phone_session"),
            "pop": url_for("desk.pop", contact_id=DISPLAY),
            "colleagues": url_for("desk.colleagues"),
            "drafts": url_for("desk.show_drafts", contact_id=DISPLAY),
            "discard": url_for("desk.discard_draft", contact_id=DISPLAY),
            "premise": url_for("desk.premise"),
            "notices": url_for("desk.show_notices"),
            "notices_seen": url_for("desk.put_notices_away"),
        },
    }
    return render_template(
        "desk/page.html",
        me=phone,
        reasons=reasons,
        today=queries.today_of(user.agent_id or 0),
        **_idle_parts(user),
        keys_help=keyboard.keys_help(),
        help_reasons=keyboard.help_reasons(),
        texts=texts,
    )


def _voices() -> dict[str, list[str]]:
    """Addresses of the simulated callers' sentences."""
    return {
        name: [url_for("desk.caller_voice", code=code) for code in codes]
        for name, codes in (("openings", voices.openings()), ("replies", voices.replies()))
    }


@bp.get("/caller-voice/<code>.wav")
@require("desk.use")
def caller_voice(code: str) -> ResponseReturnValue:
    """One sentence of a simulated caller."""
    if code not in voices.OPENINGS + voices.REPLIES:
        raise NotFound(_("没有这段声音"))
    return send_from_directory(voices.FOLDER, f"{code}.wav", max_age=86400)


def _idle_parts(user: Principal) -> dict[str, Any]:
    """What the middle of the desk shows while there is no call."""
    return {
        "recent": history.recent_calls(user.agent_id or 0),
        "missed": history.missed_calls(user.agent_id or 0),
        "unfinished": history.unfinished_tickets(user.agent_id or 0, services.agent_no_of(user)),
        "offer_result": calls_words.offer_result,
        "call_url": _call_url,
        "going_on": [hit.brief() for hit in outages.area_outages()],
    }


@bp.get("/idle")
@require("desk.use")
def idle() -> ResponseReturnValue:
    """The middle of the desk while there is no call, as it is now."""
    return render_template("desk/_idle.html", **_idle_parts(me()))


def _call_url(contact_id: str) -> str | None:
    """The page of a past call, when the user may see it."""
    return url_for("calls.show", pub=contact_id) if can("contact.view") else None


@bp.get("/snapshot")
@require("desk.use")
def snapshot() -> ResponseReturnValue:
    """{agent, call, today, queues, waiting}: where a page begins, and what it asks for after a
    gap. `waiting`: place of the rail → how much is new there."""
    user = me()
    agent_no = services.agent_no_of(user)
    return jsonify(
        **queries.live_state(agent_no),
        today=queries.today_of(user.agent_id or 0),
        queues=queries.queues_of(agent_no),
        waiting=shell.waiting(can),
    )


@bp.get("/pop/<contact_id>")
@require("desk.use")
def pop(contact_id: str) -> ResponseReturnValue:
    """The household of a call as two fragments: the middle of the desk and its right side."""
    commands.contact_id(contact_id)
    user = me()
    call = queries.own_call(user, contact_id)
    if call.get("direction") == "internal":
        return _internal_pop(user, call)
    home = household.gather(call)
    return render_template(
        "desk/pop.html",
        home=home,
        call=call,
        contact_id=contact_id,
        unfinished="unfinished" in request.args,
        lines=household.opening(home, current_app.config.get("SITE_NAME") or "", user.name),
        kinds=tickets.kind_choices(),
        urgencies=[(code, str(urgency.NAMES[code])) for code in urgency.URGENCIES],
        results=queries.results(),
        last_agent=org.agent_names().get(home.profile.get("last_agent_no") or "", ""),
        estates=_estate_options() if home.card is None else (),
        outage_headline=lambda outage: words.outage_headline(
            outage, to_ms(utc_now()), home.card is not None
        ),
        talks=history.talks_of(contact_id, services.agent_no_of(user)),
        written=_tickets_of(contact_id),
        may_dial=can("call.transfer_outside"),
        call_url=_call_url,
        op_id=new_ulid(),
        **labels.for_templates(),
    )


def _internal_pop(user: Principal, call: Mapping[str, Any]) -> str:
    """A call between colleagues: only who the other one is; who placed it writes the result."""
    own, dialled = services.agent_no_of(user), (call.get("dialled") or {}).get("value")
    other = call.get("agent_no") if dialled == own else dialled or call["caller_masked"]
    return render_template(
        "desk/pop_internal.html",
        contact_id=call["contact_id"],
        colleague=history.colleague_name(other, org.agent_names()) if other else "",
        placed=dialled != own,
        results=queries.results(),
    )


def _tickets_of(contact_id: str) -> list[Any]:
    """Tickets that were opened during this call, also by the colleague who had it before."""
    contact = queries.find_contact(contact_id)
    return tickets.tickets_of_contact(contact.id) if contact else []


def _estate_options() -> list[tuple[str, str]]:
    return [(estate.pub, estate.name) for estate in customers.all_estates()]


@bp.get("/find")
@require("premise.view")
def find() -> ResponseReturnValue:
    """Doors for what is typed while the caller tells the address; a fragment."""
    text = request.args.get("q", "").strip()
    found = customers.search(text, limit=8).rows if len(text) >= 2 else ()
    return render_template("desk/_found.html", found=found, text=text)


@bp.post("/commands")
@require("desk.use")
@limiter.limit(COMMANDS_LIMIT, key_func=user_key)
@reads
def command() -> ResponseReturnValue:
    """{type, body} → 202 {id}. The outcome is the next `desk` event, or `refused` with the id."""
    data = sent_data()
    sent = services.send_command(
        me(), text_of(data, "type", 32), data.get("body"), request.remote_addr or ""
    )
    return jsonify(id=sent), 202


@bp.get("/number")
@require("desk.use")
def number() -> ResponseReturnValue:
    """{what, label}: a number that another page shows, as the desk may offer to call it: what the
    command takes, and the number masked."""
    what, label = services.shown_number(me(), request.args)
    return jsonify(what=what, label=label)


@bp.get("/colleagues")
@require("desk.use")
def colleagues() -> ResponseReturnValue:
    """{agents, queues, flows} that a call may be passed to, with their present state."""
    return jsonify(**queries.colleagues(services.agent_no_of(me())))


@bp.get("/notices")
@require("desk.use")
def show_notices() -> ResponseReturnValue:
    """{notices}: messages of supervisors that were not put away yet."""
    return jsonify(notices=notices.unread(services.agent_no_of(me())))


@bp.post("/notices/seen")
@require("desk.use")
@limiter.limit(WRITES_LIMIT, key_func=user_key)
@reads
def put_notices_away() -> ResponseReturnValue:
    """{id}: everything up to this notice has been read."""
    notices.put_away(services.agent_no_of(me()), text_of(sent_data(), "id", 26))
    return "", 204


@bp.post("/phone-session")
@require("desk.use")
@limiter.limit(WRITES_LIMIT, key_func=user_key)
def phone_session() -> ResponseReturnValue:
    """{desk} → what the page's phone registers with; for the own extension only."""
    user, ws_url = me(), current_app.extensions["settings"].phone_ws_url
    desk = text_of(sent_data(), "desk", 64)
    return jsonify(phone_credentials(user, services.agent_no_of(user), desk, ws_url))


@bp.post("/phone-session/end")
@require("desk.use")
@limiter.limit(WRITES_LIMIT, key_func=user_key)
@reads
def end_phone_session() -> ResponseReturnValue:
    """{sid}: the agent has signed out, so what this page's phone registered with ends soon."""
    phone_sessions.let_go(services.agent_no_of(me()), text_of(sent_data(), "sid", 64))
    return "", 204

"""The XML that FreeSWITCH asks for, rendered from the snapshot. Pure text, no sockets.

FreeSWITCH executes `$${…}` and X-PRE-PROCESS in what it fetches, and accepts a user without
params without a password: so every value is checked, and a doubtful agent is no user at all.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Callable, Mapping
from xml.sax.saxutils import quoteattr

from esl_controller.adapters import fs_syntax
from esl_controller.adapters.callcenter import queue_params
from esl_controller.contract.keys import PHONE_HEADER
from esl_controller.domain.snapshot import AgentConfig, Snapshot

# (sid, extension) -> the hash of the browser's phone session, None when it is not valid.
SessionHa1 = Callable[[str, str], str | None]

_HA1 = re.compile(r"[0-9a-f]{32}")

# Requests at start and rescan that want something else than a user.
_OTHER_PURPOSES = frozenset({"gateways", "network-list", "publish-vm"})


def attribute(text: str) -> str:
    """A quoted XML attribute; raises UnsafeText for what FreeSWITCH would execute."""
    if "$$" in text or "X-PRE-PROCESS" in text or not text.isprintable():
        raise fs_syntax.UnsafeText(f"not a value for the switch's XML: {text[:40]!r}")
    return quoteattr(text)


def document(section: str, content: str) -> str:
    """A whole answer. Without an XML declaration: sharing its line would lose the document."""
    return (
        '<document type="freeswitch/xml">\n'
        f'<section name="{section}">\n{content}</section>\n</document>\n'
    )


NOT_FOUND = document("result", '<result status="not found"/>\n')


def answer(
    form: Mapping[str, str], snapshot: Snapshot | None, session_ha1: SessionHa1
) -> str:
    """Answer one mod_xml_curl request; NOT_FOUND lets FreeSWITCH use its own files."""
    if snapshot is None:
        return NOT_FOUND
    section = form.get("section")
    if section == "directory":
        return directory(form, snapshot, session_ha1)
    if section == "configuration" and form.get("key_value") == "callcenter.conf":
        return document("configuration", callcenter_configuration(snapshot))
    return NOT_FOUND


def directory(form: Mapping[str, str], snapshot: Snapshot, session_ha1: SessionHa1) -> str:
    """Look one user up, for registration, dialling, or without a stated reason.

    A browser's phone proves itself with the password of its session; the secret of the snapshot is
    for desk phones. Where nothing is to be proved, that secret, which no browser knows, stands in
    for a password: a user without one would be let in.
    """
    if form.get("purpose") in _OTHER_PURPOSES:
        return NOT_FOUND
    if (form.get("domain") or form.get("key_value")) != snapshot.domain:
        return NOT_FOUND
    wanted = form.get("user", "")
    agent = next((each for each in snapshot.agents if each.extension == wanted), None)
    if agent is None or not has_phone(agent):
        return NOT_FOUND
    if agent.media == "webrtc" and form.get("action") == "sip_auth":
        ha1 = session_ha1(_header(form, PHONE_HEADER), agent.extension)
        if ha1 is None or not _HA1.fullmatch(ha1):
            return NOT_FOUND
        agent = replace(agent, ha1=ha1)
    return document("directory", directory_domain(snapshot.domain, [agent]))


def _header(form: Mapping[str, str], name: str) -> str:
    """A header of the phone's request; its case is the phone's choice. "" without one."""
    wanted = name.lower()
    return next((value for key, value in form.items() if key.lower() == wanted), "")


def has_phone(agent: AgentConfig) -> bool:
    """True for an agent who may register: never with an empty or odd hash."""
    return agent.media != "rehearsal" and _HA1.fullmatch(agent.ha1) is not None


def directory_domain(domain: str, agents: list[AgentConfig]) -> str:
    """The domain element with these users."""
    users = "".join(_user(agent, domain) for agent in agents if has_phone(agent))
    return (
        f"<domain name={attribute(fs_syntax.host(domain))}>\n"
        f'<groups><group name="agents"><users>\n{users}</users></group></groups>\n'
        "</domain>\n"
    )


def _user(agent: AgentConfig, domain: str) -> str:
    extension = fs_syntax.word(agent.extension)
    # A phone behind a router of its own is reached where its packets come from.
    behind_nat = (
        '<variable name="sip-force-contact" value="NDLB-connectile-dysfunction"/>\n'
        if agent.media == "remote"
        else ""
    )
    contact = f"sofia/{fs_syntax.AGENTS_PROFILE}/{extension}%{fs_syntax.host(domain)}"
    return (
        f"<user id={attribute(extension)}><params>\n"
        f'<param name="a1-hash" value={attribute(agent.ha1)}/>\n'
        '<param name="allow-empty-password" value="false"/>\n'
        f'<param name="dial-string" value={attribute(contact)}/>\n'
        "</params><variables>\n"
        '<variable name="user_context" value="agents"/>\n'
        '<variable name="sip_copy_custom_headers" value="false"/>\n'
        f"{behind_nat}</variables></user>\n"
    )


def callcenter_configuration(snapshot: Snapshot) -> str:
    """callcenter.conf: queues only. Agents and tiers are made by commands, never imported."""
    queues = "".join(
        f"<queue name={attribute(fs_syntax.queue_name(queue.code))}>\n"
        + "".join(
            f'<param name="{name}" value={attribute(text)}/>\n'
            for name, text in queue_params(queue).items()
        )
        + "</queue>\n"
        for queue in snapshot.queues
    )
    return (
        '<configuration name="callcenter.conf">\n<settings/>\n'
        f"<queues>\n{queues}</queues>\n</configuration>\n"
    )

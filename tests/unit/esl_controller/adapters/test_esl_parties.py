"""What is said to the switch for calls with more than two parties, and what is never said."""

from __future__ import annotations

from collections.abc import Callable

import gevent
import pytest
from gevent.event import Event

from esl_controller.adapters.esl_switch import EslSwitch
from esl_controller.domain.actions import Dial, Listen
from esl_controller.domain.errors import SwitchRefused
from esl_controller.domain.parties import Target

CALLER = "11111111-1111-4111-8111-111111111111"
AGENT = "22222222-2222-4222-8222-222222222222"
NEW = "33333333-3333-4333-8333-333333333333"
CONTACT = "0" * 26


class Api:
    """A link that remembers, and whose legs reach their music after `lag` questions."""

    def __init__(self, originated: str = f"+OK {NEW}", lag: int = 2) -> None:
        self.asked: list[str] = []
        self.originated = originated
        self.lag = lag

    def api(self, command: str, timeout_s: float | None = None) -> str:
        self.asked.append(command)
        if command.endswith("signal_bond") and command.startswith("uuid_getvar"):
            pairs = [c.split()[1:] for c in self.asked if c.startswith("uuid_bridge")]
            me = command.split()[1]
            return next((b if me == a else a for a, b in pairs if me in (a, b)), "_undef_")
        if command.startswith("uuid_getvar"):
            self.lag -= 1
            return "endless_playback" if self.lag < 0 else "uuid_bridge"
        return "true" if command.startswith("uuid_exists") else "+OK\n"

    def bgapi(self, command: str, timeout_s: float = 30.0) -> str:
        self.asked.append(command)
        return self.originated

    def said(self, start: str) -> list[str]:
        return [command for command in self.asked if command.startswith(start)]


def switch(api: Api, carrier: str = "carrier.example:5080") -> EslSwitch:
    return EslSwitch(api, "/rec", lambda path: None, "hotline.example", carrier)


def dial(target: Target, shown: str = "13812340021", auto_answer: bool = False) -> Dial:
    return Dial(NEW, target, shown, 20, CONTACT, auto_answer)


def test_it_dials_an_agents_registered_phone_and_parks_it():
    api = Api()
    switch(api).dial(dial(Target("agent", "1002", "1002"), auto_answer=True))
    [command] = api.said("originate")
    assert command.endswith("sofia/agents/1002%hotline.example &park()")
    for part in (
        f"origination_uuid={NEW}",
        "park_after_bridge=true",
        f"sip_h_X-Clearline-Contact={CONTACT}",
        "sip_h_X-Clearline-Auto-Answer=1",
    ):
        assert part in command


def test_it_sends_outside_numbers_to_the_carrier_without_our_own_headers():
    api = Api()
    switch(api).dial(dial(Target("outside", "+8613900001111"), shown="96001"))
    [command] = api.said("originate")
    assert command.endswith("sofia/trunk/+8613900001111@carrier.example:5080 &park()")
    assert "X-Clearline" not in command


class Slow(Api):
    """A link whose originate says +OK only when it is let go on, some ms after the answer."""

    def __init__(self) -> None:
        super().__init__()
        self.over = Event()

    def bgapi(self, command: str, timeout_s: float = 30.0) -> str:
        said = super().bgapi(command, timeout_s)
        assert self.over.wait(5)
        return said


@pytest.mark.parametrize(
    "move",
    [
        lambda s: s.ringback(NEW),
        lambda s: s.play_music(NEW),
        lambda s: s.bridge(CALLER, NEW, False),
        lambda s: s.join_conference((CALLER, NEW), "c1"),
    ],
)
def test_it_moves_no_leg_that_its_originate_still_has_in_hand(move: Callable[[EslSwitch], None]):
    api = Slow()
    asked = switch(api)
    placing = gevent.spawn(asked.dial, dial(Target("agent", "1002", "1002")))
    moving = gevent.spawn(move, asked)
    gevent.idle()
    assert not [one for one in api.asked if NEW in one and not one.startswith("originate")]
    api.over.set()
    gevent.joinall([placing, moving], timeout=5, raise_error=True)
    assert [one for one in api.asked if NEW in one and not one.startswith("originate")]


def test_it_dials_nobody_outside_without_a_carrier():
    with pytest.raises(SwitchRefused, match="NO_ROUTE_DESTINATION"):
        switch(Api(), carrier="").dial(dial(Target("outside", "+8613900001111")))


@pytest.mark.parametrize(
    "value", ["${system ls}", "1,2", "1|2", "12\n34", "12'34", "12 34", "", "1" * 30]
)
def test_it_refuses_a_number_that_the_switch_could_read_as_something_else(value):
    api = Api()
    with pytest.raises(SwitchRefused):
        switch(api).dial(dial(Target("outside", value)))
    assert api.said("originate") == []


def test_it_shows_a_strange_caller_number_as_anonymous():
    api = Api()
    switch(api).dial(dial(Target("agent", "1002", "1002"), shown="x,y=${z}"))
    assert "origination_caller_id_number=anonymous" in api.said("originate")[0]


def test_given_nobody_answers_then_the_switchs_own_cause_is_told():
    with pytest.raises(SwitchRefused, match="-ERR NO_ANSWER"):
        switch(Api("-ERR NO_ANSWER\n")).dial(dial(Target("agent", "1002", "1002")))


def test_it_waits_until_both_legs_have_come_to_the_music():
    api = Api(lag=3)
    switch(api).split_to_music(CALLER, AGENT)
    assert len(api.said("uuid_getvar")) == 5
    assert api.said("uuid_transfer") == [
        f"uuid_transfer {CALLER} -both 'endless_playback:${{hold_music}}' inline"
    ]


class WithoutAgent(Api):
    """The agent hangs up as this command comes."""

    def __init__(self, command: str) -> None:
        super().__init__()
        self.command = command

    def api(self, command: str, timeout_s: float | None = None) -> str:
        answer = super().api(command)
        gone = self.said(f"{self.command} {AGENT}") and AGENT in command
        return "-ERR No such channel!\n" if gone else answer


@pytest.mark.parametrize("command", ["uuid_setvar_multi", "uuid_getvar"])
def test_given_the_agent_leaves_while_both_are_parted_then_the_caller_has_music(command):
    api = WithoutAgent(command)
    switch(api).split_to_music(CALLER, AGENT)
    assert len(api.said(f"uuid_transfer {CALLER}")) == 1
    assert api.said(f"uuid_getvar {CALLER}"), "its music is waited for"


@pytest.mark.parametrize("command", ["uuid_setvar_multi", "uuid_transfer"])
def test_given_the_agent_leaves_on_the_way_then_the_others_meet_in_the_conference(command):
    api = WithoutAgent(command)
    switch(api).join_conference((NEW, AGENT, CALLER), f"c{CONTACT}")
    moved = [one.split()[1] for one in api.said("uuid_transfer") if AGENT not in one]
    assert moved == [NEW, CALLER]


def test_it_keeps_both_legs_of_a_consultation_when_one_leaves():
    api = Api()
    switch(api).bridge(AGENT, NEW, keep=True)
    parked = "park_after_bridge=true;hangup_after_bridge=false"
    assert api.said("uuid_setvar_multi") == [
        f"uuid_setvar_multi {leg} {parked}" for leg in (AGENT, NEW)
    ]
    assert api.said("uuid_bridge") == [f"uuid_bridge {AGENT} {NEW}"]


def test_it_leaves_the_caller_to_the_dialplan_when_the_last_agent_goes():
    api = Api()
    switch(api).bridge(CALLER, AGENT, keep=False)
    *_, of_caller, of_agent = api.said("uuid_setvar_multi")
    assert "hangup_after_bridge=true" in of_agent and AGENT in of_agent
    assert "transfer_after_bridge=after_talk:XML:hotline" in of_caller and CALLER in of_caller
    before = api.asked.index(f"uuid_bridge {CALLER} {AGENT}")
    assert api.asked.index(of_agent) > before, "not while the leg is in an older bridge"
    assert not api.said("uuid_transfer")


def test_it_ends_two_legs_together_without_parting_them_first():
    api = Api()
    switch(api).end_together(CALLER, AGENT)
    of_caller, of_agent = api.said("uuid_setvar_multi")
    assert "transfer_after_bridge=after_talk:XML:hotline" in of_caller and CALLER in of_caller
    assert "hangup_after_bridge=true" in of_agent and AGENT in of_agent
    assert not api.said("uuid_bridge")


@pytest.mark.parametrize("gone", ["before it is told", "as it is told"])
def test_given_the_agent_leaves_in_the_instant_of_the_bridge_then_the_caller_goes_on(gone):
    class Gone(Api):
        def api(self, command: str, timeout_s: float | None = None) -> str:
            bridged = bool(self.said("uuid_bridge"))
            if bridged and command == f"uuid_exists {AGENT}":
                self.asked.append(command)
                return "false"
            told = command.startswith(f"uuid_setvar_multi {AGENT}")
            if bridged and told and gone == "before it is told":
                return "-ERR No such channel!\n"
            return super().api(command, timeout_s)

    api = Gone()
    switch(api).bridge(CALLER, AGENT, keep=False)
    assert api.said("uuid_transfer") == [f"uuid_transfer {CALLER} after_talk XML hotline"]


def test_it_puts_a_transferred_caller_at_the_front_of_the_queue():
    api = Api()
    switch(api).send_to_queue(CALLER, "repair")
    assert api.asked[-2:] == [
        f"uuid_setvar {CALLER} cc_base_score 1000",
        f"uuid_transfer {CALLER} queue_repair XML hotline",
    ]


def test_it_parks_every_leg_before_it_moves_the_first_into_a_conference():
    api = Api()
    switch(api).join_conference((NEW, CALLER, AGENT), f"c{CONTACT}")
    kinds = [command.split()[0] for command in api.asked]
    assert kinds == ["uuid_setvar_multi"] * 3 + ["uuid_transfer"] * 3
    assert api.asked[-1] == f"uuid_transfer {AGENT} conf_c{CONTACT} XML hotline"


@pytest.mark.parametrize("mode, key", [("monitor", "0"), ("whisper", "2"), ("barge_in", "3")])
def test_it_changes_how_a_supervisor_listens_by_the_keys_of_eavesdrop(mode, key):
    api = Api()
    switch(api).set_listen_mode(NEW, mode)
    assert api.asked == [f"uuid_recv_dtmf {NEW} {key}"]


def test_it_lets_a_supervisor_listen_to_one_leg():
    api = Api()
    switch(api).listen(Listen(NEW, "2001", AGENT, CONTACT))
    [command] = api.said("originate")
    assert command.endswith(f"sofia/agents/2001%hotline.example &eavesdrop({AGENT})")
    assert "media_timeout=10000" in command, "it may become the leg that serves"


def test_it_sends_a_caller_to_a_menu_by_the_dialplan():
    api = Api()
    switch(api).send_to_flow(CALLER, "gas_main")
    assert api.asked[-1] == f"uuid_transfer {CALLER} flow_gas_main XML hotline"
    assert "park_after_bridge=false" in api.asked[0]


def test_it_never_says_a_menu_that_is_no_word():
    api = Api()
    with pytest.raises(SwitchRefused):
        switch(api).send_to_flow(CALLER, "gas XML callers")
    assert not api.said("uuid_transfer")

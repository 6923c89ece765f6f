"""Our verbs as commands of the switch, and its lists as our picture."""

import orjson
import pytest

from esl_controller.adapters import esl_switch
from esl_controller.adapters.esl_switch import EslSwitch
from esl_controller.domain.errors import SwitchRefused, SwitchUnavailable
from esl_controller.domain.snapshot import (
    AgentConfig,
    QueueConfig,
    QueueMember,
    Snapshot,
)

LEG = "7f184f82-6a6a-4ba8-9b52-9f07cfa8a645"
OTHER = "8841c803-8cd9-4c55-b04c-fd79fab2817b"
AGENT_HEADER = (
    "name|uuid|contact|status|state|max_no_answer|wrap_up_time|reject_delay_time"
    "|busy_delay_time|no_answer_delay_time"
)
CONTACT = "[leg_timeout=15,media_timeout=10000]sofia/agents/1001%hotline.example"


class Api:
    """A link that answers from a table, else +OK, and remembers what was asked."""

    def __init__(self, **answers):
        self.answers = {name.replace("_", " "): text for name, text in answers.items()}
        self.asked = []

    def api(self, command, timeout_s=None):
        self.asked.append(command)
        for name, text in self.answers.items():
            if command.replace("_", " ").endswith(name):
                return text
        return "+OK\n"

    @property
    def changes(self):
        return [command for command in self.asked if " list" not in command]


def switch(api, prepared=None):
    return EslSwitch(api, "/rec", (prepared if prepared is not None else []).append)


def snapshot(queues=True):
    member = QueueMember("1001", 1, 1)
    queue = QueueConfig("general", "综合", "longest_idle", 15, 45, 20, 5, "moh", (member,))
    agent = AgentConfig("1001", "林晓", "1001", "webrtc", 45, "0" * 32)
    return Snapshot(
        1,
        "water",
        "hotline.example",
        (),
        {},
        (queue,) if queues else (),
        (agent,) if queues else (),
        "always",
    )


@pytest.mark.parametrize(
    "act, commands",
    [
        (lambda s: s.hang_up(LEG, "NORMAL_CLEARING"), [f"uuid_kill {LEG} NORMAL_CLEARING"]),
        (
            lambda s: s.hold(LEG),
            [
                f"uuid_setvar {LEG} current_application before_hold",
                f"uuid_broadcast {LEG} ${{hold_music}} aleg",
                f"uuid_getvar {LEG} current_application",
            ],
        ),
        (lambda s: s.resume(LEG), [f"uuid_break {LEG}"]),
        (lambda s: s.mute(LEG, True), [f"uuid_audio {LEG} start read mute 1"]),
        (
            lambda s: s.mute(LEG, False),
            [f"uuid_audio {LEG} start read mute 0", f"uuid_audio {LEG} stop"],
        ),
        (lambda s: s.send_digits(LEG, "12#"), [f"uuid_send_dtmf {LEG} 12#"]),
        (
            lambda s: s.start_recording(LEG, "2026/11/23/X-1.wav"),
            [
                f"uuid_setvar {LEG} RECORD_STEREO true",
                f"uuid_record {LEG} start /rec/2026/11/23/X-1.wav",
            ],
        ),
        (
            lambda s: s.mask_recording(LEG, "2026/11/23/X-1.wav", True),
            [f"uuid_record {LEG} mask /rec/2026/11/23/X-1.wav"],
        ),
        (
            lambda s: s.set_agent_status("1001", "On Break"),
            ["callcenter_config agent set status 1001@default 'On Break'"],
        ),
    ],
)
def test_each_verb_is_its_command(act, commands):
    api = Api(current_application="playback")
    act(switch(api))
    assert api.asked == commands


def test_a_long_silence_is_borne_from_now_and_the_usual_one_when_the_call_is_taken_back(
    monkeypatch,
):
    monkeypatch.setattr(esl_switch, "TAKEN_UP_WITHIN_S", 0)
    api = Api(media_timeout="30000")
    switch(api).bear_silence(LEG)
    limits = [f"uuid_setvar {LEG} media_timeout {limit}" for limit in (1_800_000, 30_000)]
    assert api.asked == [f"uuid_getvar {LEG} media_timeout", *limits]


def test_a_leg_whose_silence_is_not_limited_is_left_alone():
    api = Api(media_timeout="_undef_")
    switch(api).bear_silence(LEG)
    assert api.asked == [f"uuid_getvar {LEG} media_timeout"]


def test_the_folder_of_a_recording_is_made_before_it_starts():
    prepared = []
    switch(Api(), prepared).start_recording(LEG, "2026/11/23/X-1.wav")
    assert prepared == ["/rec/2026/11/23/X-1.wav"]


@pytest.mark.parametrize(
    "act",
    [
        lambda s: s.hang_up("x; rm", "NORMAL_CLEARING"),
        lambda s: s.send_digits(LEG, "1 2\n"),
        lambda s: s.start_recording(LEG, "../../etc/x"),
        lambda s: s.set_agent_status("1001", "Available (On Demand)"),
        lambda s: s.set_agent_status("1001|x", "Available"),
    ],
)
def test_hostile_arguments_are_refused_and_nothing_is_sent(act):
    api = Api()
    with pytest.raises(SwitchRefused):
        act(switch(api))
    assert api.asked == []


def test_an_error_of_the_switch_is_a_refusal_but_silence_is_success():
    with pytest.raises(SwitchRefused, match="No such channel"):
        switch(Api(**{f"uuid_break {LEG}": "-ERR No such channel!\n"})).resume(LEG)
    switch(Api(**{f"uuid_break {LEG}": "-ERR no reply\n"})).resume(LEG)


def test_an_empty_switch_gets_queues_agents_and_tiers():
    api = Api()
    switch(api).sync(snapshot())
    assert api.changes == [
        "callcenter_config queue load general@default",
        "callcenter_config agent add 1001@default callback",
        f"callcenter_config agent set contact 1001@default {CONTACT}",
        "callcenter_config agent set max_no_answer 1001@default 1",
        "callcenter_config agent set wrap_up_time 1001@default 0",
        "callcenter_config agent set reject_delay_time 1001@default 5",
        "callcenter_config agent set busy_delay_time 1001@default 5",
        "callcenter_config agent set no_answer_delay_time 1001@default 5",
        "callcenter_config tier add general@default 1001@default 1 1",
    ]


def full():
    return Api(
        queue_list="name|strategy\ngeneral@default|longest-idle-agent\n+OK\n",
        agent_list=f"{AGENT_HEADER}\n1001@default||{CONTACT}|Available|Waiting|1|0|5|5|5\n+OK\n",
        tier_list="queue|agent|state|level|position\ngeneral@default|1001@default|Ready|1|1\n+OK",
    )


def test_an_equal_switch_gets_no_command():
    api = full()
    switch(api).sync(snapshot())
    assert api.changes == []


def test_what_is_not_in_the_snapshot_is_removed():
    api = full()
    switch(api).sync(snapshot(queues=False))
    assert api.changes == [
        "callcenter_config queue unload general@default",
        "callcenter_config agent del 1001@default",
        "callcenter_config tier del general@default 1001@default",
    ]


def test_a_changed_strategy_reloads_only_that_queue():
    api = full()
    api.answers["queue list"] = "name|strategy\ngeneral@default|random\n+OK\n"
    switch(api).sync(snapshot())
    assert api.changes == ["callcenter_config queue reload general@default"]


def shown(*rows):
    return orjson.dumps({"row_count": len(rows), "rows": list(rows)}).decode()


def test_the_picture_shows_what_is_and_leaves_out_who_left():
    api = full()
    members = "queue|session_uuid|joined_epoch|serving_agent|state"
    api.answers |= {
        "members general@default": (
            f"{members}\ngeneral@default|{LEG}|1795405352|1001@default|Answered\n"
            "general@default||1795405352||Abandoned\n+OK\n"
        ),
        "show channels as json": shown(
            {
                "uuid": LEG,
                "direction": "inbound",
                "created_epoch": "1795405352",
                "callstate": "ACTIVE",
                "context": "hotline",
                "dest": "queue_general",
                "cid_num": "1",
                "initial_context": "callers",
                "initial_dest": "96001",
                "initial_cid_num": "13800138000",
            },
            {"uuid": OTHER, "direction": "outbound"},
        ),
        "show bridged calls as json": shown({"uuid": LEG, "b_uuid": OTHER}),
        "show registrations as json": shown({"reg_user": "1001"}),
    }

    picture = switch(api).picture()

    caller, agent = picture.channels
    assert (caller.inbound, caller.context, caller.called_number) == (True, "callers", "96001")
    assert (caller.caller_number, caller.created_at) == ("13800138000", 1795405352000)
    assert (caller.bridged_to, agent.bridged_to) == (OTHER, LEG)
    assert [(row.member_uuid, row.agent_no) for row in picture.members] == [(LEG, "1001")]
    assert [(row.agent_no, row.status) for row in picture.agents] == [("1001", "Available")]
    assert picture.extensions == {"1001"}


def test_an_idle_switch_shows_nothing():
    api = Api()
    for what in ("channels", "bridged calls", "registrations"):
        api.answers[f"show {what} as json"] = '{"row_count":0}'
    picture = switch(api).picture()
    assert (picture.channels, picture.members, picture.agents) == ((), (), ())


def test_an_unreadable_list_is_no_picture():
    with pytest.raises(SwitchUnavailable):
        switch(Api(show_channels_as_json="-ERR!", show_bridged_calls_as_json="x")).picture()

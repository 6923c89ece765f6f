"""Every stream, group, key and room name, with its one writer."""

EVENTS = "calls:events"  # writer: esl_controller
COMMANDS = "calls:commands"  # writer: crm_web
DEAD_LETTERS = "calls:dead"  # writer: workers

GROUP_SCREEN_POP = "screen-pop"
GROUP_CALL_LOG = "call-log"
GROUP_WALLBOARD = "wallboard"
GROUP_CONTROLLER = "controller"

LIVE_AGENTS = "live:agents"  # hash agent_no -> AgentView; writer: esl_controller
LIVE_CALLS = "live:calls"  # hash contact_id -> CallView with the raw number; esl_controller
LIVE_QUEUES = "live:queues"  # hash code -> QueueView; writer: esl_controller
LIVE_META = "live:meta"  # hash switch_up, at, last_event_at, node, version; writer: esl_controller
STATE_CALLS = "controller:calls"  # hash contact_id -> Call; the controller's own memory
STATE_AGENTS = "controller:agents"  # hash agent_no -> Agent; the controller's own memory

PRESENCE = "presence:desks"  # hash agent_no -> ms of the last desk heartbeat; writer: crm_web
PHONE_OWNER = "phone:desk:"  # + agent_no: the browser tab that has the phone; writer: crm_web
DRAFTS = "desk:draft:"  # + contact_id: hash form -> draft json, with expiry; writer: crm_web
NOTICES = "desk:notices"  # stream of messages to desks; writer: crm_web
NOTICES_SEEN = "desk:notices:seen"  # hash agent_no -> newest notice put away; writer: crm_web
PHONE_SESSION = "phone:session:"  # + sid: agent_no, extension, ha1; expires; writer: crm_web
PHONE_NEWEST = "phone:newest:"  # + agent_no: the sid that is valid now; writer: crm_web
TELEPHONY = "config:telephony"  # the snapshot; writer: crm_web

HEALTH = "health:"  # + program name, with expiry; writer: that program

ENTRY_FIELD = "e"  # the one field of a stream entry
EVENTS_MAXLEN = 500_000  # about six days at 10,000 calls a day, trimmed approximately
COMMANDS_MAXLEN = 10_000

PRESENCE_EVERY_S = 5
PHONE_SESSION_S = 3600  # after the last sign of life of a desk; longer than the web may be away
PHONE_HEADER = "X-Clearline-Session"  # carries the sid in every request of a browser's phone

ROOM_FLOOR = "floor"
ROOM_DESKS = "desks"


def room_of_user(pub: str) -> str:
    """The Socket.IO room of what one user watches: boards that need no agent number."""
    return f"user:{pub}"


def room_of_agent(agent_no: str) -> str:
    """The Socket.IO room of one agent's desks."""
    return f"agent:{agent_no}"

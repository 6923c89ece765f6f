"""More agents for a stack: `python -m tests.live.crowd_site COUNT`, with the stack's environment.

They get the next numbers after the demonstration's, work in its queues and have their passwords in
its logins file.
"""

from __future__ import annotations

import sys

from sqlalchemy import select

from crm_web.app import create_app
from crm_web.areas.org import publishing
from crm_web.areas.org.models import Agent, Queue, QueueMember
from crm_web.extensions import db
from crm_web.seeds import base
from crm_web.settings import Settings
from crm_web.transaction import unit_of_work

STAFF = tuple(agent_no for agent_no, _, _ in (*base.AGENTS, *base.EXPERTS))


def agent_numbers(count: int) -> tuple[str, ...]:
    """The demonstration's agents and as many more as make `count`."""
    return tuple(str(int(STAFF[0]) + place) for place in range(max(count, len(STAFF))))


def main(count: int) -> None:
    settings = Settings.from_env()
    app = create_app(settings)
    with app.app_context(), unit_of_work():
        people = [(number, number, "team_b") for number in agent_numbers(count)]
        fresh = [person for person in people if person[0] not in STAFF]
        base.write_logins(settings.home, base.seed_agents(fresh, "agent"))
        for place, (agent_no, _, _) in enumerate(fresh):
            _join(agent_no, ("repair", "billing")[place % 2], "general")
        publishing.publish()


def _join(agent_no: str, *codes: str) -> None:
    agent = db.session.scalars(select(Agent).where(Agent.agent_no == agent_no)).one()
    for queue in db.session.scalars(select(Queue).where(Queue.code.in_(codes))):
        queue.members.append(QueueMember(agent_id=agent.id, position=len(queue.members) + 1))


if __name__ == "__main__":
    main(int(sys.argv[1]))

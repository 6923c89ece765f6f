"""A site with many agents for the screen-pop bench: `python -m tests.bench.pop_site COUNT`.

Settings come from the environment, the agents' one password from POP_PASSWORD.
"""

from __future__ import annotations

import os
import sys

from sqlalchemy import select

from crm_web.app import create_app
from crm_web.areas.auth.passwords import hash_password
from crm_web.areas.org import publishing
from crm_web.areas.org.models import (
    Agent,
    CalledNumber,
    Extension,
    OrgUnit,
    Queue,
    QueueMember,
    Role,
    User,
    UserRole,
)
from crm_web.database import migrate
from crm_web.extensions import db
from crm_web.seeds.base import seed_base
from crm_web.settings import Settings
from crm_web.transaction import unit_of_work

FIRST = 2001


def agent_numbers(count: int) -> list[str]:
    """The numbers of the site's agents, which are also their login names."""
    return [str(FIRST + place) for place in range(count)]


def main(count: int, password: str) -> None:
    """Newest schema, base data, one queue with all agents; published to Redis."""
    app = create_app(Settings.from_env())
    with app.app_context():
        migrate(db.engine)
        with unit_of_work():
            seed_base()
            _seed_agents(count, password)
            publishing.publish()


def _seed_agents(count: int, password: str) -> None:
    hashed = hash_password(password)  # once: hashing is slow on purpose
    unit = db.session.scalars(select(OrgUnit).where(OrgUnit.code == "hotline")).one()
    role = db.session.scalars(select(Role).where(Role.code == "agent")).one()
    queue = Queue(code="general", name="综合", unit_id=unit.id)
    for number in agent_numbers(count):
        user = User(
            login_name=number, display_name=number, password_hash=hashed, unit_id=unit.id
        )
        user.roles.append(UserRole(role_id=role.id, unit_id=unit.id))
        extension = Extension(number=number, sip_secret=f"secret of {number}")
        agent = Agent(agent_no=number, user=user, extension=extension, media="webrtc")
        queue.members.append(QueueMember(agent=agent))
    db.session.add(queue)
    for code in ("repair", "billing"):  # the shipped flows name them
        db.session.add(Queue(code=code, name=code, unit_id=unit.id))
    db.session.flush()
    db.session.add(
        CalledNumber(
            number="96001", label="热线", flow_code="water_main", fallback_queue_id=queue.id
        )
    )


if __name__ == "__main__":
    main(int(sys.argv[1]), os.environ["POP_PASSWORD"])

from __future__ import annotations

from sqlalchemy import delete, select

from crm_web.areas.org.models import Agent, Role, RolePermission, Setting, User
from crm_web.permissions import PERMISSIONS
from crm_web.seeds import base
from crm_web.seeds.base import KNOWN_PERMISSIONS, seed_base, seed_demo


def scopes(db, role: str) -> dict[str, str]:
    statement = select(RolePermission.permission, RolePermission.scope).join(Role)
    return dict(db.session.execute(statement.where(Role.code == role)).all())


def take_away(db, *permissions: str) -> None:
    db.session.execute(delete(RolePermission).where(RolePermission.permission.in_(permissions)))
    db.session.expire_all()


def test_it_gives_supervisors_a_phone_but_no_queue(db, web_settings):
    seed_demo(web_settings)
    for agent_no in ("2001", "2002"):
        agent = db.session.scalars(select(Agent).where(Agent.agent_no == agent_no)).one()
        assert (agent.extension.number, agent.media, agent.queues) == (agent_no, "webrtc", [])


def test_given_supervisors_of_an_older_version_it_adds_their_phone(db, web_settings, monkeypatch):
    monkeypatch.setattr(base, "SUPERVISORS", ())
    monkeypatch.setattr(
        base, "OTHERS", (("2001", "陈国栋", "hotline", "shift_supervisor"), *base.OTHERS)
    )
    seed_demo(web_settings)
    user = db.session.scalars(select(User).where(User.login_name == "2001")).one()
    assert user.agent is None
    monkeypatch.undo()
    logins = seed_demo(web_settings)
    db.session.refresh(user)
    assert user.agent.agent_no == "2001"
    assert [login.login_name for login in logins] == ["2002"]
    assert seed_demo(web_settings) == []


def test_it_knows_who_may_listen_and_take_over(db):
    supervisor, inspector, agent = (
        scopes(db, role) for role in ("shift_supervisor", "quality_inspector", "agent")
    )
    for permission in (
        *("call.monitor", "call.whisper", "call.barge_in", "call.take_over"),
        *("call.forced_release", "agent_state.force", "help_request.answer", "desk.view_other"),
    ):
        assert supervisor[permission] == "group"
        assert permission not in agent
    assert inspector["call.monitor"] == "all"
    assert "call.whisper" not in inspector


def test_given_a_site_of_an_older_version_its_roles_get_the_new_permissions_once(db):
    take_away(db, "call.monitor", "call.whisper")
    db.session.execute(delete(Setting).where(Setting.key == KNOWN_PERMISSIONS))
    seed_base()
    db.session.flush()
    assert scopes(db, "shift_supervisor")["call.monitor"] == "group"
    assert scopes(db, "director")["call.whisper"] == "all"
    noted = db.session.scalars(select(Setting).where(Setting.key == KNOWN_PERMISSIONS)).one()
    assert set(noted.value) == set(PERMISSIONS)


def test_given_a_permission_that_the_site_took_away_it_stays_away(db):
    seed_base()
    db.session.flush()
    take_away(db, "call.monitor")
    seed_base()
    db.session.flush()
    assert "call.monitor" not in scopes(db, "shift_supervisor")

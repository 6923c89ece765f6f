"""`python -m crm_web.cli COMMAND`: setting up, first administrator, publishing."""

from __future__ import annotations

import code
import getpass
import json
import sys
import time
from typing import BinaryIO

import click
import redis
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError

from crm_web.app import create_app
from crm_web.areas.auth import passwords
from crm_web.areas.org import publishing, telephony
from crm_web.areas.org.errors import BadInput
from crm_web.areas.org.models import OrgUnit, Role, User, UserRole
from crm_web.database import migrate
from crm_web.extensions import db
from crm_web.redis_link import client
from crm_web.seeds import base, city
from crm_web.settings import BadSetting, Settings
from crm_web.transaction import unit_of_work
from esl_controller.contract import keys

TRIES = 30
PAUSE_S = 2.0


@click.group()
@click.pass_context
def main(context: click.Context) -> None:
    """The web's commands. Settings come from the environment."""
    try:
        settings = Settings.from_env()
    except BadSetting as error:
        raise click.ClickException(str(error)) from error
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    context.obj = create_app(settings)


@main.command("init-db")
@click.option("--demo/--no-demo", default=True, help="the demonstration city and its people")
@click.pass_obj
def init_db(app: Flask, demo: bool) -> None:
    """Newest schema, base data, demonstration data. May be run at every start."""
    settings: Settings = app.extensions["settings"]
    with app.app_context():
        _migrate_with_patience()
        with unit_of_work():
            base.seed_base()
            logins = base.seed_demo(settings) if demo else []
            if logins:  # before the commit: a password that nobody knows must not be stored
                base.write_logins(settings.home, logins)
        if demo:
            city.seed()
            city.write_numbers(settings.home)
        _publish_patiently()
    if logins:
        click.echo(f"demonstration logins: {settings.home / base.LOGINS_FILE}")


@main.command("migrate")
@click.pass_obj
def migrate_command(app: Flask) -> None:
    """Bring the database to the newest schema."""
    with app.app_context():
        _migrate_with_patience()


@main.command("seed")
@click.pass_obj
def seed(app: Flask) -> None:
    """Roles, dictionaries, kinds of case and units; leaves what exists."""
    with app.app_context(), unit_of_work():
        base.seed_base()


@main.command("create-admin")
@click.argument("login_name")
@click.option("--name", default="系统管理员", help="display name")
@click.pass_obj
def create_admin(app: Flask, login_name: str, name: str) -> None:
    """A new administrator; the password is asked for, or read from a pipe."""
    asked = getpass.getpass("password: ") if sys.stdin.isatty() else sys.stdin.readline().strip()
    with app.app_context(), unit_of_work():
        problem = passwords.weakness(asked, login_name)
        if problem:
            raise click.ClickException(problem)
        if db.session.scalar(select(User.id).where(User.login_name == login_name)) is not None:
            raise click.ClickException(f"{login_name}: this login name is taken")
        base.seed_base()
        unit = db.session.scalars(select(OrgUnit).where(OrgUnit.code == "company")).one()
        role = db.session.scalars(select(Role).where(Role.code == "administrator")).one()
        user = User(
            login_name=login_name,
            display_name=name,
            password_hash=passwords.hash_password(asked),
            unit_id=unit.id,
        )
        user.roles.append(UserRole(role_id=role.id, unit_id=unit.id))
        db.session.add(user)
    click.echo(f"{login_name} may sign in")


@main.command("publish-config")
@click.pass_obj
def publish_config(app: Flask) -> None:
    """Send the telephony configuration to the controller, as a new version if it changed."""
    with app.app_context():
        with unit_of_work():
            version = publishing.publish().version
        body = json.loads(client().get(keys.TELEPHONY) or "{}")
        click.echo(f"version {version} is published; Redis holds version {body.get('version')}")


@main.command("publish-flow")
@click.argument("file", type=click.File("rb"))
@click.pass_obj
def publish_flow(app: Flask, file: BinaryIO) -> None:
    """Publish a flow document (JSON) of the site's own; its code replaces an earlier one."""
    try:
        document = json.load(file)
    except ValueError as error:
        raise click.ClickException(f"{file.name}: not JSON: {error}") from error
    with app.app_context(), unit_of_work():
        try:
            saved = telephony.save_flow(document)
        except BadInput as error:
            problems = error.details["fields"]["document"] or [error.message]
            raise click.ClickException("\n".join(problems)) from error
    click.echo(f"flow {saved} is published")


@main.command("shell")
@click.pass_obj
def shell(app: Flask) -> None:
    """A Python shell in the app's context, with `db` and every area's models."""
    from crm_web import models

    with app.app_context():
        code.interact(local={"app": app, "db": db, **vars(models)}, banner="app, db, models")


def _migrate_with_patience() -> None:
    """Wait a bounded time for a database that is still starting."""
    for attempt in range(1, TRIES + 1):
        try:
            migrate(db.engine)
            return
        except OperationalError as error:
            if attempt == TRIES:
                raise click.ClickException(f"the database does not answer: {error.orig}") from error
            click.echo(f"the database does not answer yet ({error.orig}); try {attempt}", err=True)
            time.sleep(PAUSE_S)


def _publish_patiently() -> None:
    """Publish; without Redis the version waits in the database and leaves at the web's start."""
    try:
        with unit_of_work():
            publishing.publish()
    except redis.exceptions.RedisError as error:
        click.echo(f"the configuration waits for Redis: {error}", err=True)


if __name__ == "__main__":
    main()

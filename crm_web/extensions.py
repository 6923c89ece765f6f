"""Flask extensions, unbound: create_app() binds them. Nothing here connects to anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from flask_babel import Babel
from flask_limiter import Limiter
from flask_limiter.util import get_remote_address
from flask_login import LoginManager
from flask_socketio import SocketIO
from flask_sqlalchemy import SQLAlchemy
from flask_wtf import CSRFProtect

from crm_web.columns import Base

db = SQLAlchemy(model_class=Base)
login = LoginManager()
csrf = CSRFProtect()
babel = Babel()
socketio = SocketIO()
limiter = Limiter(get_remote_address, headers_enabled=False)

if TYPE_CHECKING:
    Model = Base  # the type checker cannot see through Flask-SQLAlchemy's generated class
else:
    Model = db.Model

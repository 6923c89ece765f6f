"""Imports every area's models, so that one metadata holds all tables (migrations, tests, app)."""

from crm_web.areas.audit import models as audit
from crm_web.areas.calls import models as calls
from crm_web.areas.calls import voicemail_models as voicemails
from crm_web.areas.customers import models as customers
from crm_web.areas.org import models as org
from crm_web.areas.outages import models as outages
from crm_web.areas.reports import models as reports
from crm_web.areas.system import models as system
from crm_web.areas.tickets import models as tickets
from crm_web.extensions import db

metadata = db.metadata

__all__ = [
    "audit",
    "calls",
    "customers",
    "metadata",
    "org",
    "outages",
    "reports",
    "system",
    "tickets",
    "voicemails",
]

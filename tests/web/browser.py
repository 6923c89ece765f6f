"""A test client that behaves like a browser of ours: it keeps cookies and sends the CSRF token."""

from __future__ import annotations

import contextvars
from typing import Any

from flask import has_app_context
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer
from werkzeug.exceptions import HTTPException
from werkzeug.test import TestResponse

from crm_web.extensions import db
from tests.web.audited import Writes, complaint

RAW_TOKEN = "0" * 40


class Browser(FlaskClient):
    """Each request runs in a context of its own, as it would in the server.

    What the test has added to `db.session` is committed before the request, so that the request
    sees it and no lock is left lying about; afterwards the test reads what the request committed.
    """

    def open(self, *args: Any, csrf: bool = True, **kwargs: Any) -> TestResponse:
        if has_app_context():
            db.session.commit()
        if csrf:
            self._send_token(kwargs)
        with Writes() as writes:
            answer: TestResponse = contextvars.Context().run(super().open, *args, **kwargs)
        self._want_a_trace(answer, writes.tables)
        return answer

    def _want_a_trace(self, answer: TestResponse, tables: set[str]) -> None:
        """Every change that a test makes through the web must be in the audit log."""
        request, refused = answer.request, answer.status_code >= 400
        if refused or request.method in ("GET", "HEAD", "OPTIONS"):
            return
        try:
            endpoint, _values = self.application.url_map.bind("").match(
                request.path, request.method
            )
        except HTTPException:
            return
        if endpoint != "auth.logout" and (answer.location or "").startswith("/login"):
            return  # sent to sign in first
        wrong = complaint(endpoint, tables)
        assert not wrong, wrong

    def _send_token(self, kwargs: dict[str, Any]) -> None:
        with self.session_transaction() as session:
            session["csrf_token"] = RAW_TOKEN
        signer = URLSafeTimedSerializer(self.application.secret_key or "", salt="wtf-csrf-token")
        headers = dict(kwargs.get("headers") or {})
        headers.setdefault("X-CSRFToken", signer.dumps(RAW_TOKEN))
        kwargs["headers"] = headers

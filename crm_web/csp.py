"""The content policy and the other security headers, on every answer."""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from flask import Flask, Response, g

from crm_web.settings import Settings


def style_nonce() -> str:
    """The nonce of this answer for the few libraries that add a <style> element themselves."""
    if "style_nonce" not in g:
        g.style_nonce = secrets.token_urlsafe(16)
    return str(g.style_nonce)


def init_app(app: Flask, settings: Settings) -> None:
    """Set the headers; templates get `style_nonce()`."""
    phone = urlsplit(settings.phone_ws_url)
    connect = f"'self' {phone.scheme}://{phone.netloc}"
    app.jinja_env.globals["style_nonce"] = style_nonce

    @app.after_request
    def _headers(response: Response) -> Response:
        nonce = f" 'nonce-{g.style_nonce}'" if "style_nonce" in g else ""
        response.headers.setdefault(
            "Content-Security-Policy",
            "default-src 'self'; script-src 'self'; "
            f"style-src 'self'{nonce}; img-src 'self' data: blob:; media-src 'self' blob:; "
            f"connect-src {connect}; worker-src 'self' blob:; object-src 'none'; "
            "base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
        )
        response.headers.setdefault("X-Content-Type-Options", "nosniff")
        response.headers.setdefault("X-Frame-Options", "DENY")
        response.headers.setdefault("Referrer-Policy", "same-origin")
        response.headers.setdefault("Cross-Origin-Opener-Policy", "same-origin")
        response.headers.setdefault(
            "Permissions-Policy", "microphone=(self), camera=(), geolocation=()"
        )
        if settings.secure_cookies:
            response.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
        if response.mimetype in ("text/html", "application/json"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response

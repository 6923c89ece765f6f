"""Hashing and checking passwords with argon2id, and what a password must be."""

from __future__ import annotations

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask_babel import gettext as _

# OWASP's second choice for argon2id: 19 MiB, two passes. About 20 ms, which the hub can bear.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
_NOBODY = _HASHER.hash("the password of nobody")
SHORTEST, LONGEST = 10, 128


def hash_password(password: str) -> str:
    """The argon2id hash to store."""
    return _HASHER.hash(password)


def check_password(stored: str | None, password: str) -> bool:
    """Whether `password` is the one of `stored`; None (no such user) takes just as long."""
    try:
        return _HASHER.verify(stored or _NOBODY, password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


def needs_new_hash(stored: str) -> bool:
    """Whether `stored` was made with weaker settings than today's."""
    return _HASHER.check_needs_rehash(stored)


def weakness(password: str, login_name: str) -> str | None:
    """Why `password` can't be taken, in words for its owner; None when it can."""
    if len(password) < SHORTEST:
        return _("密码至少 %(count)s 位", count=SHORTEST)
    if len(password) > LONGEST:
        return _("密码最多 %(count)s 位", count=LONGEST)
    if len(set(password)) < 5:
        return _("密码里的字符太单一")
    if login_name and login_name.lower() in password.lower():
        return _("密码里不能有登录名")
    return None

"""Mandarin speech: pure functions from a value to speech parts, one module per kind of value."""

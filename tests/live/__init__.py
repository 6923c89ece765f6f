"""Telephone scenarios on a real FreeSWITCH: `make test-live`."""

"""SIP callers and phones with ears: they dial, ring, key digits, talk, and know what they hear."""

"""Everything that touches a socket: the switch, Redis, the CRM, and twins in memory."""

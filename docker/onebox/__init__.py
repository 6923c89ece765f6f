"""Start every program of one machine, watch them, stop them together."""

"""First data: what every site needs, and the demonstration city."""

"""Load on the whole product and on the switch alone: `make load`."""

"""Networks whose every weight is a small self-replicating net."""

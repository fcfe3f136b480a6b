"""Event buses: rules, archives, API destinations."""

"""People, roles, rights, sign-in."""

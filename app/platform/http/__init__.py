"""How the service speaks: problems, preconditions, pages, and the call that a route hands on."""

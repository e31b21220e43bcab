"""Who may speak for an organisation (授权): claims, agents, hand-over; one mandate a programme."""

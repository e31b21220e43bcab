"""Who is calling, and what the policy lets them do."""

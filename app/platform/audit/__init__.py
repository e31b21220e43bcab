"""The append-only record of who did what to what, and when."""

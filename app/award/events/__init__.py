"""What happened that a caller may know of: a feed for systems that cannot receive calls."""

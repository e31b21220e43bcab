"""The regulations and criteria that the service ships, as texts."""

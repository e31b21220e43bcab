"""What a person was told lies here, and they say where it is mailed."""

"""How far work is that somebody asked for and waits for."""

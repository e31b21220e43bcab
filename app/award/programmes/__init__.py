"""What can be run: authorities, their programmes, the regulations in force, and the cycles."""

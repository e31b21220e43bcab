"""What does a file hold, and may it come in? Pure readers of one file; they run in a process of
their own, with bounds on time and memory.
"""

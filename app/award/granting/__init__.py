"""The last two steps: the government approves (审定), and the award is granted (授奖)."""

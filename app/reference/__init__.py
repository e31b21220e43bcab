"""What the engineer outside looks up: versions, problems, codes, working days, lifecycles."""

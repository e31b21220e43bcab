"""What is done at a screening: decisions, calls to cure, and what departments say."""

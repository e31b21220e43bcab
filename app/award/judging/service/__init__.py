"""What the office and the experts do."""

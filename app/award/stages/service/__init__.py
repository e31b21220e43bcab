"""What people do with a cycle and its stages."""

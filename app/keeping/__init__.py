"""Backup and restore: a running service is kept in one file, and comes back from it elsewhere."""

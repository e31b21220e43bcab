"""Persons, their accounts and organisations; who signs in, and which roles they hold where."""

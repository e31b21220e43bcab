"""Guides run against the same service as rehearsals."""

from tests.rehearsal.conftest import rehearsal_url

__all__ = ["rehearsal_url"]

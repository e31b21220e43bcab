"""The sieve: stages, entries, outcomes, rounds and snapshots. It knows no kind of stage."""

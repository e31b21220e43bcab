"""The sealed copy (盖章件): the application printed, sealed by hand, and received on paper."""

"""The composite (综合评价): arithmetic over earlier stages, a rank, and perhaps proposed tiers."""

"""The screening (资格审查): each ground answered with its evidence, and one decision an entry."""

"""推荐: streets, departments and associations recommend what is routed to them, in one letter."""

"""The publicity (公示): a notice, its posting, the objections to it and the rulings on them."""

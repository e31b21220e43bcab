"""What panels do with scores: take them out, write them down, agree on them, lock them."""

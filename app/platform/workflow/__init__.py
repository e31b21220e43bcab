"""How anything with a status moves: one table per thing, one writer for all."""

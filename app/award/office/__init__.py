"""The award office's own desk: what it tells people, in which words, and what is due."""

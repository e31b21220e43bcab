"""What the office does with documents, and their addressees with letters."""

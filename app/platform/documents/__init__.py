"""Pages to print and letters to edit: PDF by typst, Word files from templates with named places."""

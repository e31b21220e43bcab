"""The documents of the office (公文): drafted as Word, checked by another, signed, sent, kept."""

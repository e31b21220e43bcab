"""Work that is done after the answer: written in the transaction, carried out by `work`."""

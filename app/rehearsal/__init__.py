"""A client that plays a whole award year over HTTP, each person with a token of their own."""

"""Tables that offices keep in spreadsheets: read whole or refused whole, and written as forms."""

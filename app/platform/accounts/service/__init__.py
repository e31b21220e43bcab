"""What people do about accounts: sign in, join, be given roles."""

"""What people are told: in their inbox, and by e-mail where they have given an address."""

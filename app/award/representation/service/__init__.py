"""What people do about mandates: claim, decide, invite, hand over, end."""

"""What people do at a publicity: the office posts a notice, the public objects, the head rules."""

"""Files that people upload: announced, filled part by part, checked, taken, downloaded."""

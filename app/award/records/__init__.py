"""What is known of an organisation or a person: honours, incidents, certificates, interests."""

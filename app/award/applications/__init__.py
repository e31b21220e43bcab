"""The applicant's part: the form, the attachments, the submission (申报)."""

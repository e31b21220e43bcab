"""满意度, 社会评价: a score that somebody outside found."""

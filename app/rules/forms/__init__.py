"""An application form (申报表) as data: what is asked, in which shape, and what contradicts."""

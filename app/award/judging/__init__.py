"""Who judges whom: experts, undertakings, conflicts of interest, panels, assignments (评审组)."""

"""The weekly brief: the facts of a week, and briefs with their frozen figures."""

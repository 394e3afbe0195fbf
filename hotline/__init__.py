"""The civic hotline: its rules, its deeds and its store. Knows no door and no timetable."""

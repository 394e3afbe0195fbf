"""The region: its row, its units, its row scope, its heartbeats."""

"""How units, callers and the hotline's staff act in a rehearsal: what they do next on a ticket, when, in which words."""

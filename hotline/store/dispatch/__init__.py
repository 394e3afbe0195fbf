"""The dispatch catalogue and queue, and joint tickets."""

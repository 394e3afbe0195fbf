"""The civic hotline: domain rules, actions and store; independent of channels and workers."""

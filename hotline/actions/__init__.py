"""One function, one verb, one transaction: the only writers of the hotline."""

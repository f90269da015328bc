"""Recognises what helped somebody: marks that are earned by use, thanks with a reason, and a log that explains each."""

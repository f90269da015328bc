"""Handover: no change meets a user before it has met the front line."""

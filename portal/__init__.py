"""Frontline: a self-service portal and knowledge base for the front line."""

__version__ = "1.0.0"

"""Telling people what happened to things that they wrote, look after or watch."""

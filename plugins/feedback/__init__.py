"""Asks what trouble costs the business, keeps and protects the answers, and tells what was done about them."""

"""Front page and desk page."""

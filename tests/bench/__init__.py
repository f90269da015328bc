"""How fast the portal is, measured over HTTP on articles made from real sentences. Run by ``make bench``."""

"""The web application, for granian, gunicorn and every other WSGI server."""

import gc

from portal.app import create_app

app = create_app()

# What was made at start stays for ever: looking through it again and again costs a tenth of each page.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 20)

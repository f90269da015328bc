"""The web application, for granian, gunicorn and every other WSGI server."""

from portal.app import create_app

app = create_app()

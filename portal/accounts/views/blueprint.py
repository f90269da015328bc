"""The blueprint that all pages of this room stand in."""

from flask import Blueprint

bp = Blueprint("accounts", __name__, template_folder="../templates")

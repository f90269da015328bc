"""Every text that a person reads goes through here.

English is the source; the catalogues stand in ``portal/translations``. The
functions answer in English outside a request, so services and commands may
use them without knowing of the web.
"""

from __future__ import annotations

from flask_babel import (
    format_date,
    format_datetime,
    format_decimal,
    gettext,
    lazy_gettext,
    ngettext,
    pgettext,
)

__all__ = [
    "format_date",
    "format_datetime",
    "format_decimal",
    "gettext",
    "lazy_gettext",
    "ngettext",
    "pgettext",
]

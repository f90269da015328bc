"""Mails in words: a text and an HTML form of the same, from templates, in the language of who gets them.

A mail called ``articles/mail/digest`` stands in the templates of its room as
``articles/mail/digest.txt``, whose first line is the subject, and, if it has
an HTML form, ``articles/mail/digest.html``, which extends ``mail/base.html``.
It is rendered by the worker, where nobody asks for a page: there are no
addresses by endpoint, no viewer and no time zone, so whoever renders hands in
full addresses, and times in words.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, TemplateNotFound, select_autoescape

from portal.core.i18n import format_date, gettext, language, ngettext, speaking
from portal.core.smtp import Letter


class Letters:
    """The templates of all rooms and plugins, as far as they are for mails."""

    def __init__(self, folders: Iterable[Path], *, site_name: str, home: str, spoken: str) -> None:
        """Look into *folders*; *home* is the address of the portal or empty, *spoken* its language."""
        self._spoken = spoken
        self._templates = Environment(
            loader=FileSystemLoader(list(folders)),
            autoescape=select_autoescape(["html"]),
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
            extensions=["jinja2.ext.i18n"],
        )
        self._templates.policies["ext.i18n.trimmed"] = True  # as the texts are collected
        self._templates.install_gettext_callables(gettext, ngettext, newstyle=True)  # type: ignore[attr-defined]
        self._templates.filters["dateformat"] = format_date
        self._templates.globals.update(
            _=gettext, ngettext=ngettext, language=language, site_name=site_name, home=home, unsubscribe=""
        )

    def render(self, template: str, language: str, **values: Any) -> Letter:
        """Write the mail called *template* in *language*, or in the portal's when that is empty.

        The value ``unsubscribe``, if given, is the address of the person's
        preferences; it stands at the foot and in the head of the mail.

        Raises:
            jinja2.UndefinedError: the template wants a value that is not there.
        """
        with speaking(language or self._spoken):
            words = self._templates.get_template(f"{template}.txt").render(values)
            try:
                html = self._templates.get_template(f"{template}.html").render(values)
            except TemplateNotFound as missing:
                if missing.name != f"{template}.html":
                    raise
                html = ""
        subject, _line, text = words.strip().partition("\n")
        return Letter(subject.strip(), text.strip() + "\n", html, str(values.get("unsubscribe", "")))

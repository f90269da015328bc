"""Colours for code blocks, as classes.

Only for the languages that help articles use and for blocks of a size that
people read: lexers are large sets of regular expressions, and one that is
fed with text made for it can take very long. Everything else stays plain.
"""

from __future__ import annotations

from functools import lru_cache
from html import escape
from typing import Any

from pygments import highlight
from pygments.formatters import HtmlFormatter
from pygments.lexer import Lexer
from pygments.lexers import get_lexer_by_name

MAX_CHARACTERS = 10_000
LANGUAGES = frozenset(
    (
        *("bash", "bat", "console", "cmd", "powershell", "ps1", "pwsh", "sh", "shell"),
        *("css", "html", "javascript", "jinja", "js", "python", "py", "sql", "xml"),
        *("cfg", "diff", "ini", "json", "reg", "toml", "yaml", "yml"),
    )
)

# Building one reads a whole style; the spans need only its class names.
_FORMATTER: HtmlFormatter[str] = HtmlFormatter(nowrap=True)


def to_html(source: str, language: str) -> str:
    """Return a code block with coloured *source*, escaped; plain where the *language* is not one of ours."""
    language = language.lower()
    if language in LANGUAGES and len(source) <= MAX_CHARACTERS:
        code = highlight(source, _lexer_class(language)(stripnl=False), _FORMATTER)
    else:
        code = escape(source, quote=False) + "\n"
    return f'<div class="highlight"><pre><code>{code}</code></pre></div>'


def fence(source: str, language: str, _css_class: str, _options: object, _md: object, **_more: Any) -> str:
    """Do the same with the arguments that superfences has."""
    return to_html(source, language or "")


def accept(_language: str, _inputs: object, _options: object, _attributes: object, _md: object) -> bool:
    """Accept any language, for superfences."""
    return True


@lru_cache(maxsize=64)
def _lexer_class(language: str) -> type[Lexer]:
    """Remember the class, which is slow to find; an instance holds the state of one text."""
    return type(get_lexer_by_name(language))

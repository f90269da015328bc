"""What a browser could run in a piece of HTML, by a parser that knows nothing of the sanitiser."""

import re
from html.parser import HTMLParser

RUNNING = {"script", "style", "svg", "math", "iframe", "frame", "object", "embed", "form", "base", "meta", "link"}
RUNNING |= {"input", "button", "select", "textarea", "video", "audio", "source", "template", "noscript"}
ADDRESSES = {"href", "src", "action", "formaction", "data", "poster", "background", "srcset", "ping", "xlink:href"}
SAFE_ADDRESS = re.compile(r"(?:https?://|mailto:|tel:|/(?!/)|#|[^:/\\]*(?:[/?#][^\\]*)?$)", re.IGNORECASE)


class _Listener(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.found = []

    def handle_starttag(self, tag, attrs):
        if tag in RUNNING:
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            if name.startswith("on") or name in {"style", "name", "srcdoc", "is", "xmlns"}:
                self.found.append(f"{tag}[{name}]")
            elif name in ADDRESSES and not SAFE_ADDRESS.match(re.sub(r"[\x00-\x20]", "", value or "")):
                self.found.append(f"{tag}[{name}={value}]")

    handle_startendtag = handle_starttag


def dangers(html: str) -> list[str]:
    """Return all that could run, load or post something, in the order of the text."""
    listener = _Listener()
    try:
        listener.feed(html)
        listener.close()
    except AssertionError:
        listener.found.append("markup that cannot be read")
    return listener.found

"""A page of a real browser that tells everything which runs in it and is not ours.

The browser's own debugger names each script that is parsed: inline, in an
attribute, in an address, in a frame. Whatever waits for an event in an
attribute gets it, and every link with a script in its address is pressed, from
a world of its own, so that nothing of the detector is taken for the page's.
"""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Error

OWN_SCRIPTS = {"/static/portal.js", "/static/vendor/htmx-4.0.1.min.js"}
PLAIN = {"data", "blob", "about", ""}

# What a page of ours offers to be pressed is left alone: it would go elsewhere. Methods come from their prototypes,
# since a hostile form can have a field called like any of them.
POKE = """
(async () => {
  const own = (method, it, ...given) => method.apply(it, given);
  const { matches, closest, getAttribute, getAttributeNames } = Element.prototype;
  const { addEventListener, dispatchEvent } = EventTarget.prototype;
  const addresses = ["href", "xlink:href", "src", "action", "formaction", "data"];
  const scripted = (address) => /^(javascript|data|vbscript):/i.test((address ?? "").replace(/[\\x00-\\x20]/g, ""));
  own(addEventListener, document, "click", (event) => {
    const link = own(closest, event.target, "a, area");
    if (!link || !addresses.some((name) => scripted(own(getAttribute, link, name)))) event.preventDefault();
  }, true);
  own(addEventListener, document, "submit", (event) => event.preventDefault(), true);
  const ours = "form[hx-post], form[hx-post] *, form.find, form.find *, form.language, form.language *, [hx-get]";
  const all = [...own(Document.prototype.querySelectorAll, document, "*")].filter((each) => !own(matches, each, ours));
  const armed = [];
  for (const each of all) {
    for (const name of own(getAttributeNames, each)) {
      const value = own(getAttribute, each, name);
      if (addresses.includes(name) && scripted(value)) armed.push(`${each.localName}: ${value}`);
      if (!name.startsWith("on")) continue;
      armed.push(`${each.localName}[${name}]`);
      own(dispatchEvent, each, new Event(name.slice(2), { cancelable: true }));
    }
  }
  for (const each of all) {
    const isPressed = own(matches, each, "a, area, button, input, summary, label, option");
    if (isPressed && each instanceof HTMLElement) own(HTMLElement.prototype.click, each);
  }
  await new Promise((done) => setTimeout(done, SETTLE));
  return JSON.stringify(armed);
})()
"""


class Detector:
    """One page; :meth:`open` returns what ran, was armed, or left for another host."""

    def __init__(self, context: BrowserContext, own: str, *, settle_ms: int = 10) -> None:
        """Watch a new page of *context*; *own* is the address of the portal."""
        self.own = own
        self.seen: list[str] = []
        self._context = context
        self._poke = POKE.replace("SETTLE", str(settle_ms))
        self._expected = ""
        self._new_page()

    def _new_page(self) -> None:
        self.page = self._context.new_page()
        self._cdp = self._context.new_cdp_session(self.page)
        self._cdp.on("Debugger.scriptParsed", self._script)
        self._cdp.send("Debugger.enable")
        self.page.on("request", lambda request: self._request(request.url))
        self.page.on("console", lambda line: self._console(line.text))
        self.page.on("framenavigated", lambda frame: self._moved(frame.url))
        self.page.on("dialog", lambda dialog: (self.seen.append(f"dialog: {dialog.message}"), dialog.dismiss()))

    def _script(self, script: dict[str, Any]) -> None:
        if script.get("executionContextAuxData", {}).get("type") != "default":
            return
        address = script["url"]
        if not (address.startswith(self.own) and urlsplit(address).path in OWN_SCRIPTS):
            where = f"{script['startLine']}:{script['startColumn']}"
            self.seen.append(f"script: {address or 'in an address'} {where}, {script['length']} characters")

    def _request(self, address: str) -> None:
        if urlsplit(address).scheme not in PLAIN and not address.startswith(self.own + "/"):
            self.seen.append(f"request: {address}")

    def _console(self, line: str) -> None:
        if "Content Security Policy" in line:
            self.seen.append(f"refused by the policy: {line}")

    def _moved(self, address: str) -> None:
        if address not in {self._expected, "about:blank"}:
            self.seen.append(f"went to: {address}")

    def open(self, address: str) -> list[str]:
        """Open *address*, poke every element, and return what was seen, none of which should be."""
        self.seen = []
        self._expected = address
        try:
            self.page.goto(address)
            armed = self._poked()
        except Error as fault:  # it left, or never let go of its page
            seen = [*self.seen, f"lost: {fault.message.splitlines()[0]}"]
            self.page.close()
            self._new_page()
            return seen
        return [*self.seen, *(f"armed: {each}" for each in armed)]

    def _poked(self) -> list[str]:
        frame = self._cdp.send("Page.getFrameTree")["frameTree"]["frame"]["id"]
        world = self._cdp.send("Page.createIsolatedWorld", {"frameId": frame, "worldName": "detector"})
        poked = self._cdp.send(
            "Runtime.evaluate",
            {"expression": self._poke, "contextId": world["executionContextId"], "awaitPromise": True},
        )
        assert "exceptionDetails" not in poked, poked
        return list(json.loads(poked["result"]["value"]))

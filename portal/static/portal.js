/* Comfort for the keyboard. Every page works without this file; nothing here decides what a person may see.

   [data-search]          a search field: "/" goes there, Escape in a list or pane comes back to it
   [data-begin]           a search field: what begins as it is typed is offered under it (data-begun names the list)
   [data-keys="results"]  a list of [data-result] links: arrows or j and k move, Enter opens
   [data-pane]            where a result opens beside the list (hx-get, hx-target); it takes the focus, to be read from there
   [data-focus]           takes the focus when it appears: an error summary, a thank-you
   [data-density-choice]  a group of buttons [data-density-value] that say how tight the rows are; remembered in this browser
   [data-sign-out]        a form that signs this person out: what the editor kept of theirs in this browser goes
   details.menu           closes with Escape or a press elsewhere
   form[method=post]      a second press of the same button sends nothing more while the first is under way */
(() => {
  "use strict";
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const seen = (element) => element.getClientRects().length > 0;
  const types = (element) => element instanceof HTMLElement
    && (element.isContentEditable || element.matches("select, textarea, input:not([type=checkbox], [type=radio], [type=button], [type=submit])"));

  /* ---- the search field and the list of results ---- */
  const search = () => [...all("main [data-search]"), ...all("[data-search]")].find(seen); // the page's own before the small one
  const results = () => all("[data-keys=results] [data-result]").filter(seen);
  const hasPane = () => all("[data-pane]").some(seen); // at the desk: words, Enter, arrow, Enter
  const opened = () => document.querySelector("[data-result][aria-current]");

  function toSearch() {
    const field = search();
    field?.focus();
    field?.select();
    return Boolean(field);
  }

  function move(step) {
    const links = results();
    const from = links.indexOf(document.activeElement);
    const place = from >= 0 ? from : links.indexOf(opened());
    const next = links[Math.max(0, Math.min(links.length - 1, place + step))];
    next?.focus();
    next?.closest("li")?.scrollIntoView({ block: "nearest" });
    return Boolean(next);
  }

  function keyInField(event, field) {
    if (field.matches("[data-begin]") && keyInBegun(event, field)) return true;
    const first = field.matches("[data-search]") && event.key === "ArrowDown" && results()[0];
    first?.focus?.();
    return Boolean(first);
  }

  function keyOnPage(event, place) {
    const inList = Boolean(place.closest("[data-keys=results]"));
    const inPane = Boolean(place.closest("[data-pane]"));
    switch (event.key) {
      case "/": return toSearch();
      case "Escape": return (inList || inPane) && toSearch();
      case "j": return move(1);
      case "k": return move(-1);
      case "ArrowDown": return (inList || (place === document.body && hasPane())) && move(1);
      case "ArrowUp": return inList && (document.activeElement === results()[0] ? toSearch() : move(-1));
      case "Home": return inList && results()[0]?.focus() === undefined;
      case "End": return inList && results().at(-1)?.focus() === undefined;
      default: return false;
    }
  }

  document.addEventListener("keydown", (event) => {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || event.altKey) return;
    const place = event.target instanceof Element ? event.target : document.body;
    const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
    if (menu) {
      menu.open = false;
      menu.querySelector("summary").focus();
      event.preventDefault();
    } else if (types(place) ? keyInField(event, place) : keyOnPage(event, place)) {
      event.preventDefault();
    }
  });

  /* ---- what begins as somebody types ----
     The field stays a search field: without choosing anything, Enter looks for what was typed. */
  const PAUSE = 120, SHORTEST = 2; // milliseconds without a key; letters
  const begun = { field: null, list: null, wait: 0, asked: null };

  function closeBegun() {
    clearTimeout(begun.wait);
    begun.asked?.abort();
    begun.list?.remove();
    for (const name of ["aria-controls", "aria-activedescendant"]) begun.field?.removeAttribute(name);
    Object.assign(begun, { field: null, list: null, asked: null });
  }

  function showBegun(field, html) {
    begun.list?.remove();
    begun.list = null;
    if (!html.trim() || document.activeElement !== field) return;
    const list = Object.assign(document.createElement("ul"), { id: `${field.id}-begun`, className: "begun", innerHTML: html });
    list.setAttribute("role", "listbox");
    list.setAttribute("aria-label", field.dataset.begun);
    list.addEventListener("mousedown", (event) => event.preventDefault()); // the field keeps the focus until the click
    list.addEventListener("click", (event) => {
      const option = event.target.closest("[role=option]");
      if (option) location.assign(option.dataset.href);
    });
    field.form.append(list);
    field.setAttribute("aria-controls", list.id);
    field.removeAttribute("aria-activedescendant");
    begun.list = list;
  }

  async function askBegun(field) {
    begun.asked?.abort();
    const asked = begun.asked = new AbortController();
    try {
      const answer = await fetch(`${field.dataset.begin}?q=${encodeURIComponent(field.value)}`, { signal: asked.signal });
      if (answer.ok && begun.asked === asked) showBegun(field, await answer.text());
    } catch { /* left off for the next letter, or no network: what was typed can be looked for all the same */ }
  }

  document.addEventListener("input", (event) => {
    const field = event.target;
    if (!field.matches?.("[data-begin]") || event.isComposing) return;
    if (begun.field !== field) closeBegun();
    begun.field = field;
    field.setAttribute("aria-autocomplete", "list");
    clearTimeout(begun.wait);
    if (field.value.trim().length < SHORTEST) closeBegun();
    else begun.wait = setTimeout(askBegun, PAUSE, field);
  });
  document.addEventListener("focusout", (event) => { if (event.target === begun.field) closeBegun(); });
  document.addEventListener("submit", (event) => { if (event.target === begun.field?.form) closeBegun(); });
  window.addEventListener("pagehide", closeBegun);

  function keyInBegun(event, field) {
    if (!begun.list || begun.field !== field) return false;
    const options = all("[role=option]", begun.list);
    const chosen = options.findIndex((each) => each.getAttribute("aria-selected") === "true");
    if (event.key === "Escape") { closeBegun(); return true; }
    if (event.key === "Enter" && chosen >= 0) { location.assign(options[chosen].dataset.href); return true; }
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return false;
    const next = chosen + step; // above the first one is the field itself
    if (chosen >= 0) options[chosen].setAttribute("aria-selected", "false");
    if (next >= 0 && next < options.length) {
      options[next].setAttribute("aria-selected", "true");
      field.setAttribute("aria-activedescendant", options[next].id);
    } else {
      field.removeAttribute("aria-activedescendant");
    }
    return true;
  }

  /* ---- what htmx brings ---- */
  const takeFocus = (root) => root.querySelector("[data-focus]")?.focus();

  function showPane(pane, link) {
    for (const other of all("[data-result][aria-current]")) other.removeAttribute("aria-current");
    link?.setAttribute("aria-current", "true");
    pane.scrollTop = 0;
    pane.focus({ preventScroll: true });
    pane.scrollIntoView({ block: "nearest" });
  }

  document.addEventListener("htmx:after:swap", (event) => {
    const { sourceElement, target } = event.detail.ctx;
    if (target?.matches?.("[data-pane]")) showPane(target, sourceElement?.closest?.("[data-result]"));
    else takeFocus(document.getElementById(target?.id) ?? document.body);
  });

  /* When the short way fails, go the long one: the page then says what happened. */
  function theLongWay(event) {
    const { sourceElement: source, request } = event.detail.ctx ?? {};
    if (source?.matches?.("a[href]")) {
      location.assign(source.href);
    } else if (source?.matches?.("form")) {
      const pressed = request?.submitter;
      if (pressed?.name) {
        const kept = Object.assign(document.createElement("input"), { type: "hidden", name: pressed.name, value: pressed.value });
        source.append(kept);
      }
      source.submit();
    }
  }
  document.addEventListener("htmx:response:error", theLongWay);
  document.addEventListener("htmx:error", theLongWay);

  /* ---- menus ---- */
  document.addEventListener("click", (event) => {
    for (const menu of all("details.menu[open]")) if (!menu.contains(event.target)) menu.open = false;
  });

  /* ---- signing out: texts that the editor kept in this browser go with whoever wrote them, and no others ---- */
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || !event.target.matches("[data-sign-out]")) return;
    const theirs = `text:${event.target.dataset.signOut}:`; // as in editor/saving.js
    try {
      for (const key of Object.keys(localStorage)) if (key.startsWith(theirs)) localStorage.removeItem(key);
    } catch { /* a private window kept nothing */ }
  });

  /* ---- a button that is pressed twice sends once ---- */
  const underWay = new Set();
  document.addEventListener("submit", (event) => {
    const pressed = event.submitter ?? event.target;
    const method = event.submitter?.getAttribute("formmethod") ?? event.target.getAttribute("method");
    if (event.defaultPrevented || method?.toLowerCase() !== "post") return;
    if (underWay.has(pressed)) {
      event.preventDefault();
      return;
    }
    underWay.add(pressed);
    setTimeout(() => underWay.delete(pressed), 3000); // an answer that is no page leaves the button where it was
  });
  window.addEventListener("pageshow", () => underWay.clear());

  /* ---- how tight the rows are ---- */
  const remembered = {
    read() { try { return localStorage.getItem("density"); } catch { return null; } },
    write(value) { try { localStorage.setItem("density", value); } catch { /* a private window keeps it for this page */ } },
  };

  function setDensity(value) {
    const known = value === "dense" || value === "roomy";
    if (known) document.documentElement.dataset.density = value;
    const now = known ? value : (matchMedia("(pointer: fine)").matches ? "dense" : "roomy");
    for (const button of all("[data-density-value]")) button.setAttribute("aria-pressed", String(button.dataset.densityValue === now));
  }

  document.addEventListener("click", (event) => {
    const button = event.target instanceof Element && event.target.closest("[data-density-value]");
    if (!button) return;
    remembered.write(button.dataset.densityValue);
    setDensity(button.dataset.densityValue);
  });

  for (const choice of all("[data-density-choice]")) choice.hidden = false;
  setDensity(remembered.read());
  takeFocus(document);
})();

/* How the text will look, asked of the server while it is typed: one question at a time, and no late answer shown. */
import { goTo } from "./area.js";
import * as marks from "./marks.js";
import { element, later, part, say } from "./words.js";

const PAUSE = 400;
const narrow = matchMedia("(max-width: 60rem)");
const remembered = {
  read() { try { return localStorage.getItem("editor-view"); } catch { return null; } },
  write(view) { try { localStorage.setItem("editor-view", view); } catch { /* a private window keeps it for this page */ } },
};
const place = (fault) => (fault.line ? `${say("line", { line: fault.line })}: ` : "");
const field = (form, name) => form.elements.namedItem(name)?.value ?? "";

function lists(area) {
  const faults = document.querySelector("[data-faults]") ?? element("ul", { "data-faults": "" });
  const hints = element("p", { className: "editor-hints", hidden: true });
  const aloud = element("p", { className: "sr-only", role: "status" });
  if (!faults.isConnected) area.after(faults);
  faults.classList.add("editor-faults");
  faults.hidden = true;
  faults.after(hints, aloud);
  return { faults, hints, aloud };
}

export function start(form, area, { onLevels }) {
  const pane = document.querySelector("[data-preview-pane]");
  const body = pane?.querySelector("[data-preview-body]");
  if (!body || !form.dataset.preview) return { toggle() {}, ask() {} };
  const places = lists(area);
  const marked = marks.start(area);
  const note = element("p", { className: "editor-preview-note soft", hidden: true });
  body.before(note);
  const views = part("views");
  let level = "2"; // the highest that its writer may see: there is all that they wrote
  let chosen = "";
  let isAsking = false;
  let isStale = false;
  let heard = "";

  /* Text and preview beside each other, or one of them; where there is room for one, never both. */
  function show(view) {
    chosen = view;
    const seen = narrow.matches ? (view === "preview" ? "preview" : "text") : (view === "text" ? "text" : "both");
    form.dataset.view = seen;
    pane.hidden = seen === "text";
    for (const each of views.querySelectorAll("[data-view]")) {
      each.setAttribute("aria-pressed", String(each.dataset.view === seen));
      each.hidden = each.dataset.view === (narrow.matches ? "both" : "preview");
    }
  }
  views.addEventListener("click", (event) => {
    const pressed = event.target.closest("[data-view]");
    if (!pressed) return;
    show(pressed.dataset.view);
    remembered.write(pressed.dataset.view);
  });
  narrow.addEventListener("change", () => show(chosen));

  function toggle() {
    const isIn = pane.contains(document.activeElement);
    if (isIn && narrow.matches) show("text");
    else if (!isIn) show(narrow.matches ? "preview" : "both");
    (isIn ? area : pane).focus();
  }
  pane.tabIndex = -1;
  pane.addEventListener("keydown", (event) => {
    if (event.key === "Escape") toggle();
  });

  function showLevels(answer) {
    const place = pane.querySelector("[data-preview-levels]");
    onLevels(Math.max(...answer.levels.map((each) => each.level)));
    if (!place) return;
    place.hidden = answer.levels.length < 2;
    const had = place.contains(document.activeElement) && document.activeElement.dataset.level;
    const buttons = answer.levels.map((each) => element("button", {
      type: "button", className: "chip-filter", "data-level": each.level, "aria-pressed": String(each.level === answer.level),
    }, each.word));
    const group = element("div", { className: "editor-levels", role: "group", "aria-label": say("levels") }, ...buttons);
    place.replaceChildren(group);
    if (had) buttons.find((each) => each.dataset.level === had)?.focus();
  }
  pane.addEventListener("click", (event) => {
    const pressed = event.target.closest("[data-level]");
    if (!pressed) return;
    level = pressed.dataset.level;
    ask();
  });

  function showFaults(found) {
    marked.show(found);
    places.faults.hidden = !found.length;
    places.faults.replaceChildren(...found.map((fault) => {
      const line = element("button", { type: "button", className: "editor-line", "data-line": fault.line }, say("line", { line: fault.line }));
      return element("li", {}, ...(fault.line ? [line, " "] : []), `${fault.message} ${fault.remedy}`);
    }));
    const first = found[0] && `${place(found[0])}${found[0].message}`;
    const said = found.length ? `${say("faults", { count: found.length })}. ${first}` : heard && say("no_faults");
    if (said !== heard) places.aloud.textContent = said;
    heard = found.length ? said : "";
  }
  document.addEventListener("click", (event) => {
    const line = event.target.closest?.("button[data-line], a[data-line]");
    if (!line) return;
    event.preventDefault();
    if (form.dataset.view === "preview") show("text");
    goTo(area, Number(line.dataset.line));
  });

  function showHints(left) {
    places.hints.hidden = !left.length;
    if (!left.length) return;
    const next = element("button", { type: "button", className: "editor-line" }, say("hints", { count: left.length }));
    next.addEventListener("click", () => {
      const here = area.value.slice(0, area.selectionEnd).split("\n").length;
      const hint = left.find((each) => each.line > here) ?? left[0];
      goTo(area, hint.line, `‹${hint.text}›`);
    });
    places.hints.replaceChildren(next);
  }

  function showAnswer(answer) {
    note.hidden = !answer.faults.length;
    note.textContent = answer.faults.length ? `${place(answer.faults[0])}${answer.faults[0].message} ${say("waiting")}` : "";
    showFaults(answer.faults);
    showHints(answer.hints);
    showLevels(answer);
    if (answer.faults.length) return;
    const { scrollTop } = pane;
    body.innerHTML = answer.html; // made and sanitised as the article's own page
    body.lang = field(form, "language") || document.documentElement.lang;
    for (const link of body.querySelectorAll("a[href]")) {
      if (!link.getAttribute("href").startsWith("#")) Object.assign(link, { target: "_blank", rel: "noopener" });
    }
    pane.scrollTop = scrollTop;
  }

  async function ask() {
    isStale = true;
    if (isAsking) return;
    isAsking = true;
    while (isStale) {
      isStale = false;
      const wait = await asked();
      if (wait) {
        isStale = true;
        await new Promise((go) => setTimeout(go, wait * 1000));
      }
    }
    isAsking = false;
  }

  /* Ask once; returns the seconds to wait when the portal says that it was too often. */
  async function asked() {
    const sent = new FormData();
    for (const name of ["csrf_token", "body", "title", "language", "audience"]) sent.set(name, field(form, name));
    sent.set("level", level);
    try {
      const answer = await fetch(form.dataset.preview, { method: "POST", body: sent, redirect: "manual", headers: { Accept: "application/json" } });
      if (answer.status === 429) return Number(answer.headers.get("Retry-After")) || 1;
      if (!answer.ok) throw new Error(String(answer.status));
      const read = await answer.json();
      if (!isStale) showAnswer(read);
    } catch {
      note.hidden = false;
      note.textContent = say("no_preview");
    }
    return 0;
  }

  const soon = later(PAUSE, ask);
  area.addEventListener("input", soon);
  form.addEventListener("change", (event) => {
    if (["language", "audience"].includes(event.target.name)) soon();
  });
  document.querySelector("[data-editor-toolbar]").before(views);
  area.parentElement.after(pane);
  show(remembered.read() ?? "both");
  ask();
  return { toggle, ask };
}

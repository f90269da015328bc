/* [[ opens a list of articles; choosing one puts the link into the text. */
import { placeOf, put } from "./area.js";
import { element, later, say } from "./words.js";

const PAUSE = 150;
const OPENING = /\[\[([^[\]\n]{0,80})$/;

export function start(form, area) {
  if (!form.dataset.links) return;
  const list = element("ul", { id: "editor-links", className: "editor-links", role: "listbox", "aria-label": say("links"), hidden: true });
  const aloud = element("p", { className: "sr-only", role: "status" });
  area.parentElement.classList.add("editor-place");
  area.after(list, aloud);
  let asked = 0;
  let chosen = -1;

  const opening = () => (area.selectionStart === area.selectionEnd ? OPENING.exec(area.value.slice(0, area.selectionEnd)) : null);
  const options = () => [...list.querySelectorAll("[role=option]")];

  function close() {
    asked += 1;
    chosen = -1;
    if (list.hidden) return;
    list.hidden = true;
    aloud.textContent = "";
    for (const name of ["aria-haspopup", "aria-controls", "aria-activedescendant", "aria-autocomplete"]) area.removeAttribute(name);
  }

  function open(found, words) {
    const rows = found.map((each, index) => element("li", { id: `editor-link-${index}`, role: "option", "aria-selected": "false", "data-markdown": each.markdown },
      element("span", { className: "editor-link-title" }, each.title), element("span", { className: "soft" }, `${each.ref} · ${each.audience}`)));
    const said = !words.trim() ? say("links_ask") : say(found.length ? "links_found" : "links_none", { count: found.length });
    list.replaceChildren(...(rows.length ? rows : [element("li", { className: "soft", role: "presentation" }, said)]));
    const place = placeOf(area, area.selectionEnd);
    list.hidden = false;
    const left = Math.min(area.offsetLeft + place.left, area.offsetLeft + area.clientWidth - list.offsetWidth);
    list.style.top = `${area.offsetTop + place.top + place.height - area.scrollTop + 4}px`;
    list.style.left = `${Math.max(left, area.offsetLeft)}px`;
    area.setAttribute("aria-haspopup", "listbox"); // a textarea may not be a combobox, and says the same by these
    area.setAttribute("aria-controls", list.id);
    area.setAttribute("aria-autocomplete", "list");
    aloud.textContent = said;
    choose(rows.length ? 0 : -1);
  }

  function choose(index) {
    const rows = options();
    chosen = rows.length ? (index + rows.length) % rows.length : -1;
    rows.forEach((row, at) => row.setAttribute("aria-selected", String(at === chosen)));
    if (chosen < 0) return area.removeAttribute("aria-activedescendant");
    area.setAttribute("aria-activedescendant", rows[chosen].id);
    return rows[chosen].scrollIntoView({ block: "nearest" });
  }

  function take(row) {
    const found = opening();
    const { markdown } = row.dataset;
    close();
    if (!found) return;
    const behind = area.value.slice(area.selectionEnd).startsWith("]]") ? 2 : 0;
    put(area, markdown, area.selectionEnd - found[0].length, area.selectionEnd + behind);
  }

  const ask = later(PAUSE, async () => {
    const found = opening();
    if (!found) return close();
    const [, words] = found;
    const number = ++asked;
    try {
      const address = new URL(form.dataset.links, location.href);
      address.searchParams.set("q", words);
      const answer = words.trim() ? await fetch(address, { redirect: "manual", headers: { Accept: "application/json" } }) : null;
      const articles = answer ? await answer.json() : [];
      if (number === asked && opening()) open(articles, words);
    } catch {
      close();
    }
    return undefined;
  });

  area.addEventListener("input", () => (opening() ? ask() : close()));
  area.addEventListener("blur", close);
  area.addEventListener("click", () => !opening() && close());
  area.addEventListener("keydown", (event) => {
    if (list.hidden || event.isComposing) return;
    const rows = options();
    if (event.key === "Escape") close();
    else if (!rows.length) return;
    else if (event.key === "ArrowDown") choose(chosen + 1);
    else if (event.key === "ArrowUp") choose(chosen - 1);
    else if (event.key === "Enter" || event.key === "Tab") take(rows[chosen]);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  list.addEventListener("mousedown", (event) => event.preventDefault()); // the text keeps the focus
  list.addEventListener("click", (event) => {
    const row = event.target.closest("[role=option]");
    if (row) take(row);
  });
}

/* Puts the parts of the editor together. */
import * as files from "./files.js";
import * as links from "./links.js";
import * as preview from "./preview.js";
import * as saving from "./saving.js";
import * as tools from "./tools.js";
import { later } from "./words.js";

const PAUSE = 500;

/* Articles and drafts about the same, while the title is typed. */
function similar(form) {
  const place = document.querySelector("[data-similar-place]");
  const title = form.elements.namedItem("title");
  if (!place || !title || !form.dataset.similar) return;
  let asked = 0;
  const ask = later(PAUSE, async () => {
    const number = ++asked;
    const address = new URL(form.dataset.similar, location.href);
    address.searchParams.set("title", title.value);
    address.searchParams.set("language", form.elements.namedItem("language")?.value ?? "");
    try {
      const answer = await fetch(address, { redirect: "manual" });
      if (answer.ok && number === asked) place.innerHTML = await answer.text();
    } catch { /* what stands there stays */ }
  });
  title.addEventListener("input", ask);
}

export function start(form) {
  const area = form.querySelector("[data-editor-body]");
  const acts = {};
  links.start(form, area); // before the tools: Enter takes a link first, and goes on with a list otherwise
  const choose = files.start(form, area);
  const bar = tools.start(form, area, { save: () => acts.saving.now(), preview: () => acts.preview.toggle(), file: choose });
  acts.preview = preview.start(form, area, { onLevels: (highest) => bar.limit(highest) });
  acts.saving = saving.start(form, area, { onFilled: () => acts.preview.ask() });
  similar(form);
  document.documentElement.dataset.editor = "ready";
}

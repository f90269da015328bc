/* Puts the parts of the editor together. */
import * as files from "./files.js";
import * as links from "./links.js";
import * as preview from "./preview.js";
import * as saving from "./saving.js";
import * as tools from "./tools.js";
import { element, later, say } from "./words.js";

const PAUSE = 500;

/* What is still missing, as the last saving found it. */
function missing(form) {
  const place = document.querySelector(".editor-missing");
  if (!place) return;
  form.addEventListener("editor:saved", (event) => {
    const errors = event.detail.problems.filter((each) => each.is_error);
    place.hidden = !errors.length;
    place.replaceChildren(place.querySelector("summary"), element("ul", { className: "editor-list" }, ...errors.map((each) => {
      const words = `${each.message} ${each.remedy}`;
      if (each.line) return element("li", {}, element("a", { href: "#body", "data-line": each.line }, say("line", { line: each.line })), `: ${words}`);
      const label = form.querySelector(`label[for="${CSS.escape(each.field.replace(".", "_"))}"]`);
      return element("li", {}, ...(label ? [element("a", { href: `#${label.htmlFor}` }, label.firstChild.textContent.trim()), `: ${words}`] : [words]));
    })));
  });
}

/* Fields that belong to one kind of page stand there for that kind alone. */
function kinds(form) {
  const kind = form.elements.namedItem("kind");
  kind?.addEventListener("change", () => {
    for (const each of form.querySelectorAll("[data-for-kind]")) each.hidden = each.dataset.forKind !== kind.value;
  });
}

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

/* The checklist is open where it stands beside the text; where the preview takes its room it is folded, and moves into it. */
function checklist(form) {
  const list = form.querySelector("details[data-open-wide]");
  const [head, side] = [form.querySelector(".editor-preview-head"), list?.parentElement];
  if (!list || !head) return;
  const [wide, widest] = [matchMedia("(min-width: 60.01rem)"), matchMedia("(min-width: 100.01rem)")];
  let stands = "";
  const place = () => {
    const there = !wide.matches ? "below" : form.dataset.view === "both" && !widest.matches ? "preview" : "beside";
    if (there === stands) return;
    stands = there;
    list.open = there === "beside";
    if (there === "preview") head.after(list);
    else side.append(list);
  };
  new MutationObserver(place).observe(form, { attributeFilter: ["data-view"] });
  for (const each of [wide, widest]) each.addEventListener("change", place);
  place();
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
  missing(form);
  kinds(form);
  checklist(form);
  document.documentElement.dataset.editor = "ready";
}

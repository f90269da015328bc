/* The toolbar above the text, and the keys that do the same. */
import * as area_ from "./area.js";
import { part, say } from "./words.js";

const isAddress = (text) => /^(https?:\/\/|mailto:|\/)\S+$/.test(text);

function link(area) {
  const chosen = area.value.slice(area.selectionStart, area.selectionEnd);
  const start = area.selectionStart;
  const [words, address] = isAddress(chosen) ? [say("words"), chosen] : [chosen || say("words"), say("address")];
  area_.put(area, `[${words}](${address})`);
  const at = isAddress(chosen) || !chosen ? start + 1 : start + words.length + 3;
  area.setSelectionRange(at, at + (isAddress(chosen) || !chosen ? words : address).length);
}

function code(area) {
  const chosen = area.value.slice(area.selectionStart, area.selectionEnd);
  if (chosen.includes("\n")) area_.block(area, (text) => `\`\`\`\n${text}\n\`\`\``);
  else area_.wrap(area, "`", "`", say("words"));
}

function fence(area, level) {
  area_.block(area, (text) => `::: ${level}\n\n${text.trim() || say("inside")}\n\n:::`, say("inside"));
}

function table(area) {
  const [see, act] = [say("see"), say("do_this")];
  area_.block(area, (text) => `${text ? `${text}\n\n` : ""}| ${see} | ${act} |\n| --- | --- |\n|  |  |`, see);
}

function decision(area) {
  area_.block(area, (text) => `${text ? `${text}\n\n` : ""}${say("decision")}`, /‹[^›]+›/.exec(say("decision"))?.[0] ?? "");
}

const SHAPES = {
  bold: (area) => area_.wrap(area, "**", "**", say("words")),
  italic: (area) => area_.wrap(area, "*", "*", say("words")),
  heading: (area) => area_.begin(area, () => "## ", /^#{1,6}[ \t]+/),
  list: (area) => area_.begin(area, () => "- ", /^(?:[-*+]|\d+[.)])[ \t]+/),
  numbered: (area) => area_.begin(area, (index) => `${index + 1}. `, /^(?:[-*+]|\d+[.)])[ \t]+/),
  quote: (area) => area_.begin(area, () => "> ", /^>[ \t]?/),
  code,
  link,
  table,
  support: (area) => fence(area, "support"),
  specialists: (area) => fence(area, "specialists"),
  decision,
};
const KEYS = { b: "bold", i: "italic", k: "link" };

/* Fill the place of the toolbar. acts: {save, preview, file}, what other parts do; one that is missing has no button. */
export function start(form, area, acts) {
  const bar = part("tools");
  const dialog = part("keys");
  document.querySelector("main").append(dialog);
  if (!acts.file) bar.querySelector("[data-tool=file]").remove();
  const shown = () => [...bar.querySelectorAll(".tool")].filter((each) => !each.hidden);
  const own = { ...SHAPES, keys: () => dialog.showModal(), file: acts.file };

  function be(tool) {
    for (const each of bar.querySelectorAll(".tool")) each.tabIndex = each === tool ? 0 : -1;
  }

  bar.addEventListener("click", (event) => {
    const tool = event.target.closest(".tool");
    if (!tool) return;
    be(tool);
    own[tool.dataset.tool](area);
  });
  bar.addEventListener("keydown", (event) => {
    const tools = shown();
    const at = tools.indexOf(document.activeElement);
    const step = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tools.length - 1 }[event.key];
    if (step === undefined || at < 0) return;
    event.preventDefault();
    const next = tools[(step + tools.length) % tools.length];
    be(next);
    next.focus();
  });
  area.addEventListener("keydown", (event) => {
    if (event.key !== "Enter" || event.defaultPrevented || event.isComposing) return;
    if (event.ctrlKey || event.metaKey || event.altKey || event.shiftKey) return;
    if (area_.goOn(area)) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey || event.isComposing) return;
    const key = event.key.toLowerCase();
    const shape = event.target === area && KEYS[key];
    if (shape) own[shape](area);
    else if (key === "s") acts.save();
    else if (key === "enter") acts.preview();
    else return;
    event.preventDefault();
  });

  const place = document.querySelector("[data-editor-toolbar]");
  place.replaceChildren(bar);
  place.hidden = false;
  be(shown()[0]);

  /* Parts for readers above the writer's own level are not offered. */
  return {
    limit(highest) {
      bar.querySelector("[data-tool=support]").hidden = highest < 1;
      bar.querySelector("[data-tool=specialists]").hidden = highest < 2;
    },
  };
}

/* Changes to a textarea that its own undo takes back, and where its lines and its caret stand. */

/* Put text in the place of what stands from start to end. */
export function put(area, text, start = area.selectionStart, end = area.selectionEnd) {
  if (!text && start === end) return;
  area.focus({ preventScroll: true });
  area.setSelectionRange(start, end);
  // Old, and the only way that keeps the undo of the field.
  if (text ? document.execCommand("insertText", false, text) : document.execCommand("delete")) return;
  area.setRangeText(text, start, end, "end");
  area.dispatchEvent(new InputEvent("input", { bubbles: true, inputType: "insertText" }));
}

/* Put marks around what is selected, or take them away. */
export function wrap(area, before, after, words) {
  const { selectionStart: start, selectionEnd: end, value } = area;
  const chosen = value.slice(start, end);
  const isWrapped = value.slice(start - before.length, start) === before && value.slice(end, end + after.length) === after;
  if (isWrapped) {
    put(area, chosen, start - before.length, end + after.length);
    area.setSelectionRange(start - before.length, end - before.length);
    return;
  }
  const text = chosen || words;
  put(area, before + text + after);
  area.setSelectionRange(start + before.length, start + before.length + text.length);
}

/* Where the lines begin and end that the selection touches. */
export function lines(area) {
  const { selectionStart, selectionEnd, value } = area;
  const start = value.lastIndexOf("\n", selectionStart - 1) + 1;
  const last = selectionEnd > selectionStart && value[selectionEnd - 1] === "\n" ? selectionEnd - 1 : selectionEnd;
  const end = value.indexOf("\n", last);
  return { start, end: end < 0 ? value.length : end };
}

/* Let each selected line begin with a mark, or with none where all have it. */
export function begin(area, mark, known) {
  const { start, end } = lines(area);
  const before = area.value.slice(start, end).split("\n");
  const bare = before.map((line) => line.replace(known, ""));
  const marked = bare.map((line, index) => (line || before.length === 1 ? mark(index) + line : line));
  const after = before.join("\n") === marked.join("\n") ? bare : marked;
  put(area, after.join("\n"), start, end);
  area.setSelectionRange(before.length === 1 ? start + after[0].length : start, start + after.join("\n").length);
}

/* Put a block in the place of the selected lines, parted from what is around it; choose says which words to select. */
export function block(area, make, choose) {
  const { start, end } = lines(area);
  const { value } = area;
  const text = make(value.slice(start, end));
  const ahead = value.slice(0, start).trimEnd() ? "\n".repeat(Math.max(0, 2 - value.slice(0, start).match(/\n*$/)[0].length)) : "";
  const behind = "\n".repeat(Math.max(0, 2 - value.slice(end).match(/^\n*/)[0].length));
  put(area, ahead + text + behind, start, end);
  const at = text.indexOf(choose);
  if (choose && at >= 0) area.setSelectionRange(start + ahead.length + at, start + ahead.length + at + choose.length);
}

const LIST = /^([ \t]*)(?:([-*+])|(\d{1,9})([.)])|(>))([ \t]+)(\[[ xX]\][ \t]+)?(.*)$/;

/* Enter in a list or a quote begins its next line; on an empty one it ends the list. Returns whether it did something. */
export function goOn(area) {
  const { selectionStart: at, selectionEnd, value } = area;
  const start = value.lastIndexOf("\n", at - 1) + 1;
  const found = at === selectionEnd && LIST.exec(value.slice(start, at));
  if (!found) return false;
  const [, indent, bullet, number, dot, quote, space, box, text] = found;
  if (!text.trim()) {
    const rest = value.slice(at).split("\n", 1)[0];
    if (rest.trim()) return false;
    put(area, "", start, at);
    return true;
  }
  const mark = bullet ?? quote ?? `${Number(number) + 1}${dot}`;
  put(area, `\n${indent}${mark}${space}${box ? "[ ] " : ""}`);
  return true;
}

const COPIED = [
  "borderTopWidth", "borderRightWidth", "borderBottomWidth", "borderLeftWidth", "paddingTop", "paddingRight", "paddingBottom", "paddingLeft",
  "fontFamily", "fontSize", "fontStyle", "fontWeight", "fontStretch", "fontVariantNumeric", "letterSpacing", "wordSpacing", "lineHeight",
  "textIndent", "tabSize", "direction",
];

/* A copy of the field whose letters stand where those of the field do; not seen, and to be taken away after measuring. */
function mirrorOf(area) {
  const own = getComputedStyle(area);
  const mirror = document.createElement("div");
  for (const name of COPIED) mirror.style[name] = own[name];
  const width = area.clientWidth + parseFloat(own.borderLeftWidth) + parseFloat(own.borderRightWidth);
  Object.assign(mirror.style, {
    position: "absolute", visibility: "hidden", top: "0", left: "0", boxSizing: "border-box", width: `${width}px`,
    borderStyle: "solid", whiteSpace: "pre-wrap", overflowWrap: "break-word",
  });
  return mirror;
}

/* Where the character at this place stands, in pixels from the upper left corner of the field's content. */
export function placeOf(area, at) {
  const mirror = mirrorOf(area);
  const mark = document.createElement("span");
  mark.textContent = area.value[at] && area.value[at] !== "\n" ? area.value[at] : ".";
  mirror.append(area.value.slice(0, at), mark);
  area.parentElement.append(mirror);
  const place = { top: mark.offsetTop, left: mark.offsetLeft, height: mark.offsetHeight };
  mirror.remove();
  return place;
}

/* Where these lines (from 1) stand, with all the rows that each of them takes: a map from the line to its top and height. */
export function rowsOf(area, numbers) {
  const mirror = mirrorOf(area);
  const marks = new Map();
  area.value.split("\n").forEach((line, index) => {
    if (!numbers.includes(index + 1)) return mirror.append(`${line}\n`);
    const mark = document.createElement("span");
    mark.textContent = line || "\u200b";
    marks.set(index + 1, mark);
    return mirror.append(mark, "\n");
  });
  area.parentElement.append(mirror);
  const rows = new Map([...marks].map(([line, mark]) => [line, { top: mark.offsetTop, height: mark.offsetHeight }]));
  mirror.remove();
  return rows;
}

/* In which line (from 1) the caret stands. */
export const lineOf = (area) => area.value.slice(0, area.selectionEnd).split("\n").length;

/* Go to a line (from 1), or to some words on it, and select them. */
export function goTo(area, line, words = "") {
  const all = area.value.split("\n");
  const number = Math.min(Math.max(line, 1), all.length);
  const start = all.slice(0, number - 1).reduce((sum, each) => sum + each.length + 1, 0);
  const at = words ? Math.max(all[number - 1].indexOf(words), 0) : 0;
  const end = start + (words ? at + words.length : all[number - 1].length);
  area.focus({ preventScroll: true });
  area.setSelectionRange(start + at, end);
  area.scrollTop = Math.max(placeOf(area, start + at).top - area.clientHeight / 3, 0);
  area.scrollIntoView({ block: "nearest" });
}

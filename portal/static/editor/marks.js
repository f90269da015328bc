/* Marks at the lines that have a fault. The list below the text says the same to whoever does not see them. */
import { goTo, lineOf, rowsOf } from "./area.js";
import { element, later } from "./words.js";

const MOST = 50;
const REST = 1200; // nobody is told of a fault in the middle of a word

export function start(area) {
  const place = area.parentElement;
  const layer = element("div", { className: "editor-marks", "aria-hidden": "true" });
  const said = element("p", { className: "editor-mark-said", "aria-hidden": "true", hidden: true });
  let faults = new Map(); // line -> what is wrong there
  place.classList.add("editor-place", "has-marks");
  place.append(layer, said);

  function put() {
    const rows = faults.size ? rowsOf(area, [...faults.keys()]) : new Map();
    Object.assign(layer.style, {
      top: `${area.offsetTop + area.clientTop}px`, left: `${area.offsetLeft + area.clientLeft}px`, width: `${area.clientWidth}px`,
    });
    const bands = [];
    for (const [line, row] of rows) {
      const top = Math.max(row.top - area.scrollTop, 0);
      const end = Math.min(row.top + row.height - area.scrollTop, area.clientHeight);
      if (end <= top) continue; // not in sight
      const sign = element("span", { className: "editor-mark-sign" }, "!");
      const band = element("div", { className: "editor-mark", "data-mark": line }, sign);
      Object.assign(band.style, { top: `${top}px`, height: `${end - top}px` });
      bands.push(band);
    }
    layer.replaceChildren(...bands);
  }

  function tell(line) {
    const band = layer.querySelector(`[data-mark="${line}"]`);
    said.hidden = !band;
    if (!band) return;
    said.textContent = faults.get(line);
    said.style.top = `${layer.offsetTop + band.offsetTop + band.offsetHeight + 2}px`;
    said.style.left = `${layer.offsetLeft}px`;
  }
  const tellAtCaret = later(REST, () => {
    if (document.activeElement === area) tell(lineOf(area));
  });

  layer.addEventListener("mouseover", (event) => {
    const sign = event.target.closest(".editor-mark-sign");
    if (sign) tell(Number(sign.parentElement.dataset.mark));
  });
  layer.addEventListener("mouseout", () => { said.hidden = true; });
  layer.addEventListener("mousedown", (event) => {
    event.preventDefault(); // the text keeps the focus
    const sign = event.target.closest(".editor-mark-sign");
    if (!sign) return;
    goTo(area, Number(sign.parentElement.dataset.mark));
    tell(Number(sign.parentElement.dataset.mark));
  });
  let frame = 0;
  const putSoon = () => {
    said.hidden = true;
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(put);
  };
  area.addEventListener("scroll", putSoon);
  area.addEventListener("input", () => {
    putSoon();
    tellAtCaret();
  });
  for (const name of ["keyup", "click", "focus"]) area.addEventListener(name, tellAtCaret);
  area.addEventListener("blur", () => { said.hidden = true; });
  area.addEventListener("keydown", (event) => {
    if (event.key === "Escape") said.hidden = true;
  });
  new ResizeObserver(putSoon).observe(area); // the window, the zoom, or the corner of the field

  return {
    /* found: faults with line (0 is the text as a whole), message and remedy */
    show(found) {
      const last = area.value.split("\n").length;
      faults = new Map();
      for (const { line, message, remedy } of found.filter((fault) => fault.line).slice(0, MOST)) {
        const at = Math.min(line, last);
        faults.set(at, [faults.get(at), message, remedy].filter(Boolean).join(" "));
      }
      put();
      tellAtCaret();
    },
  };
}

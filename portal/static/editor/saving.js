/* Saving while somebody writes: on the server every few seconds, and in this browser until the server has it. */
import { element, later, part, say, why } from "./words.js";

const PAUSE = 3000;
const AT_LEAST_EVERY = 15000;
const AGAIN_AFTER = 10000;
const COPY_PAUSE = 400;
const MOST_AT_THE_END = 50000; // what a browser still sends for a page that is closed, with some room
const DAYS = 30;
const ABOUT = new Set(["csrf_token", "saves", "base_revision_id", "do", "level"]);
const PREFIX = "text:";

/* What is kept in this browser, by person, page and window, so that none takes what another one keeps; a private window may refuse.
   When that person signs out it goes (portal.js); whoever else uses the browser meanwhile is never offered it. */
const PLACE = `${PREFIX}${document.querySelector("form[data-editor]").dataset.person ?? ""}:${location.pathname}#`;
const OWN = PLACE + Math.random().toString(36).slice(2);
const kept = {
  write(copy) { try { localStorage.setItem(OWN, JSON.stringify(copy)); } catch { /* then the server alone has it */ } },
  drop(key = OWN) { try { localStorage.removeItem(key); } catch { /* nothing was kept */ } },
  /* What windows before this one kept of this page, the latest first; what is very old goes. */
  all() {
    try {
      const found = Object.keys(localStorage).filter((key) => key.startsWith(PREFIX)).map((key) => ({ key, ...JSON.parse(localStorage.getItem(key)) }));
      for (const copy of found) if (!(copy.at > Date.now() - DAYS * 86400000)) this.drop(copy.key);
      return found.filter((copy) => copy.key.startsWith(PLACE) && copy.entries).sort((one, other) => other.at - one.at);
    } catch {
      return [];
    }
  },
};

const contents = (form) => [...new FormData(form)].filter(([name, value]) => !ABOUT.has(name) && typeof value === "string");
/* The server writes lists and spaces its own way, which makes no other text of them. */
const gist = (entries) => JSON.stringify(entries.map(([name, value]) => [name, value.replace(/[\s,]+/g, " ").trim()]).filter(([, value]) => value).sort());
const clock = (time) => new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hour12: false }).format(time);
const moment = (time) => (new Date(time).toDateString() === new Date().toDateString() ? clock(time)
  : new Intl.DateTimeFormat(document.documentElement.lang, { day: "numeric", month: "long", hour: "2-digit", minute: "2-digit", hour12: false }).format(time));

function fill(form, entries) {
  for (const control of form.elements) {
    if (!control.name || ABOUT.has(control.name) || control.type === "submit" || control.type === "file") continue;
    const values = entries.filter(([name]) => name === control.name).map(([, value]) => value);
    if (control.type === "checkbox" || control.type === "radio") control.checked = values.includes(control.value);
    else if (control.multiple) for (const option of control.options) option.selected = values.includes(option.value);
    else if (values.length) control.value = values[0];
  }
}

/* A page that says no shows what was typed, and the server may not have it. */
const isRefusal = () => performance.getEntriesByType("navigation")[0]?.responseStatus >= 400 || Boolean(document.querySelector(".error-summary, [data-unsaved]"));

export function start(form, area, { onFilled }) {
  const state = document.querySelector("[data-save-state]") ?? element("p");
  const field = (name) => form.elements.namedItem(name);
  const same = () => gist(contents(form)) === saved;
  let saved = isRefusal() ? "" : gist(contents(form));
  let sending = null;
  let isStopped = !form.dataset.autosave;
  let isLeaving = false;
  let isRewritten = false; // the portal puts its own text into the field, as somebody asked it to
  let isOffering = false;
  let isSigningOut = false;
  let since = 0;
  let timer = 0;

  const tell = (words, isBad = false) => {
    if (state.textContent !== words) state.textContent = words;
    const again = document.querySelector("[data-save-again]"); // the same words above the text, where they are seen
    if (again) again.textContent = words;
    for (const each of [state, again]) each?.classList.toggle("is-signal", isBad);
  };

  function keep() {
    if (isRewritten || isSigningOut || same()) kept.drop();
    else kept.write({ at: Date.now(), saves: field("saves")?.value ?? "", base: field("base_revision_id")?.value ?? "", entries: contents(form) });
  }
  const keepSoon = later(COPY_PAUSE, keep);

  function plan(milliseconds = PAUSE) {
    clearTimeout(timer);
    since ||= Date.now();
    if (!isStopped) timer = setTimeout(save, Math.max(0, Math.min(milliseconds, since + AT_LEAST_EVERY - Date.now())));
  }

  /* Save now; what comes while a saving is under way is saved after it. */
  async function save() {
    clearTimeout(timer);
    if (isStopped || isLeaving) return;
    if (sending) {
      await sending;
      if (!same()) plan(0);
      return;
    }
    if (same()) return;
    since = 0;
    sending = send();
    await sending;
    sending = null;
  }

  async function send() {
    const sent = new FormData(form);
    const what = gist(contents(form));
    const isAtTheEnd = document.visibilityState === "hidden" && what.length < MOST_AT_THE_END;
    try {
      const answer = await fetch(form.dataset.autosave, {
        method: "POST", body: sent, redirect: "manual", keepalive: isAtTheEnd, headers: { Accept: "application/json" },
      });
      await taken(answer, what);
    } catch {
      keep();
      tell(say("away"), true);
      since = 0;
      clearTimeout(timer);
      timer = setTimeout(save, AGAIN_AFTER);
    }
  }

  async function taken(answer, what) {
    if (answer.ok) return after(await answer.json(), what);
    if (answer.status >= 500 || answer.status === 429) throw new Error(String(answer.status));
    keep();
    const said = answer.headers.get("Content-Type")?.startsWith("application/json") ? await answer.json() : null;
    if (answer.status === 422) return tell(say("refused", { why: why(said) }), true);
    if (answer.status === 413) return tell(say("too_long"), true); // more than the portal reads at once
    isStopped = true;
    if (answer.status === 409) return tell(say("conflict", { why: said?.message ?? "" }), true);
    if (said?.signed_in) return tell(say("someone_else", { name: said.signed_in }), true);
    return tell(say(answer.status === 404 ? "gone" : "signed_out"), true);
  }

  function after(answer, what) {
    saved = what;
    if (field("saves")) field("saves").value = answer.saves;
    if (field("base_revision_id")) field("base_revision_id").value = answer.base_revision_id ?? "";
    keep();
    tell(same() ? say("saved", { at: answer.saved }) : say("unsaved"));
    const others = document.querySelector("[data-others]");
    if (others) {
      others.textContent = answer.others?.length ? say("others", { names: answer.others.join(", ") }) : "";
      others.hidden = !answer.others?.length;
    }
    form.dispatchEvent(new CustomEvent("editor:saved", { detail: answer }));
    if (!same()) plan();
  }

  function changed() {
    isSigningOut = false; // they stayed
    if (same()) return;
    if (!form.dataset.autosave) tell(say("here"));
    else if (!isStopped) {
      tell(say("unsaved"));
      plan();
    }
    keepSoon();
  }

  /* A text that was typed here and that the server never got. */
  function offer() {
    const now = gist(contents(form));
    const copies = kept.all();
    if (same()) for (const each of copies) if (gist(each.entries) === now) kept.drop(each.key);
    const copy = copies.find((each) => gist(each.entries) !== now);
    if (!copy) return;
    isOffering = true;
    const isOlder = copy.saves !== (field("saves")?.value ?? "");
    const notice = part("kept");
    notice.querySelector("[data-kept]").textContent = say(isOlder ? "kept_older" : "kept", { at: moment(copy.at) });
    const done = () => {
      isOffering = false;
      notice.remove();
      area.focus();
    };
    notice.querySelector("[data-take]").addEventListener("click", () => {
      fill(form, copy.entries);
      // What it was written on: with a newer saving the portal shows both texts, and writes over none.
      if (field("saves")) field("saves").value = copy.saves;
      if (field("base_revision_id")) field("base_revision_id").value = copy.base;
      done();
      keep();
      kept.drop(copy.key);
      changed();
      onFilled();
    });
    notice.querySelector("[data-drop]").addEventListener("click", () => {
      kept.drop(copy.key);
      done();
    });
    form.before(notice);
  }

  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("focusout", (event) => {
    if (!form.contains(event.relatedTarget)) save();
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "hidden") return;
    keep();
    save();
  });
  window.addEventListener("pagehide", keep);
  window.addEventListener("online", () => save());
  window.addEventListener("pageshow", () => { isLeaving = isRewritten = false; });
  window.addEventListener("beforeunload", (event) => {
    keep();
    if (!isLeaving && !same()) event.preventDefault();
  });
  form.addEventListener("submit", async (event) => {
    if (sending) { // two savings at once would look like two windows
      event.preventDefault();
      await sending;
      form.requestSubmit(event.submitter);
      return;
    }
    isRewritten = event.submitter?.value === "outline";
    keep();
    clearTimeout(timer);
    isLeaving = true;
  });

  /* Before somebody signs out, what they typed is saved; this browser then keeps nothing of it. */
  document.addEventListener("submit", async (event) => {
    if (!event.target.matches("[data-sign-out]") || isSigningOut) return;
    isSigningOut = true;
    if (isStopped || same()) return;
    event.preventDefault();
    await save();
    isSigningOut = true;
    event.target.requestSubmit(event.submitter);
  }, true);

  offer();
  if (!isOffering) changed();
  return {
    async now() {
      if (!form.dataset.autosave) tell(say("here"));
      else if (isStopped) form.requestSubmit(form.querySelector("[name=do][value=save]"));
      else if (same()) tell(say("saved", { at: clock(Date.now()) }));
      else await save();
    },
  };
}

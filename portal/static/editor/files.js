/* Pictures and files that are pasted, dropped or chosen: what a picture shows is asked before it is sent. */
import { put } from "./area.js";
import { element, part, say, why } from "./words.js";

const isPicture = (file) => file.type.startsWith("image/");
const brings = (transfer) => [...(transfer?.types ?? [])].includes("Files");

export function start(form, area) {
  if (!form.dataset.upload) return null;
  const state = element("p", { className: "editor-upload", role: "status" });
  const chooser = element("input", { type: "file", multiple: true, hidden: true });
  const dialog = part("picture");
  const [alt, error] = ["#picture-alt", "#picture-error"].map((each) => dialog.querySelector(each));
  area.after(state);
  document.querySelector("main").append(chooser, dialog);

  /* Send one; returns what a text shows it by, and what its writer should know of it. Throws the sentence of a refusal. */
  async function sent(file, words) {
    const body = new FormData();
    body.set("csrf_token", form.elements.namedItem("csrf_token").value);
    body.set("alt", words);
    body.set("file", file, file.name);
    let answer = null;
    try {
      answer = await fetch(form.dataset.upload, { method: "POST", body, redirect: "manual", headers: { Accept: "application/json" } });
    } catch {
      throw new Error(say("no_answer"));
    }
    if (answer.type === "opaqueredirect" || [400, 401, 403].includes(answer.status)) throw new Error(say("signed_out"));
    const said = answer.headers.get("Content-Type")?.startsWith("application/json") ? await answer.json() : null;
    if (!answer.ok) throw new Error(why(said));
    return said;
  }

  function mind(words) {
    error.hidden = !words;
    error.textContent = words;
    if (words) alt.setAttribute("aria-invalid", "true");
    else alt.removeAttribute("aria-invalid");
  }

  /* Ask what the picture shows, and send it; the question stays until that worked or somebody closes it. */
  function asked(file) {
    alt.value = "";
    mind("");
    dialog.querySelector("[data-picture-name]").textContent = file.name;
    dialog.showModal();
    return new Promise((done) => {
      let added = null;
      dialog.querySelector("form").onsubmit = async (event) => {
        event.preventDefault();
        const send = event.submitter ?? dialog.querySelector("[type=submit]");
        if (!alt.value.trim()) mind(say("no_alt"));
        else if (send.getAttribute("aria-disabled") !== "true") {
          send.setAttribute("aria-disabled", "true");
          state.textContent = say("adding", { name: file.name });
          try {
            added = await sent(file, alt.value);
            dialog.close();
          } catch (refusal) {
            state.textContent = "";
            mind(refusal.message);
          }
          send.removeAttribute("aria-disabled");
        }
        if (dialog.open) alt.focus();
      };
      dialog.onclose = () => done(added);
    });
  }

  async function plain(file, told) {
    state.textContent = say("adding", { name: file.name });
    try {
      return await sent(file, "");
    } catch (refusal) {
      told.push(say("not_added", { name: file.name, why: refusal.message }));
      return null;
    }
  }

  /* What became of each of them stays to be read. */
  async function add(files) {
    const told = [];
    for (const file of files) {
      const added = await (isPicture(file) ? asked(file) : plain(file, told));
      if (added) {
        put(area, added.markdown + (files.length > 1 ? "\n\n" : ""));
        told.push(say("added", { name: file.name }), ...(added.note ? [added.note] : []));
      }
      state.textContent = told.join(" ");
    }
  }

  dialog.querySelector("[data-close]").addEventListener("click", () => dialog.close());
  chooser.addEventListener("change", () => {
    add([...chooser.files]);
    chooser.value = "";
  });
  area.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length || event.clipboardData.types.includes("text/plain")) return; // a table from a sheet comes with its picture
    event.preventDefault();
    add(files);
  });
  for (const name of ["dragenter", "dragover"]) {
    area.addEventListener(name, (event) => {
      if (!brings(event.dataTransfer)) return;
      event.preventDefault();
      area.classList.add("is-dropping");
    });
  }
  area.addEventListener("dragleave", () => area.classList.remove("is-dropping"));
  area.addEventListener("drop", (event) => {
    area.classList.remove("is-dropping");
    if (!brings(event.dataTransfer)) return;
    event.preventDefault();
    add([...event.dataTransfer.files]);
  });
  return () => chooser.click();
}

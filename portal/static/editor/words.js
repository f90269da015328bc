/* What the page brought along for the script: its parts and its sentences, in the language of the page. */
const brought = document.querySelector("[data-editor-parts]").content;
const sentences = Object.fromEntries([...brought.querySelectorAll("[data-word]")].map((each) => [each.dataset.word, each.textContent.trim()]));

export const part = (name) => document.importNode(brought.querySelector(`[data-part=${name}]`), true);

/* The sentence of this name, with values in the place of {holders}. */
export const say = (name, values = {}) => sentences[name].replace(/\{(\w+)\}/g, (_holder, key) => values[key]);

/* An element with properties and children; children that are text stay text. */
export function element(name, properties = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (key in made) made[key] = value;
    else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

/* What a refusal says, as one line. */
export const why = (answer) => [answer?.message, answer?.hint].filter(Boolean).join(" ") || say("no_answer");

export function later(milliseconds, act) {
  let timer = 0;
  return (...values) => {
    clearTimeout(timer);
    timer = setTimeout(() => act(...values), milliseconds);
  };
}

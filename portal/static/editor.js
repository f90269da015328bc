/* Comfort for whoever writes: tools, preview, saving, links, pictures. The form works without this file.

   It begins on a page that has a form [data-editor]; what it needs stands in the data attributes of the form:
   data-autosave, data-preview, data-links, data-similar, data-upload (each may be missing: then that part stays away).
   The parts are modules in editor/; their words come with the page (articles/_editor_parts.html). */
(() => {
  "use strict";
  const form = document.querySelector("form[data-editor]");
  if (form && document.querySelector("[data-editor-parts]")) import("./editor/main.js").then((editor) => editor.start(form));
})();

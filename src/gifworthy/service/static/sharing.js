// What is put on another page: signed addresses, so that it is seen by people without a key.

import { refuse, say, send } from "./asking.js";

const byId = (name) => document.getElementById(name);
const LASTING = 5 * 365 * 86_400;

export function share(editor) {
  let given = null;
  const write = () => { if (given) byId("snippet").textContent = snippet(given, byId("alt").value); };

  editor.whenMade(async (cover) => {
    try {
      const signed = ({ url }) => url;
      const [film, still] = await Promise.all([cover.url, cover.still].map((address) => send("/v1/sign", { address, seconds: LASTING }).then(signed)));
      given = { film, still, width: cover.story.width, height: cover.story.height };
      write();
    } catch (error) { refuse(error); }
  });
  byId("alt").addEventListener("input", write);
  byId("copy").addEventListener("click", async () => {
    await copy(byId("snippet"));
    say("Copied");
    byId("copy").textContent = "Copied";
    setTimeout(() => { byId("copy").textContent = "Copy"; }, 2000);
  });
}

// Without https a browser gives no clipboard: then the text is selected, ready for the keys.
export async function copy(place) {
  getSelection().selectAllChildren(place);
  if (navigator.clipboard) await navigator.clipboard.writeText(place.textContent);
  else document.execCommand("copy");
}

function snippet({ film, still, width, height }, alt) {
  const script = new URL("/static/embed.js", film).href;
  return `<picture class="gifworthy" data-moving="${escaped(film)}">
  <img src="${escaped(still)}" width="${width}" height="${height}" alt="${escaped(alt)}" loading="lazy">
</picture>
<script type="module" src="${script}"></script>`;
}

function escaped(text) {
  return text.replace(/&/g, "&amp;").replace(/"/g, "&quot;").replace(/</g, "&lt;");
}

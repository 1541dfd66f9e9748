// One viewer: everybody's cover and theirs beside each other, their history, and the way to forget them.

import { ask, clock, say, send } from "./asking.js";
import { finished, make, measures, moving, places, waitedFor } from "./making.js";

const DAY = 86_400;
const byId = (name) => document.getElementById(name);

export function personal(editor) {
  let viewer = null;
  const home = () => `/v1/viewers/${viewer.id}`;

  async function known() {
    const { viewers } = await ask("/v1/viewers?most=50");
    byId("viewers").replaceChildren(...viewers.map(({ id, picks }) => Object.assign(document.createElement("option"), { value: id, label: `${picks} in the history` })));
  }

  async function meet(name) {
    viewer = name.startsWith("vwr_") ? await ask(`/v1/viewers/${encodeURIComponent(name)}`) : await send("/v1/viewers", { name });
    viewer.called = name.includes("/") ? viewer.id : name;
    byId("viewer-is").textContent = viewer.id;
    byId("in-experiments").hidden = viewer.called === viewer.id;
    byId("viewer").hidden = false;
    byId("addressed").hidden = true;
    await both();
    await known();
  }

  // Their history, and both covers. Without a history, or with a window of yours, both see the same.
  async function both() {
    const { picks } = await ask(`${home()}/history`);
    byId("history").replaceChildren(...picks.map(past));
    byId("no-history").hidden = picks.length > 0;
    byId("same").hidden = editor.isOwn;
    const asked = editor.asked();
    await waitedFor(() => Promise.all([fill("everybody", asked), fill("theirs", { ...asked, viewer: viewer.id })]));
    say("Both covers are there");
  }

  async function fill(place, asked) {
    const stage = byId(place);
    stage.setAttribute("aria-busy", "true");
    try {
      const cover = await make(editor.video, asked);
      stage.replaceChildren(moving(cover, place === "theirs" ? "The cover that this viewer sees" : "The cover that everybody sees"));
      byId(`${place}-told`).textContent = `${measures(cover)} · from ${places(cover)}`;
    } finally { stage.setAttribute("aria-busy", "false"); }
  }

  function past({ id, video, start, end }) {
    const item = document.createElement("li"), button = document.createElement("button");
    const what = `${clock(start)} to ${clock(end)}${video === editor.video ? "" : " of another video"}`;
    Object.assign(button, { type: "button", className: "chip", textContent: `${what} ×` });
    button.setAttribute("aria-label", `Take ${what} out of the history`);
    button.addEventListener("click", guarded(async () => { await ask(`${home()}/history/${id}`, { method: "DELETE" }); await both(); }));
    item.append(button);
    return item;
  }

  function guarded(work) {
    return async (event) => {
      event?.preventDefault();
      byId("viewer-refused").textContent = "";
      try { await work(); } catch (error) { byId("viewer-refused").textContent = error.message; }
    };
  }

  byId("who").addEventListener("submit", guarded(() => meet(byId("viewer-name").value.trim())));
  byId("add-to-history").addEventListener("click", guarded(async () => {
    const added = editor.windows.map(([start, end]) => ({ video: editor.video, start, end }));
    const { job } = await send(`${home()}/history`, { picks: added });
    byId("no-history").hidden = true;
    if (job) await finished(job);
    await both();
  }));
  byId("address-theirs").addEventListener("click", guarded(async () => {
    const { token } = await send(`${home()}/token`, { seconds: DAY });
    const { plan, style: { format, ...style } } = editor.asked();
    const query = new URLSearchParams({ ...style, plan: plan.name, ...(plan.shots ? { shots: plan.shots } : {}), viewer: token });
    const { url } = await send("/v1/sign", { address: `/v1/videos/${editor.video}/cover.${format}?${query}`, seconds: DAY });
    byId("address").textContent = url;
    byId("addressed").hidden = false;
  }));
  byId("forget").addEventListener("click", () => byId("forgetting").showModal());
  byId("forgetting").addEventListener("close", guarded(async () => {
    if (byId("forgetting").returnValue !== "forget") return;
    await ask(`/v1/viewers/${encodeURIComponent(viewer.called)}`, { method: "DELETE" });
    byId("viewer").hidden = true;
    byId("viewer-name").value = "";
    byId("viewer-refused").textContent = "";
    byId("forgotten").textContent = `${viewer.id} is forgotten.`;
    viewer = null;
    say("The viewer is forgotten");
    await known();
  }));
  byId("viewer-name").addEventListener("focus", guarded(known), { once: true });
}

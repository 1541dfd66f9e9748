// One experiment: its covers move, its snippet is copied, and it is ended.

import { ask, refuse, say } from "./asking.js";
import { letMove } from "./moving.js";
import { copy } from "./sharing.js";

const byId = (name) => document.getElementById(name);

for (const picture of document.querySelectorAll("img[data-moving]")) letMove(picture.closest(".stage"), picture, picture.dataset.moving);
byId("copy").addEventListener("click", async () => { await copy(byId("snippet")); say("Copied"); });
byId("end")?.addEventListener("click", () => byId("ending").showModal());
byId("ending").addEventListener("close", async () => {
  if (byId("ending").returnValue !== "end") return;
  try {
    await ask(`/v1/experiments/${byId("of").dataset.experiment}/end`, { method: "POST" });
    location.reload();
  } catch (error) { refuse(error); }
});

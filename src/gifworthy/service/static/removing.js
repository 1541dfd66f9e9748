// A video is removed for good, once a person has said so twice.

import { ask } from "./asking.js";

const byId = (name) => document.getElementById(name);

export function removing() {
  const asks = byId("removing");
  byId("remove").addEventListener("click", () => asks.showModal());
  asks.addEventListener("close", async () => {
    if (asks.returnValue !== "remove") return;
    byId("remove").disabled = true;
    try {
      await ask(`/v1/videos/${byId("remove").dataset.video}`, { method: "DELETE" });
      location.assign("/");
    } catch (error) {
      byId("remove").disabled = false;
      byId("not-removed").textContent = error.message;
    }
  });
}

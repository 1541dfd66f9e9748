// The queue: stop what is not wanted, and look again while something is being done.

import { ask } from "./asking.js";

for (const button of document.querySelectorAll("[data-cancel]")) {
  button.addEventListener("click", async () => {
    button.disabled = true;
    await ask(`/v1/jobs/${button.dataset.cancel}`, { method: "DELETE" });
    location.reload();
  });
}
const busy = document.querySelector('tr[data-state="processing"], tr[data-state="pending"]');
if (busy) setTimeout(() => location.reload(), 3000);

// The experiments: what each says is asked for when it comes into view, one after the other.

import { ask } from "./asking.js";

let line = Promise.resolve();

async function tell(place) {
  try {
    const { outcome, winner, results } = await ask(`/v1/experiments/${place.dataset.experiment}/report`);
    const views = results.reduce((sum, arm) => sum + arm.views, 0);
    const badge = document.createElement("span");
    badge.className = `badge ${{ winner: "completed", mismatch: "errored" }[outcome] ?? ""}`;
    badge.textContent = winner ? `${outcome}: ${winner}` : outcome;
    place.replaceChildren(badge, ` ${views.toLocaleString("en")} views`);
  } catch (error) { place.textContent = error.message; }
}

const seen = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    seen.unobserve(target);
    line = line.then(() => tell(target));
  }
});
for (const place of document.querySelectorAll("[data-experiment]")) seen.observe(place);

// Plans side by side: their covers play beside each other, each with where it was taken from; one is chosen,
// or viewers are asked.

import { say, send } from "./asking.js";
import { make, measures, moving, places, waitedFor } from "./making.js";

const byId = (name) => document.getElementById(name);
const STILL = "your still";

export function compare(editor) {
  const form = byId("rivals"), shelf = byId("covers");
  let made = [];

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const plans = new FormData(form).getAll("plan");
    if (plans.length < 2) { told("Choose two plans or more."); return; }
    told("");
    byId("trial").hidden = true;
    made = [];
    const cards = plans.map(card);
    shelf.replaceChildren(...cards);
    await waitedFor(() => Promise.all(plans.map((plan, index) => one(plan, cards[index]))));
    byId("trial").hidden = !made.length;
    say(`${made.length} covers are there to compare`);
  });

  async function one(plan, place) {
    try {
      const cover = await make(editor.video, editor.asked(plan, []));
      made.push({ plan, cover });
      fill(place, plan, cover);
    } catch (error) { place.querySelector(".stage").textContent = error.message; }
  }

  function fill(place, plan, cover) {
    place.querySelector(".stage").replaceChildren(moving(cover, `The cover of the plan ${plan}`));
    place.querySelector(".facts").textContent = `${measures(cover)} · from ${places(cover)}`;
    place.querySelector(".where").replaceChildren(...cover.story.highlights.map(({ start, end }) => mark(start, end, cover.story.duration)));
    const button = Object.assign(document.createElement("button"), { type: "button", className: "quiet", textContent: "Choose this one" });
    button.setAttribute("aria-label", `Choose the cover of ${plan}`);
    button.addEventListener("click", () => {
      editor.change({ windows: cover.story.highlights.map(({ start, end }) => [start, end]) }, `The choice of ${plan}`);
      document.querySelector(".preview").scrollIntoView({ block: "center" });
    });
    place.querySelector(".gets").append(button);
  }

  byId("decide").addEventListener("click", async () => {
    try {
      const still = byId("with-still").checked, arms = made.map((each) => each.plan);
      if (!still && arms.length < 2) throw new Error("an experiment needs two arms");
      const experiment = await send("/v1/experiments", { name: `${editor.name}: which cover?`.slice(0, 200), arms: still ? [STILL, ...arms] : arms });
      const variants = made.map(({ plan, cover }) => ({
        video: editor.video, arm: plan, cover: cover.url, spans: cover.story.highlights.map(({ start, end }) => [start, end]),
      }));
      if (still) variants.unshift({ video: editor.video, arm: STILL });
      await send(`/v1/experiments/${experiment.id}/variants`, variants, "PUT");
      location.assign(`/experiments/${experiment.id}`);
    } catch (error) { told(error.message); }
  });
}

function told(text) {
  byId("compare-told").textContent = text;
}

function card(plan) {
  const item = byId("rival").content.firstElementChild.cloneNode(true);
  item.querySelector(".name").textContent = plan;
  return item;
}

function mark(start, end, duration) {
  const one = document.createElement("span");
  one.style.left = `${(100 * start) / duration}%`;
  one.style.width = `max(4px, ${(100 * (end - start)) / duration}%)`;
  return one;
}

// The best candidates, each playing; one is shown instead, shown as well, or never.

import { make, moving, whenQuiet } from "./making.js";

export function candidates(editor) {
  const cards = [...document.querySelectorAll("#candidates .card")];
  for (const card of cards) {
    const span = [Number(card.dataset.start), Number(card.dataset.end)];
    const chosen = () => (editor.isOwn ? [] : editor.windows.map((one) => [...one]));
    const does = {
      pin: () => editor.change({ windows: [span] }, "This candidate"),
      add: () => editor.change({ windows: [...(chosen().length ? chosen() : editor.windows), span] }, "One shot more"),
      ban: () => editor.ban(span),
    };
    for (const button of card.querySelectorAll("[data-does]")) button.addEventListener("click", does[button.dataset.does]);
  }
  editor.whenMade(once(() => cards.forEach((card) => preview(editor.video, card))));
}

function preview(video, card) {
  const style = { width: 240, seconds: 2, fps: 10, format: "webp" };
  const windows = [{ start: Number(card.dataset.start), end: Number(card.dataset.end) }];
  whenQuiet(async () => {
    const cover = await make(video, { style, windows });
    card.querySelector(".stage").replaceChildren(moving(cover));
  });
}

function once(work) {
  let done = false;
  return () => { if (!done) { done = true; work(); } };
}

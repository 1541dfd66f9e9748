// For other people's pages: every cover that was put there moves as `moving.js` says. Nothing is counted.

import { letMove } from "./moving.js";

for (const place of document.querySelectorAll("picture.gifworthy[data-moving]")) {
  letMove(place, place.querySelector("img"), place.dataset.moving);
}

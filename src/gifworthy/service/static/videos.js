// The first page: take a video in, and let covers move when they are pointed at.

import { follow, refuse, send } from "./asking.js";
import { letMove } from "./moving.js";
import { isSending, sendAll } from "./sending.js";

const drop = document.getElementById("drop");
const file = document.getElementById("file");
const fetching = document.getElementById("fetch");

// One video goes to its page; several stay here, each with its state.
async function take(files) {
  refuse(null);
  const videos = [...files];
  file.value = "";
  const taken = await sendAll(videos, renew);
  if (videos.length === 1 && taken[0]) location.assign(`/videos/${taken[0].id}`);
}

fetching.addEventListener("submit", async (event) => {
  event.preventDefault();
  refuse(null);
  const button = fetching.querySelector("button");
  button.disabled = true;
  button.textContent = "It is being fetched";
  try {
    const job = await send("/v1/videos/from-url", { url: fetching.elements.url.value });
    const { video } = await follow(job, () => {});
    location.assign(`/videos/${video}`);
  } catch (error) {
    refuse(error);
    button.disabled = false;
    button.textContent = "Fetch it";
  }
});

file.addEventListener("change", () => file.files.length && take(file.files));
drop.addEventListener("submit", (event) => event.preventDefault());
for (const kind of ["dragover", "dragleave", "drop"]) {
  drop.addEventListener(kind, (event) => {
    event.preventDefault();
    drop.classList.toggle("over", kind === "dragover");
    if (kind === "drop" && event.dataTransfer.files.length) take(event.dataTransfer.files);
  });
}

function letAllMove() {
  for (const picture of document.querySelectorAll("img[data-moving]")) letMove(picture.closest("a"), picture, picture.dataset.moving);
}

// The list below, with what has come.
async function renew() {
  const answer = await fetch("/");
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  document.getElementById("yours").parentElement.replaceWith(page.getElementById("yours").parentElement);
  letAllMove();
}

letAllMove();
if (document.querySelector('.card[data-state="processing"]')) setTimeout(() => isSending() || location.reload(), 4000);

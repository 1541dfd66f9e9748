// The first page: take a video in, and let covers move when they are pointed at.

import { refuse, say } from "./asking.js";

const drop = document.getElementById("drop");
const file = document.getElementById("file");
const sent = document.getElementById("sent");

function upload(video) {
  refuse(null);
  sent.hidden = false;
  say(`Sending ${video.name}`);
  const request = new XMLHttpRequest();
  request.upload.onprogress = (event) => { sent.value = event.loaded / event.total; };
  request.onload = () => arrived(request);
  request.onerror = () => failed("the server cannot be reached");
  request.open("POST", "/v1/videos");
  request.setRequestHeader("Content-Type", video.type || "application/octet-stream");
  request.setRequestHeader("Upload-Name", encodeURIComponent(video.name));
  request.send(video);
}

function arrived(request) {
  let body = {};
  try { body = JSON.parse(request.responseText); } catch { /* what answered was not us */ }
  if (request.status === 202) location.assign(`/videos/${body.id}`);
  else failed(body.error ? body.error.message : `the server answered ${request.status}`);
}

function failed(message) {
  sent.hidden = true;
  refuse(new Error(message));
}

file.addEventListener("change", () => file.files.length && upload(file.files[0]));
drop.addEventListener("submit", (event) => event.preventDefault());
for (const kind of ["dragover", "dragleave", "drop"]) {
  drop.addEventListener(kind, (event) => {
    event.preventDefault();
    drop.classList.toggle("over", kind === "dragover");
    if (kind === "drop" && event.dataTransfer.files.length) upload(event.dataTransfer.files[0]);
  });
}

const still = matchMedia("(prefers-reduced-motion: reduce)");
for (const picture of document.querySelectorAll("img[data-moving]")) {
  const at_rest = picture.src;
  const card = picture.closest("a");
  const move = (moving) => { picture.src = moving && !still.matches ? picture.dataset.moving : at_rest; };
  card.addEventListener("pointerenter", () => move(true));
  card.addEventListener("focus", () => move(true));
  card.addEventListener("pointerleave", () => move(false));
  card.addEventListener("blur", () => move(false));
}
if (document.querySelector('.card[data-state="processing"]')) setTimeout(() => location.reload(), 4000);

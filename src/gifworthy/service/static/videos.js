// The first page: take a video in, and let covers move when they are pointed at.

import { follow, refuse, say, send, size } from "./asking.js";
import { letMove } from "./moving.js";

const drop = document.getElementById("drop");
const file = document.getElementById("file");
const sent = document.getElementById("sent");
const sending = document.getElementById("sending");
const fetching = document.getElementById("fetch");

function upload(video) {
  refuse(null);
  sent.hidden = sending.hidden = false;
  say(`Sending ${video.name}`);
  const request = new XMLHttpRequest();
  request.upload.onprogress = (event) => {
    sent.value = event.loaded / event.total;
    sending.textContent = `${video.name}: ${size(event.loaded)} of ${size(event.total)}`;
  };
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
  sent.hidden = sending.hidden = true;
  refuse(new Error(message));
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

file.addEventListener("change", () => file.files.length && upload(file.files[0]));
drop.addEventListener("submit", (event) => event.preventDefault());
for (const kind of ["dragover", "dragleave", "drop"]) {
  drop.addEventListener(kind, (event) => {
    event.preventDefault();
    drop.classList.toggle("over", kind === "dragover");
    if (kind === "drop" && event.dataTransfer.files.length) upload(event.dataTransfer.files[0]);
  });
}

for (const picture of document.querySelectorAll("img[data-moving]")) letMove(picture.closest("a"), picture, picture.dataset.moving);
if (document.querySelector('.card[data-state="processing"]')) setTimeout(() => location.reload(), 4000);

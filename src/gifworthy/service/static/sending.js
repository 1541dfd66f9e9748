// Videos are sent one after another, each with a line that says how far it is and what became of it.

import { ask, follow, say, size } from "./asking.js";

const list = document.getElementById("sendings");
const line = document.getElementById("sending");
let waiting = Promise.resolve();
let open = 0;

// Whether something is still on its way, so that the page must stay.
export const isSending = () => open > 0;
addEventListener("beforeunload", (event) => { if (isSending()) event.preventDefault(); });

// ready() hears when one of several was looked at. Returns, for each video, what the server took in, or null where it refused it.
export function sendAll(videos, ready) {
  const alone = videos.length === 1;
  const rows = videos.map((video) => [video, row(video)]);
  list.hidden = false;
  open += videos.length;
  return Promise.all(rows.map(([video, place]) => {
    const sent = waiting.then(() => one(video, place, alone ? null : ready));
    waiting = sent;
    return sent;
  }));
}

function row(video) {
  const place = line.content.firstElementChild.cloneNode(true);
  place.querySelector("b").textContent = video.name;
  place.querySelector(".facts").textContent = "waits to be sent";
  list.append(place);
  return place;
}

async function one(video, place, ready) {
  say(`Sending ${video.name}`);
  try {
    const taken = await sent(video, place);
    if (ready) looked(taken, place, ready);
    return taken;
  } catch (error) {
    refused(place, error);
    return null;
  } finally { open -= 1; }
}

function sent(video, place) {
  return new Promise((done, failed) => {
    const request = new XMLHttpRequest();
    request.upload.onprogress = (event) => tell(place, `${size(event.loaded)} of ${size(event.total)}`, event.loaded / event.total);
    request.onload = () => (request.status === 202 ? done(JSON.parse(request.responseText)) : failed(new Error(reason(request))));
    request.onerror = () => failed(new Error("the server cannot be reached"));
    request.open("POST", "/v1/videos");
    request.setRequestHeader("Content-Type", video.type || "application/octet-stream");
    request.setRequestHeader("Upload-Name", encodeURIComponent(video.name));
    request.send(video);
  });
}

function reason(request) {
  try { return JSON.parse(request.responseText).error.message; } catch { return `the server answered ${request.status}`; }
}

// Follows a video that was taken in until it was looked at.
async function looked(video, place, ready) {
  try {
    const { jobs } = await ask(`/v1/jobs?video=${video.id}`);
    const job = jobs.find((one) => one.kind === "look");
    tell(place, "sent; it waits to be looked at", 0);
    const seen = (now) => { if (now.state === "processing") tell(place, "is being looked at", now.progress); };
    if (job) await follow(job, seen);
    const link = Object.assign(document.createElement("a"), { href: `/videos/${video.id}`, textContent: video.name });
    place.querySelector("b").replaceChildren(link);
    tell(place, "ready");
    say(`${video.name} is ready`);
    await ready();
  } catch (error) { refused(place, error); }
}

function refused(place, error) {
  tell(place, error.message);
  place.querySelector(".facts").className = "refused";
  place.setAttribute("role", "alert");
}

function tell(place, text, share) {
  place.querySelector(".facts, .refused").textContent = text;
  const progress = place.querySelector("progress");
  if (share === undefined) progress?.remove();
  else if (progress) progress.value = share;
}

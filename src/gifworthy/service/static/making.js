// Covers: order one, follow it, show it.

import { ask, clock, follow, send, size } from "./asking.js";

let busy = 0;
let quiet = Promise.resolve();
let freed = () => {};
let line = Promise.resolve();

// Order a cover and wait for it. `ordered` hears the job, so that it can be stopped.
export async function make(video, asked, { heard = () => {}, ordered = () => {} } = {}) {
  const job = await send(`/v1/videos/${video}/covers`, asked);
  ordered(job);
  return (await finished(job, heard)).cover;
}

export async function finished(job, heard = () => {}) {
  if (job.state === "completed") return job;
  return follow(job, heard);
}

export function stop(job) {
  return ask(`/v1/jobs/${job.id}`, { method: "DELETE" }).catch(() => {});
}

// What a person waits for goes first: previews are ordered one at a time, and only while nobody waits.
export async function waitedFor(work) {
  if (!busy) quiet = new Promise((free) => { freed = free; });
  busy += 1;
  try { return await work(); } finally { busy -= 1; if (!busy) freed(); }
}
export function whenQuiet(work) {
  line = line.then(async () => { while (busy) await quiet; return work(); }).catch(() => null);
  return line;
}

// Whether covers move on this page: not for who asked for less motion, and everybody can stop or start it.
let still = matchMedia("(prefers-reduced-motion: reduce)").matches;
const all = new Map();
export const isStill = () => still;
export function setStill(wanted) {
  still = wanted;
  for (const [picture, cover] of all) {
    if (picture.isConnected) settle(picture, cover);
    else all.delete(picture);
  }
}
function settle(picture, cover) {
  if (picture.localName !== "video") picture.src = still ? cover.still : cover.url;
  else if (still) picture.pause();
  else picture.play().catch(() => {});
}

// A cover as an element that moves; a film in a film's element.
export function moving(cover, alt = "") {
  const film = cover.media_type.startsWith("video/");
  const picture = document.createElement(film ? "video" : "img");
  if (film) Object.assign(picture, { src: cover.url, muted: true, loop: true, playsInline: true, poster: cover.still });
  if (film) picture.setAttribute("aria-label", alt);
  else picture.alt = alt;
  picture.width = cover.story.width;
  picture.height = cover.story.height;
  all.set(picture, cover);
  settle(picture, cover);
  return picture;
}

export function places(cover) {
  return cover.story.highlights.map(({ start, end }) => `${clock(start)} to ${clock(end)}`).join(", ");
}

export function measures(cover) {
  const { width, height, seconds } = cover.story;
  return `${width} × ${height} · ${seconds.toFixed(1)} s · ${size(cover.size_bytes)}`;
}

export function usualSeconds(shots) {
  return Math.max(1, 3 / shots);
}

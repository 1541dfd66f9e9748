// For other people's pages: shows each viewer the cover of their arm in an experiment, and tells what became
// of it. docs/how-to/experiments.md says how it is used.
//
// Who asked not to be tracked (Do Not Track, Global Privacy Control), and who keeps nothing in this browser,
// takes no part: nothing is asked, told or kept, and the page's own stills stay.

import { letMove } from "./moving.js";

const own = new URL(import.meta.url);
const home = own.href.replace(/\/static\/beacon\.js.*$/, "");
const { experiment, beacon, play = "hover", start = "now" } = Object.fromEntries(own.searchParams);
const telling = `${home}/v1/events?beacon=${beacon}`;
const [UNIT, LEFT, CLICK] = ["unit", `left.${experiment}`, `click.${experiment}`].map((name) => `gifworthy.${name}`);
const AT_ONCE = 100, SOON = 1500, PATIENCE = 60_000, TRIES = 6;
const LANDING = 60, LASTING = 7 * 86_400, LOOKS = 15_000;

const covers = new WeakMap();
let skew = 0;
let waiting = [];
const underWay = new Set();
let timer = 0;
let failed = 0;

const now = () => Date.now() / 1000 + skew;
const random = () => [...crypto.getRandomValues(new Uint8Array(16))].map((one) => one.toString(16).padStart(2, "0")).join("");
const refuses = () => navigator.globalPrivacyControl || [navigator.doNotTrack, window.doNotTrack].includes("1");

// What is kept here, in the site's own storage; no cookie, and nothing that another site can read.
function recall(name) {
  try { return JSON.parse(localStorage.getItem(name)); } catch { return null; }
}
function keep(name, value) {
  try {
    if (value === null) localStorage.removeItem(name);
    else localStorage.setItem(name, JSON.stringify(value));
    return true;
  } catch { return false; }
}
function unit() {
  const named = document.documentElement.dataset.gifworthyUnit;
  if (named) return named;
  const known = recall(UNIT) ?? random();
  return keep(UNIT, known) ? known : null;
}

// Telling: each event has an id of its own, so that one that is sent twice counts once.
function tell(cover, kind, value = 0, again = "") {
  waiting.push({ id: `${cover.exposure}.${kind}${again}`, kind, value, at: now(), exposure: cover.exposure, robot: navigator.webdriver === true, ...cover.said });
  if (!timer) timer = setTimeout(send, SOON);
}
function send() {
  clearTimeout(timer);
  timer = 0;
  const events = waiting.splice(0, AT_ONCE);
  if (!events.length) return;
  const body = JSON.stringify({ experiment, events });
  underWay.add(events);
  fetch(telling, { method: "POST", body, keepalive: true, credentials: "omit" })
    .then((answer) => { if (answer.status === 429 || answer.status >= 500) throw new Error("later"); failed = 0; })
    .catch(() => { if (underWay.has(events) && ++failed < TRIES) waiting = [...events, ...waiting]; })
    .finally(() => {
      underWay.delete(events);
      if (waiting.length && !timer) timer = setTimeout(send, Math.min(PATIENCE, SOON * 2 ** failed));
    });
}
// On the way out nobody hears whether it arrived, so what is still under way is sent once more.
function sendLeaving() {
  waiting = [...[...underWay].flat(), ...waiting];
  underWay.clear();
  while (waiting.length) {
    const events = waiting.splice(0, AT_ONCE);
    if (navigator.sendBeacon(telling, JSON.stringify({ experiment, events }))) continue;
    keep(LEFT, [...events, ...waiting]);
    waiting = [];
  }
}

// Showing: the arm's cover in the place of the page's own still.
function dress(place, given) {
  const { cover: film, still, ...said } = given;
  const cover = { exposure: random(), said: { video: place.dataset.gifworthy, ...said } };
  const picture = place.matches("img") ? place : place.querySelector("img");
  const seen = whenSeen(() => tell(cover, "viewable"));
  covers.set(place, cover);
  place.dataset.gifworthyArm = given.arm;
  tell(cover, "impression");
  if (picture && film) show(place, picture, { film: full(film), still: still && full(still) }, (moving) => {
    seen(moving);
    if (!cover.played) tell(cover, "play");
    cover.played = true;
  });
  seen(picture ?? place);
}
const full = (address) => new URL(address, `${home}/`).href;
function show(place, picture, { film, still }, played) {
  const moves = still || /\.(gif|mp4|webm)$/i.test(new URL(film).pathname);
  picture.closest("picture")?.querySelectorAll("source").forEach((one) => one.remove());
  picture.removeAttribute("srcset");
  if (still || !moves) picture.src = still || film;
  if (moves) letMove(place, picture, film, play === "view" ? { played, inView: true } : { played });
}

// Half of it in view for a second, whichever element shows it.
function whenSeen(told) {
  const inView = new Set();
  let since = 0, done = false;
  const second = () => {
    if (document.visibilityState !== "visible") { since = setTimeout(second, 1000); return; }
    done = true;
    watched.disconnect();
    told();
  };
  const watched = new IntersectionObserver((entries) => {
    for (const entry of entries) inView[entry.isIntersecting ? "add" : "delete"](entry.target);
    if (!inView.size) { clearTimeout(since); since = 0; } else if (!since) since = setTimeout(second, 1000);
  }, { threshold: 0.5 });
  return (element) => { if (!done) watched.observe(element); };
}

async function look() {
  const places = [...document.querySelectorAll("[data-gifworthy]")].filter((place) => !covers.has(place));
  const who = places.length ? unit() : null;
  if (!who) return;
  for (const place of places) covers.set(place, null);
  const names = [...new Set(places.map((place) => place.dataset.gifworthy))];
  for (let first = 0; first < names.length; first += AT_ONCE) {
    const query = new URLSearchParams([["beacon", beacon], ["unit", who], ...names.slice(first, first + AT_ONCE).map((name) => ["video", name])]);
    try {
      const answer = await fetch(`${home}/v1/experiments/${experiment}/assignments?${query}`, { credentials: "omit" });
      if (!answer.ok) continue;
      const { given, now: theirs } = await answer.json();
      skew = theirs - Date.now() / 1000;
      for (const place of places) if (given[place.dataset.gifworthy]) dress(place, given[place.dataset.gifworthy]);
    } catch { /* the page's own stills stay */ }
  }
}

// Hearing: clicks on covers, and what happens where they lead.
const coverOf = (target) => covers.get(target.closest?.("[data-gifworthy]"));
function clicked(event) {
  const cover = coverOf(event.target);
  if (!cover || event.button > 1) return;
  if (event.target.closest("[data-gifworthy-hide]")) { tell(cover, "hide"); return; }
  const place = event.target.closest("[data-gifworthy]");
  const leads = event.target.closest("a")?.href ?? place.querySelector("a")?.href ?? "";
  tell(cover, "click");
  keep(CLICK, { exposure: cover.exposure, said: cover.said, leads: leads.split("#")[0], at: Date.now() / 1000, skew });
  sendLeaving();
}
function last() {
  const click = recall(CLICK);
  return click && Date.now() / 1000 - click.at < LASTING ? click : null;
}
function land() {
  const click = last();
  if (!click || click.leads !== location.href.split("#")[0] || Date.now() / 1000 - click.at > LANDING) return;
  keep(CLICK, { ...click, leads: "" });
  skew = click.skew;
  let seconds = 0, since = document.visibilityState === "visible" ? performance.now() : 0;
  // A page that is left is still visible when it hears so, and hears of being hidden right after: one stay, told once.
  const count = (event) => {
    const stayed = since;
    since = event?.type !== "pagehide" && document.visibilityState === "visible" ? performance.now() : 0;
    if (!stayed) return;
    seconds += (performance.now() - stayed) / 1000;
    tell(click, "dwell", Math.round(seconds * 10) / 10, `.${Math.round(seconds * 10)}`);
  };
  addEventListener("visibilitychange", count, { capture: true });
  addEventListener("pagehide", count, { capture: true });
  setInterval(() => { if (since) count(); }, LOOKS);
}

let begun = false;
function begin() {
  if (begun || !experiment || !beacon) return;
  if (refuses()) { for (const name of [UNIT, LEFT, CLICK]) keep(name, null); return; }
  begun = true;
  const left = recall(LEFT);
  if (left) { waiting = left; keep(LEFT, null); send(); }
  land();
  look();
  new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
  document.addEventListener("click", clicked, { capture: true });
  document.addEventListener("auxclick", clicked, { capture: true });
  document.addEventListener("visibilitychange", () => { if (document.visibilityState === "hidden") sendLeaving(); });
  addEventListener("pagehide", sendLeaving);
}

// For the page's own scripts: begin() after consent; tell("conversion", 9.90) of the last cover clicked here,
// or, with an element, of the cover that it belongs to. Each experiment of a page hears it.
const others = window.gifworthy;
window.gifworthy = {
  begin() { others?.begin(); begin(); },
  tell(kind, value = 0, element = null) {
    others?.tell(kind, value, element);
    const cover = element ? coverOf(element) : last();
    if (begun && cover) tell(cover, kind, value, kind === "conversion" || kind === "dwell" ? `.${random().slice(0, 8)}` : "");
  },
};
if (start === "now") {
  if (document.prerendering) document.addEventListener("prerenderingchange", begin, { once: true });
  else begin();
}

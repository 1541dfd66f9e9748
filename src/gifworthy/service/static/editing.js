// The bench: what is shown, how it looks, and the way back. Whatever is changed is made at once.

import { ask, clock, refuse, say, send } from "./asking.js";
import { allow, nothing, Waiting } from "./waiting.js";
import { make, measures, moving, places, stop, usualSeconds, waitedFor } from "./making.js";
import { Timeline } from "./timeline.js";

const byId = (name) => document.getElementById(name);
const NUMBERS = ["width", "fps", "seconds", "aspect", "max_bytes"];

export function edit(bench) {
  const { video, name } = bench.dataset;
  const home = `/v1/videos/${video}`;
  const form = byId("look");
  const heard = new Set();
  let now = { windows: [], exclude: [], look: looked(form) };
  let earlier = [];
  let newest = 0;
  let job = null;
  let shown = null;
  let kept = Promise.resolve();
  const waiting = new Waiting();

  const timeline = new Timeline(byId("film"), {
    duration: Number(bench.dataset.duration),
    stills: JSON.parse(bench.dataset.stills),
    strip: byId("strip"),
    frames: `${home}/frames.jpg`,
    changed: (windows) => change({ windows: windows.map((span) => [...span]) }, "Your window"),
    asked: (piece) => (piece.score === null ? say("This piece is never shown") : change({ windows: [[piece.start, piece.end]] }, "This piece")),
    read: (text, piece) => read(text, piece),
  });

  // A change: remembered, so that it can be undone, kept, drawn and made.
  async function change(part, told) {
    earlier.push(now);
    await become({ ...now, ...part });
    if (told) say(`${told} is shown; the cover is being made`);
  }

  async function become(next) {
    const chosen = JSON.stringify([next.windows, next.exclude]) !== JSON.stringify([now.windows, now.exclude]);
    now = next;
    draw();
    try {
      if (chosen) await keep({ windows: now.windows, exclude: now.exclude });
      await made();
    } catch (error) { refuse(error); }
  }

  // One after the other, so that the last choice is what is kept.
  function keep(choice) {
    kept = kept.catch(() => {}).then(() => send(`${home}/choice`, choice, "PUT"));
    return kept;
  }

  async function made() {
    const mine = ++newest;
    const preview = document.querySelector(".preview");
    if (job) stop(job);
    refuse(null);
    nothing(null);
    byId("made").removeAttribute("value");
    preview.setAttribute("aria-busy", "true");
    waiting.begin();
    const began = performance.now();
    try {
      const ordered = (one) => { if (mine === newest) waiting.heard(job = one); else stop(one); };
      const progress = (one) => { if (mine === newest) waiting.heard(one); if (mine === newest && one.progress) byId("made").value = one.progress; };
      const cover = await waitedFor(() => make(video, asked(), { heard: progress, ordered }));
      if (mine === newest) show(cover, (performance.now() - began) / 1000);
    } catch (error) {
      if (mine === newest) failed(error);
    } finally {
      if (mine === newest) { job = null; waiting.end(); preview.setAttribute("aria-busy", "false"); }
    }
  }

  function asked(plan = now.look.plan, windows = now.windows) {
    return { plan: planned(plan), style: style(plan, windows), windows: windows.map(span), exclude: now.exclude.map(span) };
  }
  // What could not be made is not offered, and the picture that stands there is the one from before.
  function failed(error) {
    if (error.kind === "NothingWorthShowing") nothing(now.exclude.length, Boolean(now.look.allow_refused));
    else {
      refuse(error);
      if (shown) offer(shown, "Download what is shown");
    }
    draw();
  }

  const planned = (plan) => ({
    name: plan,
    ...(now.look.shots && plan === now.look.plan ? { shots: Number(now.look.shots) } : {}),
    ...(now.look.allow_refused ? { allow_refused: true } : {}),
  });
  function style(plan, windows) {
    const given = { format: now.look.format };
    for (const one of NUMBERS) if (now.look[one]) given[one] = Number(now.look[one]);
    given.seconds ??= usualSeconds(planned(plan).shots ?? shotsOf(form, plan));
    if (windows.length) given.seconds = Math.max(...windows.map(([start, end]) => end - start));
    return given;
  }

  function show(cover, seconds) {
    shown = cover;
    const picture = moving(cover, byId("shown").alt || `The cover of ${name}`);
    picture.id = "shown";
    picture.addEventListener("error", () => { picture.removeAttribute("src"); byId("waiting").textContent = "The picture did not come. Load this page again."; }, { once: true });
    byId("shown").replaceWith(picture);
    byId("told").textContent = `${measures(cover)}${seconds < 0.3 ? "" : ` · made in ${seconds.toFixed(1)} s`}`;
    byId("from").textContent = [`From ${places(cover)}`, ...moved(cover), ...cover.story.gave_up.map((one) => `given up: ${one}`), ...cover.story.notes].join(". ");
    offer(cover);
    draw();
    say(`The cover is ready: ${byId("told").textContent}`);
    for (const each of heard) each(cover);
  }

  function offer(cover, words) {
    const suffix = cover.url.split(".").pop();
    byId("download").textContent = words ?? `Download ${suffix === "webp" ? "WebP" : suffix.toUpperCase()}`;
    for (const [id, place, ending] of [["download", cover.url, suffix], ["still", cover.still, "jpg"]]) {
      Object.assign(byId(id), { href: place, hidden: false, download: `${name.replace(/\.\w+$/, "")}.${ending}` });
    }
  }

  // Where the ends had to be moved, it is said: to keep inside one shot, or to close the loop.
  function moved(cover) {
    const far = now.windows.some(([start, end], index) => {
      const one = cover.story.highlights[index];
      return one && Math.max(Math.abs(one.start - start), Math.abs(one.end - end)) > 0.15;
    });
    return far ? ["the ends were moved a little, to stay inside one shot or to close the loop"] : [];
  }

  function draw() {
    if (timeline.held) return;
    const own = !now.windows.length;
    const windows = own ? (shown?.story.highlights ?? []).map(({ start, end }) => [start, end]) : now.windows;
    byId("film").classList.toggle("own", own);
    timeline.show(windows, now.exclude);
    byId("undo").disabled = !earlier.length;
    byId("free").disabled = own && !now.exclude.length;
    byId("ban").disabled = !windows.length;
    for (const field of ["shots", "seconds"]) form.elements[field].disabled = !own;
    byId("by-hand").hidden = own;
    byId("chosen").textContent = own ? (shown ? "The plan chose this." : "") : `You chose ${now.windows.map(([start, end]) => `${clock(start)} to ${clock(end)}`).join(", ")}.`;
    byId("never").replaceChildren(...now.exclude.map((one, index) => chip(one, () => change({ exclude: now.exclude.filter((_, other) => other !== index) }))));
  }

  function ban(...spans) {
    const apart = ([start, end]) => spans.every(([from, to]) => end <= from || to <= start);
    change({ windows: now.windows.filter(apart), exclude: [...now.exclude, ...spans] }, "Something else");
  }

  function undo() {
    const before = earlier.pop();
    if (!before) return;
    fill(form, before.look);
    become(before);
    say("Undone");
  }

  form.addEventListener("submit", (event) => event.preventDefault());
  form.addEventListener("change", () => { if (form.reportValidity()) change({ look: looked(form) }); });
  allow(() => { form.elements.allow_refused.checked = true; change({ look: looked(form) }, "The least bad"); });
  byId("undo").addEventListener("click", undo);
  byId("free").addEventListener("click", () => change({ windows: [], exclude: [] }, "The plan's own choice"));
  byId("ban").addEventListener("click", () => ban(...timeline.windows.map((one) => [...one])));
  byId("closer").addEventListener("click", () => timeline.zoomBy(2));
  byId("wider").addEventListener("click", () => timeline.zoomBy(0.5));
  document.addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "z" && !event.target.matches("input, textarea")) { event.preventDefault(); undo(); }
  });

  return {
    video, name, asked, change, ban,
    get windows() { return timeline.windows; },
    get isOwn() { return !now.windows.length; },
    get look() { return now.look; },
    whenMade: (hears) => heard.add(hears),
    async begin() {
      const { windows, exclude } = await ask(`${home}/choice`);
      now = { ...now, windows, exclude };
      draw();
      if (bench.dataset.worth === "none" && !windows.length && !now.look.allow_refused) nothing(exclude.length, false);
      else await made();
    },
  };
}

function read(text, piece) {
  const place = byId("reading");
  if (text !== null) { place.textContent = text; return; }
  const when = document.createElement("b");
  when.textContent = `${clock(piece.start)} to ${clock(piece.end)} `;
  const why = piece.refused ? `never shown: ${piece.refused}` : `${piece.score >= 0 ? "+" : ""}${piece.score.toFixed(2)} · ${piece.why}`;
  place.replaceChildren(when, why);
}

function chip([start, end], freed) {
  const item = document.createElement("li"), button = document.createElement("button");
  button.type = "button";
  button.className = "chip";
  button.setAttribute("aria-label", `Allow ${clock(start)} to ${clock(end)} again`);
  button.textContent = `Never ${clock(start)} to ${clock(end)} ×`;
  button.addEventListener("click", freed);
  item.append(button);
  return item;
}

const looked = (form) => Object.fromEntries([...form.elements].filter((one) => one.name).map((one) => [one.name, one.type === "checkbox" ? (one.checked ? "yes" : "") : one.value]));
function fill(form, look) {
  for (const [name, value] of Object.entries(look)) {
    const field = form.elements[name];
    if (field.type === "checkbox") field.checked = Boolean(value);
    else field.value = value;
  }
}
const shotsOf = (form, plan) => Number([...form.elements.plan.options].find((one) => one.value === plan)?.dataset.shots ?? 1);
const span = ([start, end]) => ({ start, end });

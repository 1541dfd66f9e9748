// One video: its cover, how it looks, what is shown, and its candidates.

import { ask, clock, follow, refuse, say, send, size } from "./asking.js";

const byId = (name) => document.getElementById(name);
const looking = byId("looking");
const bench = byId("bench");

if (looking) waitUntilLookedAt(looking.dataset.video);
if (bench) begin(bench.dataset.video, Number(bench.dataset.duration));

async function waitUntilLookedAt(video) {
  const { jobs } = await ask(`/v1/jobs?video=${video}`);
  const job = jobs.find((one) => one.kind === "look");
  const told = (now) => { byId("progress").value = now.progress; };
  try { if (job) await follow(job, told); } finally { location.reload(); }
}

function begin(video, duration) {
  const home = `/v1/videos/${video}`;
  const start = byId("start"), end = byId("end"), form = byId("look");
  let choice = { windows: [], exclude: [] };
  let newest = 0;

  const style = () => {
    const given = Object.fromEntries(new FormData(form));
    const numbers = { width: +given.width, seconds: +given.seconds };
    for (const name of ["aspect", "max_bytes"]) if (given[name]) numbers[name] = +given[name];
    return { format: given.format, ...numbers };
  };
  const asked = () => ({
    plan: { name: new FormData(form).get("plan") },
    style: style(),
    windows: spans(choice.windows),
    exclude: spans(choice.exclude),
  });

  async function make() {
    const mine = ++newest;
    refuse(null);
    byId("made").removeAttribute("value");
    document.querySelector(".preview").setAttribute("aria-busy", "true");
    try {
      const job = await send(`${home}/covers`, asked());
      const done = await follow(job, (now) => { if (now.progress) byId("made").value = now.progress; });
      if (mine === newest) show(done.cover);
    } catch (error) {
      if (mine === newest) refuse(error);
    } finally {
      if (mine === newest) document.querySelector(".preview").setAttribute("aria-busy", "false");
    }
  }

  function show(cover) {
    const story = cover.story, places = story.highlights.map((one) => `${clock(one.start)} to ${clock(one.end)}`);
    const picture = moving(cover, byId("shown"));
    picture.id = "shown";
    byId("shown").replaceWith(picture);
    const told = [`${story.width} × ${story.height}`, `${story.seconds.toFixed(1)} s`, size(cover.size_bytes), `from ${places.join(", ")}`];
    byId("told").textContent = [told.join(" · "), ...story.gave_up.map((one) => `given up: ${one}`), ...story.notes].join(". ");
    for (const [name, place] of [["download", cover.url], ["still", cover.still]]) {
      Object.assign(byId(name), { href: place, hidden: false, download: "" });
    }
    byId("snippet").textContent = snippet(cover);
    if (story.highlights.length === 1) put(story.highlights[0].start, story.highlights[0].end);
    say("The cover is ready");
  }

  function put(from, to) {
    start.value = from;
    end.value = to;
    drawWindow();
  }

  function drawWindow() {
    const [from, to] = [Math.min(+start.value, +end.value), Math.max(+start.value, +end.value)];
    byId("start-told").textContent = clock(+start.value);
    byId("end-told").textContent = clock(+end.value);
    byId("window").setAttribute("x", (1000 * from) / duration);
    byId("window").setAttribute("width", Math.max(2, (1000 * (to - from)) / duration));
  }

  async function choose(next) {
    try {
      choice = await send(`${home}/choice`, next, "PUT");
      tellChoice();
      await make();
    } catch (error) { refuse(error); }
  }

  function tellChoice() {
    const shown = choice.windows.map(([a, b]) => `${clock(a)} to ${clock(b)}`).join(", ");
    const never = choice.exclude.map(([a, b]) => `${clock(a)} to ${clock(b)}`).join(", ");
    byId("chosen").textContent = [shown && `You chose ${shown}.`, never && `Never shown: ${never}.`].filter(Boolean).join(" ");
  }

  const drawn = () => [Math.min(+start.value, +end.value), Math.max(+start.value, +end.value)];
  const long = ([from, to]) => to - from >= 0.2;
  const tooShort = () => refuse(new Error("move the ends apart first"));
  start.addEventListener("input", drawWindow);
  end.addEventListener("input", drawWindow);
  form.addEventListener("submit", (event) => { event.preventDefault(); make(); });
  form.addEventListener("change", make);
  byId("pin").addEventListener("click", () => (long(drawn()) ? choose({ ...choice, windows: [drawn()] }) : tooShort()));
  byId("ban").addEventListener("click", () => (long(drawn()) ? choose({ windows: [], exclude: [...choice.exclude, drawn()] }) : tooShort()));
  byId("free").addEventListener("click", () => choose({ windows: [], exclude: [] }));
  byId("copy").addEventListener("click", async () => { await navigator.clipboard.writeText(byId("snippet").textContent); say("Copied"); });
  for (const card of document.querySelectorAll("#candidates .card")) {
    const span = { start: +card.dataset.start, end: +card.dataset.end };
    card.querySelector("button").addEventListener("click", () => choose({ ...choice, windows: [[span.start, span.end]] }));
  }

  ask(`${home}/choice`).then((known) => { choice = known; tellChoice(); return make(); }).then(() => candidates(home));
}

// Small previews of the best candidates, one after the other, so that the first is soon there.
async function candidates(home) {
  for (const card of document.querySelectorAll("#candidates .card")) {
    const span = { start: +card.dataset.start, end: +card.dataset.end };
    const style = { width: 240, seconds: 2, fps: 10, format: "webp" };
    try {
      const job = await send(`${home}/covers`, { style, windows: [span] }, "POST");
      const done = await follow(job, () => {});
      card.querySelector("button").replaceChildren(moving(done.cover));
    } catch { /* its time is still told in its place */ }
  }
}

function moving(cover, like = null) {
  const film = cover.media_type.startsWith("video/");
  const picture = document.createElement(film ? "video" : "img");
  if (film) Object.assign(picture, { muted: true, loop: true, autoplay: true, playsInline: true, poster: cover.still });
  picture.src = cover.url;
  if (!film) picture.alt = like ? like.alt : "";
  picture.width = cover.story.width;
  picture.height = cover.story.height;
  return picture;
}

function spans(pairs) {
  return pairs.map(([start, end]) => ({ start, end }));
}

function snippet(cover) {
  const place = (path) => new URL(path, location).href;
  return `<picture class="gifworthy" data-moving="${place(cover.url)}">
  <img src="${place(cover.still)}" width="${cover.story.width}" height="${cover.story.height}" alt="What the video shows" loading="lazy">
</picture>
<script type="module" src="${place("/static/embed.js")}"></script>`;
}

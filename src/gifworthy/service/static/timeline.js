// The timeline: stills over the score curve, and on it the windows that are shown, whose ends are dragged by
// mouse, finger or keyboard, and the spans that are never shown.

import { clock } from "./asking.js";

const SHORTEST = 0.2;
const STEPS = { ArrowLeft: -0.1, ArrowDown: -0.1, ArrowRight: 0.1, ArrowUp: 0.1, PageDown: -1, PageUp: 1 };
const CLOSEST = 40;
const MOST_STILLS = 48;
const LARGEST_ZOOM = 64;

export class Timeline {
  // film: the element. duration: seconds. stills: the moment of each still in its strip.
  // changed(windows): hears what a person has made of the windows. asked(piece): a piece of the curve was taken.
  // frames: where finer stills of any part are had.
  constructor(film, { duration, stills, strip, frames, changed, asked, read }) {
    Object.assign(this, { film, duration, stills, strip, frames, changed, asked, read });
    this.windows = [];
    this.zoom = 1;
    this.spans = film.querySelector(".spans");
    this.curve = film.querySelector(".curve");
    this.pieces = [...this.curve.querySelectorAll("[data-start]")].map((bar) => ({ bar, ...numbers(bar.dataset) }));
    this.#tile();
    this.#tick();
    this.#listen();
    film.parentElement.addEventListener("scroll", () => this.#sharpen(), { passive: true });
    new ResizeObserver(() => { this.#tile(); this.#tick(); }).observe(film);
  }

  // Whether somebody is at it just now; then nothing may be drawn anew below their hands.
  get held() { return Boolean(this.dragged || this.rest); }

  show(windows, banned) {
    this.windows = windows.map(([start, end]) => [start, end]);
    const drawn = windows.map((_, index) => this.#window(index));
    const never = banned.map(([start, end]) => placed(element("div", "banned"), start, end, this.duration));
    const held = document.activeElement?.dataset?.end;
    this.spans.replaceChildren(...never, ...drawn);
    if (held) this.spans.querySelector(`[data-end="${held}"]`)?.focus();
  }

  zoomBy(factor) {
    const most = Math.max(1, Math.min(LARGEST_ZOOM, (this.duration * CLOSEST) / this.film.parentElement.clientWidth));
    this.zoom = Math.min(most, Math.max(1, this.zoom * factor));
    this.film.style.width = `${100 * this.zoom}%`;
    const [start, end] = this.windows[0] ?? [0, this.duration];
    const reel = this.film.parentElement;
    reel.scrollLeft = ((start + end) / 2 / this.duration) * this.film.clientWidth - reel.clientWidth / 2;
  }

  // The stills, as many as there is room for, each the nearest in time to its place.
  #tile() {
    const { width } = this.film.getBoundingClientRect();
    if (Math.abs(width - this.tiled) < 1 || !this.strip.naturalWidth) return;
    this.tiled = width;
    const row = this.film.querySelector(".frames"), height = row.clientHeight;
    const wide = (this.strip.naturalWidth / this.stills.length) * (height / this.strip.naturalHeight);
    const count = Math.max(1, Math.ceil(width / wide));
    row.replaceChildren(...Array.from({ length: count }, (_, place) => {
      const moment = ((place + 0.5) / count) * this.duration;
      const tile = element("span");
      Object.assign(tile.style, {
        backgroundImage: `url("${this.strip.src}")`,
        backgroundSize: `${wide * this.stills.length}px ${height}px`,
        backgroundPosition: `${-wide * nearest(this.stills, moment)}px 0`,
      });
      return tile;
    }));
    this.tile = { wide, height, count };
    this.#sharpen();
  }

  // What is in view gets stills of its own moments, once the hand rests.
  #sharpen() {
    clearTimeout(this.sharp);
    this.sharp = setTimeout(() => {
      const { wide, height, count } = this.tile ?? {};
      const reel = this.film.parentElement, share = this.film.clientWidth / count;
      const first = Math.max(0, Math.floor(reel.scrollLeft / share));
      const most = Math.min(count - first, MOST_STILLS, Math.ceil(reel.clientWidth / share) + 1);
      if (!(most > 0) || !this.frames) return;
      const [start, end] = [first, first + most].map((place) => ((place * this.duration) / count).toFixed(3));
      const sheet = new Image();
      sheet.onload = () => [...this.film.querySelectorAll(".frames span")].slice(first, first + most).forEach((tile, index) => {
        Object.assign(tile.style, { backgroundImage: `url("${sheet.src}")`, backgroundSize: `${wide * most}px ${height}px`, backgroundPosition: `${-wide * index}px 0` });
      });
      sheet.onerror = () => { this.frames = null; };
      sheet.src = `${this.frames}?start=${start}&end=${end}&count=${most}`;
    }, 250);
  }

  #tick() {
    const room = Math.max(2, Math.floor(this.film.clientWidth / 90));
    const step = [0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 1800, 3600].find((one) => this.duration / one <= room) ?? 7200;
    const marks = [];
    for (let moment = 0; moment <= this.duration - step / 3; moment += step) {
      const mark = element("span");
      mark.textContent = clock(moment).replace(/\.0$/, "");
      mark.style.left = `${(100 * moment) / this.duration}%`;
      marks.push(mark);
    }
    this.film.querySelector(".ticks").replaceChildren(...marks);
  }

  #window(index) {
    const box = placed(element("div", "window"), ...this.windows[index], this.duration);
    const many = this.windows.length > 1;
    box.append(this.#end(index, 0, many), element("span", "grip"), this.#end(index, 1, many));
    if (many) box.querySelector(".grip").textContent = index + 1;
    this.#drag(box.querySelector(".grip"), (seconds, was) => this.#moved(index, was, seconds));
    return box;
  }

  #end(index, side, many) {
    const end = element("button", `end ${side ? "last" : "first"}`);
    const name = `${side ? "End" : "Start"} of ${many ? `shot ${index + 1}` : "what is shown"}`;
    for (const [key, value] of Object.entries({ type: "button", role: "slider", "aria-label": name, "data-end": `${index}.${side}` })) end.setAttribute(key, value);
    this.#tell(end, index, side);
    end.addEventListener("keydown", (event) => this.#key(event, index, side));
    this.#drag(end, (seconds, was) => this.#put(index, side, was[side] + seconds));
    return end;
  }

  #tell(end, index, side) {
    const [least, most] = this.#room(index, side);
    const told = { "aria-valuemin": least, "aria-valuemax": most, "aria-valuenow": this.windows[index][side] };
    for (const [key, value] of Object.entries(told)) end.setAttribute(key, value.toFixed(1));
    end.setAttribute("aria-valuetext", clock(this.windows[index][side]));
  }

  #room(index, side) {
    const [start, end] = this.windows[index];
    return side ? [Math.min(end, start + SHORTEST), this.duration] : [0, Math.max(start, end - SHORTEST)];
  }

  #key(event, index, side) {
    const [least, most] = this.#room(index, side);
    const now = this.windows[index][side];
    const next = { Home: least, End: most }[event.key] ?? (event.key in STEPS ? now + STEPS[event.key] * (event.shiftKey ? 10 : 1) : null);
    if (next === null) return;
    event.preventDefault();
    this.#put(index, side, next);
    clearTimeout(this.rest);
    this.rest = setTimeout(() => { this.rest = 0; this.changed(this.windows); }, 600);
  }

  #put(index, side, moment) {
    const [least, most] = this.#room(index, side);
    this.windows[index][side] = Math.round(10 * Math.min(most, Math.max(least, moment))) / 10;
    this.#redraw(index);
  }

  #moved(index, [start, end], seconds) {
    const by = Math.min(this.duration - end, Math.max(-start, seconds));
    this.windows[index] = [start + by, end + by].map((moment) => Math.round(moment * 10) / 10);
    this.#redraw(index);
  }

  #redraw(index) {
    const box = this.spans.querySelectorAll(".window")[index];
    placed(box, ...this.windows[index], this.duration);
    box.querySelectorAll(".end").forEach((end, side) => this.#tell(end, index, side));
    const [start, end] = this.windows[index];
    this.read(`${clock(start)} to ${clock(end)}, ${(end - start).toFixed(1)} s`);
  }

  // One way to drag for mouse, pen and finger; `moving` gets the seconds moved, and the window as it was.
  #drag(handle, moving) {
    handle.addEventListener("pointerdown", (event) => {
      if (event.button) return;
      const index = [...this.spans.querySelectorAll(".window")].indexOf(handle.closest(".window"));
      const was = [...this.windows[index]], from = event.clientX, width = this.film.clientWidth;
      let far = false;
      handle.setPointerCapture(event.pointerId);
      this.dragged = true;
      const move = (now) => { far ||= Math.abs(now.clientX - from) > 2; if (far) moving(((now.clientX - from) / width) * this.duration, was); };
      const end = () => {
        handle.removeEventListener("pointermove", move);
        this.dragged = false;
        if (far && String(was) !== String(this.windows[index])) this.changed(this.windows);
      };
      handle.addEventListener("pointermove", move);
      handle.addEventListener("lostpointercapture", end, { once: true });
    });
  }

  // Along the curve: what each piece is, by pointing or by the arrow keys; Enter or a click takes it.
  #listen() {
    const { curve, pieces } = this;
    let at = -1;
    const to = (index) => {
      pieces[at]?.bar.classList.remove("at");
      at = Math.min(pieces.length - 1, Math.max(0, index));
      pieces[at].bar.classList.add("at");
      curve.setAttribute("aria-valuenow", at + 1);
      curve.setAttribute("aria-valuetext", pieces[at].bar.textContent.trim());
      this.read(null, pieces[at]);
    };
    const under = (event) => {
      const box = curve.getBoundingClientRect();
      const moment = ((event.clientX - box.left) / box.width) * this.duration;
      return pieces.findIndex((piece) => moment < piece.end);
    };
    if (!pieces.length) return;
    curve.addEventListener("pointermove", (event) => to(under(event)));
    curve.addEventListener("focus", () => { if (curve.matches(":focus-visible")) to(Math.max(0, at)); });
    curve.addEventListener("click", (event) => this.asked(pieces[under(event)] ?? pieces[pieces.length - 1]));
    curve.addEventListener("keydown", (event) => {
      const next = { ArrowLeft: at - 1, ArrowDown: at - 1, ArrowRight: at + 1, ArrowUp: at + 1, Home: 0, End: pieces.length - 1 }[event.key];
      if (next !== undefined) { event.preventDefault(); to(next); }
      if ((event.key === "Enter" || event.key === " ") && at >= 0) { event.preventDefault(); this.asked(pieces[at]); }
    });
  }
}

function element(name, kind = "") {
  const made = document.createElement(name);
  made.className = kind;
  return made;
}

function placed(box, start, end, duration) {
  box.style.left = `${(100 * start) / duration}%`;
  box.style.width = `${(100 * (end - start)) / duration}%`;
  return box;
}

function nearest(moments, moment) {
  return moments.reduce((best, one, index) => (Math.abs(one - moment) < Math.abs(moments[best] - moment) ? index : best), 0);
}

function numbers({ start, end, score, why, refused }) {
  return { start: +start, end: +end, score: score === undefined ? null : +score, why, refused };
}

// What stands where a cover will be: since when it is being made, how many go before it, or why there is none.

import { placeOf } from "./asking.js";

const byId = (name) => document.getElementById(name);
const OFTEN = 2000;

export class Waiting {
  // Nothing made before is offered from now on: it is not what was asked for.
  begin() {
    this.end();
    this.since = performance.now();
    this.state = "";
    this.before = "";
    for (const id of ["download", "still"]) byId(id).removeAttribute("href");
    byId("download").textContent = "Being made";
    byId("download").hidden = false;
    byId("still").hidden = true;
    this.ticking = setInterval(() => this.#tell(), 1000);
  }

  heard(job) {
    this.state = job.state;
    if (job.state !== "pending") this.before = "";
    else if (!this.looking) this.#look(job);
  }

  end() {
    clearInterval(this.ticking);
    clearTimeout(this.looking);
    this.looking = 0;
    byId("since").textContent = "";
    if (!byId("download").hasAttribute("href")) byId("download").hidden = true;
  }

  async #look(job) {
    const ticking = this.ticking;
    this.looking = -1;
    const place = await placeOf(job).catch(() => 0);
    if (this.ticking !== ticking) return;
    this.before = place > 1 ? `, place ${place} in the queue` : place ? ", next in the queue" : "";
    this.#tell();
    this.looking = setTimeout(() => { this.looking = 0; if (this.state === "pending") this.#look(job); }, OFTEN);
  }

  #tell() {
    const seconds = Math.round((performance.now() - this.since) / 1000);
    if (seconds < 1) return;
    byId("since").textContent = `${this.state === "pending" ? "Waits" : "Being made"} since ${seconds} s${this.before}.`;
  }
}

// Why there is no cover, where it would be. banned: how many spans a person has banned; null: there is one.
// allowed: whether what was refused was allowed already.
export function nothing(banned, allowed) {
  const place = byId("nothing");
  place.hidden = banned === null;
  if (banned === null) return;
  byId("banned").hidden = !banned;
  byId("allow").hidden = allowed;
  byId("told").textContent = "There is no cover.";
  byId("from").textContent = "";
  byId("snippet").textContent = "There is no cover to put on a page.";
  document.querySelector(".preview").setAttribute("aria-busy", "false");
}

export function allow(work) {
  byId("allow").addEventListener("click", work);
}

// One video: waited for, then edited. Each part of the page is a module of its own.

import { ask, follow } from "./asking.js";
import { candidates } from "./candidates.js";
import { compare } from "./comparing.js";
import { edit } from "./editing.js";
import { isStill, setStill } from "./making.js";
import { personal } from "./personal.js";
import { removing } from "./removing.js";
import { share } from "./sharing.js";

const looking = document.getElementById("looking");
const bench = document.getElementById("bench");

async function waitUntilLookedAt(video) {
  const { jobs } = await ask(`/v1/jobs?video=${video}`);
  const job = jobs.find((one) => one.kind === "look");
  const progress = document.getElementById("progress");
  try { if (job) await follow(job, (now) => { progress.value = now.progress; }); } finally { location.reload(); }
}

function motion(button) {
  const tell = () => { button.textContent = isStill() ? "Let covers move" : "Stop all motion"; };
  button.addEventListener("click", () => { setStill(!isStill()); tell(); });
  tell();
}

removing();
if (looking) waitUntilLookedAt(looking.dataset.video);
if (bench) {
  const editor = edit(bench);
  share(editor);
  candidates(editor);
  compare(editor);
  personal(editor);
  motion(document.getElementById("motion"));
  editor.begin();
}

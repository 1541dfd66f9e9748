// What every page asks the API, and how it says what came of it.

const ENDS = ["completed", "errored", "cancelled"];
const PAUSE = 2000, LONGEST_PAUSE = 30_000;

export async function ask(address, options = {}) {
  const answer = await fetch(address, options);
  const body = answer.status === 204 ? null : await answer.json().catch(() => null);
  if (!answer.ok) throw Object.assign(told(body?.error, `the server answered ${answer.status}`), { status: answer.status });
  return body;
}

export function send(address, record, method = "POST") {
  const body = JSON.stringify(record);
  return ask(address, { method, body, headers: { "Content-Type": "application/json" } });
}

// Follows a job until it has ended; `heard` is called at each change. The browser takes up a line that breaks; one
// that is refused (a server that starts anew, too many requests) is asked for again here, ever more rarely.
export async function follow(job, heard) {
  let ended = await listen(job, heard);
  for (let pause = PAUSE; !ended; pause = Math.min(LONGEST_PAUSE, pause * 2)) {
    await new Promise((over) => setTimeout(over, pause));
    try {
      const now = await ask(job.links.self);
      heard(now);
      ended = ENDS.includes(now.state) ? now : await listen(job, heard);
    } catch (error) {
      if ([401, 403, 404].includes(error.status)) throw error;
    }
  }
  if (ended.state === "completed") return ended;
  throw told(ended.error, "it was stopped");
}

// The job when it has ended, or null when the line was refused.
function listen(job, heard) {
  return new Promise((done) => {
    const line = new EventSource(job.links.events);
    line.addEventListener("error", () => { if (line.readyState === EventSource.CLOSED) done(null); });
    line.addEventListener("job", (event) => {
      const now = JSON.parse(event.data);
      heard(now);
      if (!ENDS.includes(now.state)) return;
      line.close();
      done(now);
    });
  });
}

const NOTHING = "nothing is worth showing; “Show the least bad” shows it all the same";

// An error with the server's own word for its kind; what speaks of a command line is said as a page says it.
function told(problem, otherwise) {
  const kind = problem?.type ?? "", message = problem?.message ?? otherwise;
  return Object.assign(new Error(kind === "NothingWorthShowing" ? NOTHING : message), { kind });
}

// The place of a job among those that wait, 1 for the next; 0 when it does not wait any more.
export async function placeOf(job) {
  const { jobs } = await ask("/v1/jobs?state=pending&most=500");
  const mine = jobs.find((one) => one.id === job.id);
  return mine ? jobs.filter((one) => one.created <= mine.created).length : 0;
}

export function clock(seconds) {
  const tenths = Math.round(seconds * 10);
  return `${Math.floor(tenths / 600)}:${String(((tenths % 600) / 10).toFixed(1)).padStart(4, "0")}`;
}

export function size(bytes) {
  return bytes < 1e6 ? `${Math.round(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

export function say(text) {
  document.getElementById("spoken").textContent = text;
}

export function refuse(error) {
  const place = document.getElementById("refused");
  place.hidden = !error;
  place.textContent = error ? error.message : "";
}

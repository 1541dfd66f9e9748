// What every page asks the API, and how it says what came of it.

export async function ask(address, options = {}) {
  const answer = await fetch(address, options);
  const body = answer.status === 204 ? null : await answer.json();
  if (!answer.ok) throw told(body.error, `the server answered ${answer.status}`);
  return body;
}

export function send(address, record, method = "POST") {
  const body = JSON.stringify(record);
  return ask(address, { method, body, headers: { "Content-Type": "application/json" } });
}

// Follows a job until it has ended; `heard` is called at each change. A line that breaks is taken up again.
export function follow(job, heard) {
  return new Promise((done, failed) => {
    const line = new EventSource(job.links.events);
    line.addEventListener("job", (event) => {
      const now = JSON.parse(event.data);
      heard(now);
      if (!["completed", "errored", "cancelled"].includes(now.state)) return;
      line.close();
      if (now.state === "completed") done(now);
      else failed(told(now.error, "it was stopped"));
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

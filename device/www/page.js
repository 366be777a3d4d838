// Makes the page live: shows the board's state as it changes, flips it without a reload.
const find = (selector) => document.querySelector(selector);
const main = find("main"), button = find("button"), line = find("p"), details = find("details");

let on = button.getAttribute("aria-checked") == "true", // as the board said last
  lit = on, // as shown
  want, // as pressed, until the board confirms it
  misses = 0, // requests in a row that failed; one may be bad luck, two are shown
  turns = 0,
  busy,
  timer;

const show = () => {
  const away = misses > 1;
  lit = want == null ? on : want;
  const text = away ? "Not answering" : lit ? "On" : "Off";
  main.className = away ? "away" : "";
  button.setAttribute("aria-checked", lit);
  // Only when it changes, as a screen reader reads it out.
  if (line.textContent != text) line.textContent = text;
};

let tell = (status) => {
  const up = status.uptime_s / 60;
  const values = [
    up < 120 ? (up | 0) + " min" : ((up / 60) | 0) + " hours",
    ((status.mem_free / 1024) | 0) + " KB",
    status.rssi && status.rssi + " dBm",
    status.mdns || status.ip,
    status.version,
    status.last_error,
    status.mqtt,
  ];
  for (const cell of document.querySelectorAll("dd")) cell.textContent = values.shift() || "none";
  find("dl").hidden = false;
  if (status.more) import(status.more);
};

const ask = async (path, options) => {
  // A browser too old for this limit still works, but sees later that the board is away.
  const answer = await fetch(path, { ...options, signal: AbortSignal.timeout?.(1500) });
  if (!answer.ok) throw (want = null);
  return answer.json();
};

// One round with the board; never two at once, so that no old answer overtakes a newer one.
const turn = async () => {
  clearTimeout(timer);
  if (busy || (document.hidden && want == null)) return;
  busy = true;
  const sent = want;
  const body = new Blob([`{"on":${sent}}`], { type: "application/json" });
  try {
    ({ on } = await ask("led", sent != null && { method: "PUT", body }));
    if (want == sent) want = null;
    misses = 0;
    show();
    if (details.open && turns++ % 6 == 0) tell(await ask("status"));
  } catch {
    // What was pressed must not come true when the board is back, much later.
    if (++misses > 1) want = null;
    show();
  }
  busy = false;
  timer = setTimeout(turn, want != null ? 0 : misses ? Math.min(100 * 2 ** misses, 3000) : 500);
};

find("form").onsubmit = (event) => {
  event.preventDefault();
  if (misses < 2) want = !lit;
  show();
  turn();
};
details.ontoggle = () => {
  turns = 0;
  turn();
};
document.title = find("h1").textContent;
document.onvisibilitychange = turn;
turn();

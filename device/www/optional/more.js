// What optional features add to the page's details: how long the light stays on, and the log.
// page.js loads it where /status has its path.
const box = document.createElement("div");
box.innerHTML =
  "<div></div><select aria-label='On for'><option value=''>On for ...</option>" +
  "<option value=300>5 minutes</option><option value=1800>30 minutes</option>" +
  "<option value=7200>120 minutes</option></select><pre></pre>";
const [left, choice, log] = box.children;

choice.onchange = async () => {
  const body = new Blob([`{"on":true,"for_s":${choice.value}}`], { type: "application/json" });
  choice.value = "";
  try {
    await ask("led", { method: "PUT", body });
  } catch {
    // The page itself shows that the board is away.
  }
  details.ontoggle();
};

const until = (s) => (s < 120 ? s + " s" : Math.round(s / 60) + " min");

const plain = tell;
tell = async (status) => {
  plain(status);
  const timed = "off_in_s" in status;
  const wait = status.off_in_s;
  left.textContent = timed ? (wait == null ? "No time set" : "Off in " + until(wait)) : "";
  choice.hidden = !timed;
  log.hidden = !status.log;
  details.append(box);
  if (status.log) {
    log.textContent = await (await fetch("." + status.log)).text();
  }
};
details.ontoggle();

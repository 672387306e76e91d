// The pane at the side: a thread, the fault switches or the inspector. One at a time.

import { Composer } from "./composer.js";
import { drawFaults } from "./faults.js";
import { beginInspector } from "./inspector.js";
import { MessageList } from "./list.js";
import { go, here } from "./location.js";
import { toast } from "./toasts.js";

const pane = document.getElementById("side");
const title = document.getElementById("side-title");
const body = document.getElementById("side-body");
const foot = document.getElementById("side-foot");
const buttons = {
  faults: document.getElementById("open-faults"),
  inspector: document.getElementById("open-inspector"),
};

let showing = "";
let opener = null;
export let thread = null; // the list of the open thread

export function drawSide(workspace, shortcuts) {
  const at = here();
  const wanted = at.panel || (at.thread && `thread:${at.person}:${at.channel || at.app}:${at.thread}`) || "";
  for (const [name, button] of Object.entries(buttons)) {
    button.setAttribute("aria-expanded", String(at.panel === name));
  }
  if (wanted === showing) return;
  const wasOpen = Boolean(showing);
  showing = wanted;
  thread = null;
  body.replaceChildren();
  foot.replaceChildren();
  pane.hidden = !wanted;
  document.body.classList.toggle("side-open", Boolean(wanted));
  if (!wanted) {
    if (wasOpen && (document.activeElement === document.body || !document.activeElement)) {
      (opener?.isConnected ? opener : document.getElementById("place-title")).focus();
    }
    return;
  }
  if (!wasOpen) opener = document.activeElement;
  pane.className = `side side-${at.panel || "thread"}`;
  if (at.panel === "faults") showPanel("Faults", drawFaults);
  else if (at.panel === "inspector") showPanel("Inspector", beginInspector);
  else showThread(workspace, shortcuts, at);
}

async function showPanel(name, draw) {
  title.textContent = name;
  title.focus();
  try {
    await draw(body);
  } catch (failure) {
    toast(failure.message);
  }
}

async function showThread(workspace, shortcuts, at) {
  title.textContent = "Thread";
  const channel = at.channel || workspace().app.channel;
  const root = document.createElement("div");
  root.className = "list";
  root.setAttribute("role", "log");
  root.setAttribute("aria-live", "off");
  root.setAttribute("aria-relevant", "additions");
  root.setAttribute("aria-label", "Messages of this thread");
  body.append(root);
  const list = new MessageList(root, body, "thread");
  thread = list;
  const composer = new Composer(foot, {
    id: "thread-text",
    label: "Reply in this thread",
    target: () => ({ channel, thread: at.thread }),
    workspace,
    shortcuts,
    whenSent: () => list.sent(),
  });
  composer.at(`${at.person}:${channel}:${at.thread}`, "Reply in this thread");
  try {
    await list.load({ person: at.person, channel, thread: at.thread });
    if (thread === list && !list.shown.size) go({ thread: "" }, { replace: true });
    else if (thread === list) composer.focus();
  } catch (failure) {
    toast(failure.message);
  }
}

export function closeSide() {
  if (pane.contains(document.activeElement)) document.activeElement.blur();
  go({ thread: "", panel: "" });
}

document.getElementById("close-side").addEventListener("click", closeSide);
for (const [name, button] of Object.entries(buttons)) {
  button.addEventListener("click", () => {
    if (here().panel === name) closeSide();
    else go({ panel: name });
  });
}
pane.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && !event.defaultPrevented) closeSide();
});

// What the app and Slack said to each other, newest first.

import { ask } from "./server.js";
import { writeTimes } from "./times.js";
import { toast } from "./toasts.js";

const MOST = 200; // entries kept on the page
const PAUSE = 200; // milliseconds in which new entries are gathered

let list = null;
let newest = 0;
let waiting = 0;

export async function beginInspector(place) {
  newest = 0;
  const bar = document.createElement("div");
  bar.className = "panel-lead";
  bar.innerHTML = `<span>Every call of the app and every delivery to it, newest first.</span>
    <label class="tick-row"><input type="checkbox"> <span>Failed only</span></label>`;
  list = document.createElement("div");
  list.className = "entries";
  const shown = list;
  bar.querySelector("input").addEventListener("change", (event) =>
    shown.classList.toggle("failed-only", event.target.checked),
  );
  place.append(bar, list);
  await more();
}

export function inspectorHeard() {
  if (!list?.isConnected || waiting) return;
  waiting = setTimeout(() => {
    waiting = 0;
    more().catch((failure) => toast(failure.message));
  }, PAUSE);
}

async function more() {
  const place = list;
  const answer = await ask("/page/record", { since: newest || "" });
  if (place !== list || answer.newest <= newest) {
    if (place === list && !list.children.length) list.innerHTML = '<p class="empty">Nothing yet.</p>';
    return;
  }
  newest = answer.newest;
  place.querySelector(".empty")?.remove();
  const template = document.createElement("template");
  template.innerHTML = answer.html;
  writeTimes(template.content);
  place.prepend(template.content);
  while (place.children.length > MOST) place.lastElementChild.remove();
}

// The fault switches: break a part of the world and see what the bot says.

import { ask, tell } from "./server.js";
import { toast } from "./toasts.js";
import { focusAgain, focusIn } from "./values.js";

const count = document.getElementById("fault-count");
const waiting = new Set(); // switches that are not in force yet
let root = null; // the scrolling pane
let place = null; // what the server draws, under the search box
let wanted = "";
let drawn = ""; // what stands there: a press is lost where the same is drawn anew under it

export async function drawFaults(body) {
  root = body;
  const search = document.createElement("input");
  search.type = "search";
  search.className = "field fault-search";
  search.placeholder = "Find a fault";
  search.setAttribute("aria-label", "Find a fault");
  search.value = wanted;
  search.addEventListener("input", () => {
    wanted = search.value;
    filter();
  });
  place = document.createElement("div");
  root.append(search, place);
  drawn = "";
  show(await ask("/page/faults"));
}

export async function refreshFaults() {
  try {
    show(await ask("/page/faults"));
  } catch (failure) {
    toast(failure.message);
  }
}

function show({ html, active }) {
  const number = Object.keys(active).length;
  count.hidden = !number;
  count.textContent = number ? `${number} on` : "";
  if (!place?.isConnected) return;
  const fresh = [html, ...waiting].join("\n");
  if (fresh === drawn) return;
  drawn = fresh;
  const template = document.createElement("template");
  template.innerHTML = html;
  keepAmounts(template.content);
  const focus = focusIn(place);
  const scrolled = root.scrollTop;
  place.replaceChildren(template.content);
  for (const name of waiting) markWaiting(place.querySelector(`[data-fault="${CSS.escape(name)}"]`));
  filter();
  root.scrollTop = scrolled;
  if (focus) focusAgain(place, focus);
}

// What was typed beside a switch that is still off belongs to the reader.
function keepAmounts(fresh) {
  for (const field of fresh.querySelectorAll(".fault:not(.fault-on) [data-fault-amount]")) {
    const name = field.closest("[data-fault]").dataset.fault;
    const old = place.querySelector(`[data-fault="${CSS.escape(name)}"]:not(.fault-on) [data-fault-amount]`);
    if (old && old.value !== old.defaultValue) field.value = old.value;
  }
}

function markWaiting(fault) {
  if (!fault) return;
  fault.setAttribute("aria-busy", "true");
  fault.querySelector(".fault-state").textContent = "Switching…";
}

function filter() {
  const words = wanted.toLowerCase().split(/\s+/).filter(Boolean);
  let found = 0;
  for (const part of place.querySelectorAll("[data-fault-part]")) {
    const title = part.querySelector("h3").textContent;
    let here = 0;
    for (const fault of part.querySelectorAll("[data-fault]")) {
      const text = `${title} ${fault.textContent}`.toLowerCase();
      fault.hidden = !words.every((word) => text.includes(word));
      if (!fault.hidden) here += 1;
    }
    part.hidden = !here;
    found += here;
  }
  place.querySelector("[data-fault-none]").hidden = found > 0;
}

async function change(body) {
  if (body.name) {
    waiting.add(body.name);
    markWaiting(place.querySelector(`[data-fault="${CSS.escape(body.name)}"]`));
  }
  let answer = null;
  try {
    answer = await tell("/page/faults", body);
  } catch (failure) {
    toast(failure.message);
  }
  waiting.delete(body.name);
  drawn = ""; // what the reader switched stands there, not what was drawn
  if (answer) show(answer);
  else await refreshFaults(); // as it was before
}

document.addEventListener("change", (event) => {
  const fault = event.target.closest("[data-fault]");
  if (!fault) return;
  const on = fault.querySelector("[data-fault-switch]").checked;
  const amount = fault.querySelector("[data-fault-amount]");
  if (amount && !amount.checkValidity()) {
    const most = amount.max ? `a number from 0 to ${amount.max}` : "a number of at least 0";
    toast(`The amount must be ${most}. It is ${amount.defaultValue} again.`);
    amount.value = amount.defaultValue;
    if (event.target === amount) return;
  }
  if (event.target === amount && !on) return;
  change({ name: fault.dataset.fault, on, amount: amount ? Number(amount.value) : null });
});
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-clear-faults]")) change({ clear: true });
});

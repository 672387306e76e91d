// The app's Home tab as the app published it for the person.

import { here } from "./location.js";
import { ask } from "./server.js";
import { writeTimes } from "./times.js";
import { carryOver, focusAgain, focusIn } from "./values.js";

export const home = document.getElementById("home");

export async function drawHome() {
  const { person } = here();
  const { html } = await ask("/page/home", { person });
  if (here().app !== "home" || here().person !== person) return;
  const template = document.createElement("template");
  template.innerHTML = html;
  const fresh = template.content.firstElementChild;
  const old = home.firstElementChild;
  if (old && old.dataset.hash && old.dataset.hash === fresh.dataset.hash) return;
  writeTimes(fresh);
  const focus = focusIn(home);
  if (old) carryOver(old, fresh);
  const scrolled = home.scrollTop;
  home.replaceChildren(fresh);
  home.scrollTop = scrolled;
  if (focus) focusAgain(fresh, focus);
}

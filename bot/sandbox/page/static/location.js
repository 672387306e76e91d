// Where the reader is: person, channel, thread, app tab, side panel. It lives in the URL's hash,
// so that a reload and the browser's back button lead to the same place.

const NAMES = ["person", "channel", "thread", "app", "panel"];
const listeners = [];

export function here() {
  const query = new URLSearchParams(location.hash.slice(1));
  return Object.fromEntries(NAMES.map((name) => [name, query.get(name) || ""]));
}

export function go(changes, { replace = false } = {}) {
  const next = { ...here(), ...changes };
  const given = NAMES.filter((name) => next[name]).map((name) => [name, next[name]]);
  const hash = `#${new URLSearchParams(given)}`;
  if (hash === location.hash) return;
  if (replace) history.replaceState(null, "", hash);
  else history.pushState(null, "", hash);
  tellAll();
}

export function whenMoved(listener) {
  listeners.push(listener);
}

function tellAll() {
  for (const listener of listeners) listener(here());
}

window.addEventListener("hashchange", tellAll);
window.addEventListener("popstate", tellAll);

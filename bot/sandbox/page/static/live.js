// What changes in the workspace, as it happens. The browser reconnects by itself after a cut.

const status = document.getElementById("connection");
const QUIET = 800; // milliseconds a cut may last before it is told

let source = null;
let timer = 0;

// `changed` gets each change; `again` is called after a cut, when some may have been missed.
export function listen(person, changed, again) {
  source?.close();
  clearTimeout(timer);
  let first = true;
  let lost = false;
  source = new EventSource(`/page/live?${new URLSearchParams({ person })}`);
  const mine = source;
  source.addEventListener("open", () => {
    clearTimeout(timer);
    say("");
    if (!first) again();
    first = false;
    lost = false;
  });
  source.addEventListener("message", (event) => changed(JSON.parse(event.data)));
  source.addEventListener("error", () => {
    if (mine !== source) return;
    if (!lost) timer = setTimeout(() => say("Reconnecting…"), QUIET);
    lost = true;
    // A refused connection is final for EventSource: begin anew.
    if (mine.readyState === EventSource.CLOSED) {
      setTimeout(() => mine === source && listen(person, changed, () => again()), 1_500);
      first = false;
    }
  });
}

function say(words) {
  status.textContent = words;
  document.body.classList.toggle("cut-off", Boolean(words));
}

// Short notices under the top of the page; errors stay until they are read or closed.

const place = document.getElementById("toasts");
place.popover = "manual"; // so that a notice can stand above an open dialog

export function toast(words, { calm = false } = {}) {
  const note = document.createElement("div");
  note.className = calm ? "toast" : "toast toast-error";
  const text = document.createElement("span");
  text.append(...written(words));
  const close = document.createElement("button");
  close.type = "button";
  close.className = "button icon";
  close.setAttribute("aria-label", "Close this notice");
  close.textContent = "✕";
  close.addEventListener("click", () => note.remove());
  note.append(text, close);
  place.append(note);
  raise();
  setTimeout(() => note.remove(), calm ? 4_000 : 12_000);
  while (place.children.length > 3) place.firstChild.remove();
}

function raise() {
  if (!place.showPopover) return;
  if (place.matches(":popover-open")) place.hidePopover();
  if (document.querySelector("dialog[open]")) place.showPopover();
}

// Words with what stands in `backticks` drawn as code.
export function written(words) {
  return words.split(/`([^`]+)`/).map((part, index) => {
    if (index % 2 === 0) return part;
    const code = document.createElement("code");
    code.textContent = part;
    return code;
  });
}

// True when it went well; otherwise the reader is told why, unless Slackbot has said it.
export function told(outcome) {
  if (!outcome.ok && outcome.message && !outcome.told) toast(outcome.message);
  return outcome.ok;
}

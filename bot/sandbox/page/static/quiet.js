// An empty place says what one can type there.

import { example } from "./completion.js";
import { written } from "./toasts.js";

const place = document.getElementById("quiet");

export function drawQuiet(empty, workspace, composer) {
  const line = example(workspace);
  place.hidden = !empty;
  place.replaceChildren(...written(`Nothing has been said here yet.${line ? ` Try \`${line}\`` : ""}`));
  composer?.suggest(empty && line ? `Try ${line}` : composer.field.getAttribute("aria-label"));
}

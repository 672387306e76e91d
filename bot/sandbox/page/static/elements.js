// Interactive elements of messages, views and Home: presses, choices, confirm dialogs.

import { openChooser } from "./chooser.js";
import { here } from "./location.js";
import { openMenu } from "./menu.js";
import { confirmed } from "./question.js";
import { act } from "./server.js";
import { told } from "./toasts.js";
import { valueOf, valuesIn } from "./values.js";

const CONTAINERS = "[data-message], [data-view], [data-home]";
const DATE_PAUSE = 700; // milliseconds: a date typed by keyboard changes with every digit
const TYPING_PAUSE = 300;

function idOf(container) {
  return container.dataset.message || container.dataset.view || container.dataset.home;
}

async function use(element, chosen, { url = "" } = {}) {
  const container = element.closest(CONTAINERS);
  const confirm = element.querySelector("template.confirm");
  if (confirm && !(await confirmed(confirm))) return;
  if (url) window.open(url, "_blank", "noopener,noreferrer");
  if (!container || !("acts" in element.dataset)) return;
  element.setAttribute("aria-busy", "true");
  element.dispatchEvent(new CustomEvent("pressed", { bubbles: true })); // its list heeds the answer
  const outcome = await act("press", {
    person: here().person,
    container: idOf(container),
    block: element.dataset.block,
    action: element.dataset.action,
    chosen,
    values: valuesIn(container),
  });
  element.removeAttribute("aria-busy");
  told(outcome);
}

const pauses = new WeakMap();
function later(element, wait) {
  clearTimeout(pauses.get(element));
  pauses.set(element, setTimeout(() => use(element, valueOf(element)), wait));
}

document.addEventListener("click", (event) => {
  const element = event.target.closest("[data-element]");
  if (!element) return;
  const press = event.target.closest("[data-press]");
  if (press) {
    if (element.hasAttribute("aria-busy")) return;
    use(element, press.dataset.value ?? null, { url: press.dataset.open });
  }
  const menu = event.target.closest("[data-menu]");
  if (menu) {
    const items = element.querySelector("template.menu-items").content.cloneNode(true);
    openMenu(
      menu,
      [...items.children],
      (value, picked) => use(element, value, { url: picked.dataset.open }),
      { label: "More actions" },
    );
  }
  if (event.target.closest(".chooser-button")) {
    const container = element.closest(CONTAINERS);
    const context = {
      person: here().person,
      container: container ? idOf(container) : "",
      block: element.dataset.block,
      action: element.dataset.action,
    };
    openChooser(element, context, () => use(element, valueOf(element)));
  }
});

document.addEventListener("change", (event) => {
  const element = event.target.closest("[data-element]");
  if (!element || !("acts" in element.dataset)) return;
  const kind = element.dataset.element;
  if (kind === "checkboxes" || kind === "radio_buttons") use(element, valueOf(element));
  if (["datepicker", "timepicker", "datetimepicker"].includes(kind)) later(element, DATE_PAUSE);
});

document.addEventListener("input", (event) => {
  const element = event.target.closest("[data-acts-on*=on_character_entered]");
  if (element && "acts" in element.dataset) later(element, TYPING_PAUSE);
});

document.addEventListener("keydown", (event) => {
  const element = event.target.closest?.("[data-acts-on*=on_enter_pressed]");
  if (!element || !("acts" in element.dataset) || event.key !== "Enter") return;
  if (event.target.tagName === "TEXTAREA" && !event.ctrlKey && !event.metaKey) return;
  event.preventDefault();
  use(element, valueOf(element));
});

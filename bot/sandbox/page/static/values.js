// What the inputs of a message or view hold, as { block id: { action id: chosen } }.

import { chosenIn, setChosen } from "./chooser.js";

const TEXTS = ["plain_text_input", "email_text_input", "url_text_input", "number_input"];
const NONE = ["button", "overflow", "workflow_button", "feedback_buttons", "icon_button", "image"];

export function valueOf(element) {
  const kind = element.dataset.element;
  if (element.classList.contains("chooser")) {
    const values = chosenIn(element).map((one) => one.value);
    return "many" in element.dataset ? values : (values[0] ?? "");
  }
  if (kind === "checkboxes") return [...element.querySelectorAll(":checked")].map((one) => one.value);
  if (kind === "radio_buttons") return element.querySelector(":checked")?.value ?? "";
  const field = element.querySelector(".field");
  if (!field) return undefined;
  if (kind === "datetimepicker") {
    return field.value ? String(Math.floor(new Date(field.value).getTime() / 1000)) : "";
  }
  if (kind === "rich_text_input") return field.value ? { rich_text_value: richText(field.value) } : null;
  return field.value;
}

function richText(text) {
  const elements = [{ type: "text", text }];
  return { type: "rich_text", elements: [{ type: "rich_text_section", elements }] };
}

export function valuesIn(container) {
  const values = {};
  for (const element of container.querySelectorAll("[data-element][data-action]")) {
    const { element: kind, block, action } = element.dataset;
    if (NONE.includes(kind) || !action) continue;
    const value = valueOf(element);
    if (value !== undefined) (values[block] ??= {})[action] = value;
  }
  return values;
}

// Keep what the reader typed and opened when `old` is drawn anew as `fresh`.
export function carryOver(old, fresh) {
  for (const element of fresh.querySelectorAll("[data-element][data-action]")) {
    const { block, action, element: kind } = element.dataset;
    const same = old.querySelector(
      `[data-block="${CSS.escape(block)}"][data-action="${CSS.escape(action)}"]`,
    );
    if (!same || same.dataset.element !== kind) continue;
    if (TEXTS.includes(kind) || kind === "rich_text_input") {
      const [was, now] = [same.querySelector(".field"), element.querySelector(".field")];
      if (was && now && was.value !== was.defaultValue) now.value = was.value;
    } else if (element.classList.contains("chooser") && !("acts" in element.dataset)) {
      setChosen(element, chosenIn(same));
    } else if (!("acts" in element.dataset)) {
      const [was, now] = [same.querySelectorAll("input"), element.querySelectorAll("input")];
      now.forEach((input, index) => {
        if (!was[index]) return;
        input.checked = was[index].checked;
        if (input.classList.contains("field")) input.value = was[index].value;
      });
    }
  }
  const opened = old.querySelectorAll("details");
  fresh.querySelectorAll("details").forEach((one, index) => {
    if (opened[index]) one.open = opened[index].open;
  });
}

// Which control of `root` has the focus, so that it can be found again in a new drawing.
export function focusIn(root) {
  const focused = document.activeElement;
  if (!focused || !root.contains(focused)) return null;
  const controls = [...root.querySelectorAll("button, input, textarea, a, summary")];
  const action = focused.closest("[data-element]")?.dataset;
  return { index: controls.indexOf(focused), block: action?.block, action: action?.action };
}

export function focusAgain(root, place) {
  if (!place) return;
  const controls = root.querySelectorAll("button, input, textarea, a, summary");
  const same =
    place.action &&
    root.querySelector(
      `[data-block="${CSS.escape(place.block)}"][data-action="${CSS.escape(place.action)}"]`,
    );
  const target = same?.querySelector("button, input, textarea") || controls[place.index] || root;
  target.focus({ preventScroll: true });
}

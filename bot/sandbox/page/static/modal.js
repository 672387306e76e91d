// The app's modals: the top one of the person's stack is shown, with its errors and its keys.

import { here } from "./location.js";
import { closePopup } from "./popup.js";
import { act, ask } from "./server.js";
import { toast } from "./toasts.js";
import { writeTimes } from "./times.js";
import { carryOver, focusAgain, focusIn, valuesIn } from "./values.js";
import { windowId } from "./window.js";

const dialog = document.getElementById("modal");
const FIRST = "[data-autofocus], .field, .chooser-button, .tick-row input, .dialog-foot [type=submit]";
let opener = null;
let asked = 0;

export async function refreshModal() {
  const number = (asked += 1);
  const { person } = here();
  let answer;
  try {
    answer = await ask("/page/views", { person, window: windowId });
  } catch (failure) {
    toast(failure.message);
    return;
  }
  if (number !== asked || person !== here().person) return;
  if (!answer.depth) {
    hide();
    return;
  }
  const shown = dialog.querySelector("form");
  if (shown?.dataset.view === answer.id && shown.dataset.hash === answer.hash) return;
  show(answer);
}

function show(answer) {
  const template = document.createElement("template");
  template.innerHTML = answer.html;
  const form = template.content.firstElementChild;
  writeTimes(form);
  const old = dialog.querySelector("form");
  const same = old?.dataset.view === answer.id;
  const focus = same ? focusIn(old) : null;
  const scrolled = same ? old.querySelector(".dialog-body").scrollTop : 0;
  if (same) carryOver(old, form);
  closePopup();
  dialog.replaceChildren(form);
  if (!dialog.open) {
    opener = document.activeElement;
    dialog.showModal();
  }
  form.querySelector(".dialog-body").scrollTop = scrolled;
  if (focus) focusAgain(form, focus);
  else (form.querySelector("[data-autofocus]") || form.querySelector(FIRST))?.focus();
}

function hide() {
  if (!dialog.open) return;
  closePopup();
  dialog.close();
  dialog.replaceChildren();
  const target = opener?.isConnected ? opener : document.querySelector("#composer-text");
  target?.focus();
  opener = null;
}

async function submit(form) {
  if (form.hasAttribute("aria-busy")) return;
  form.setAttribute("aria-busy", "true");
  const view = form.dataset.view;
  showErrors(form, {});
  const outcome = await act("submit", { person: here().person, view, values: valuesIn(form) });
  form.removeAttribute("aria-busy");
  if (!outcome.ok) {
    showErrors(form, outcome.errors || {}, outcome.message);
    return;
  }
  await refreshModal();
}

function showErrors(form, errors, message = "") {
  let first = null;
  for (const block of form.querySelectorAll("[data-input-block]")) {
    const words = errors[block.dataset.inputBlock];
    const place = block.querySelector(".input-error");
    block.classList.toggle("invalid", Boolean(words));
    place.textContent = words ? `▲ ${words}` : "";
    const field = block.querySelector(".field, .chooser-button, input");
    if (!field) continue;
    if (words) {
      place.id ||= `error-${block.dataset.inputBlock}`;
      field.setAttribute("aria-invalid", "true");
      field.setAttribute("aria-describedby", place.id);
      first ||= field;
    } else {
      field.removeAttribute("aria-invalid");
      field.removeAttribute("aria-describedby");
    }
  }
  form.querySelector("[data-form-problem]").textContent = message;
  first?.focus();
}

async function close({ all = false } = {}) {
  const view = dialog.querySelector("form")?.dataset.view;
  if (!view) return;
  const outcome = await act("close", { person: here().person, view, all });
  if (!outcome.ok && outcome.message) toast(outcome.message);
  await refreshModal();
}

dialog.addEventListener("submit", (event) => {
  event.preventDefault();
  submit(event.target);
});
dialog.addEventListener("click", (event) => {
  if (event.target.closest("[data-close-one]")) close();
  if (event.target.closest("[data-close-all]")) close({ all: true });
});
dialog.addEventListener("cancel", (event) => {
  event.preventDefault();
  close();
});

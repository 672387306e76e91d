// Selects and multi-selects: a button that opens a searchable list.

import { closePopup, openPopup, popupOf } from "./popup.js";
import { tell } from "./server.js";

const TYPING_PAUSE = 250; // milliseconds before the app is asked for options

export function chosenIn(element) {
  return JSON.parse(element.dataset.chosen || "[]");
}

export function setChosen(element, chosen) {
  element.dataset.chosen = JSON.stringify(chosen);
  const shown = element.querySelector(".chooser-shown");
  shown.textContent = chosen.map((one) => one.label).join(", ") || element.dataset.placeholder;
  shown.classList.toggle("placeholder", chosen.length === 0);
}

// `done` is called with the values when the reader has chosen; `context` names the container.
export function openChooser(element, context, done) {
  const button = element.querySelector(".chooser-button");
  if (popupOf(button)) {
    closePopup({ refocus: true });
    return;
  }
  const many = "many" in element.dataset;
  const before = element.dataset.chosen;
  const box = build(button, many);
  const [search, list] = [box.querySelector("input"), box.querySelector("[role=listbox]")];
  const session = { element, context, many, search, list, active: 0, shown: [], done, button };
  search.addEventListener("input", () => offer(session));
  search.addEventListener("keydown", (event) => onKey(event, session));
  list.addEventListener("click", (event) => {
    const option = event.target.closest("[role=option]");
    if (option) pick(session, Number(option.dataset.index));
  });
  openPopup(button, box, {
    closed: () => {
      if (many && element.dataset.chosen !== before) done(chosenIn(element));
    },
  });
  offer(session);
  search.focus();
}

function build(button, many) {
  const box = document.createElement("div");
  box.className = "popup chooser-popup";
  const search = document.createElement("input");
  search.className = "field";
  search.type = "text";
  search.autocomplete = "off";
  search.placeholder = "Type to search";
  search.setAttribute("role", "combobox");
  search.setAttribute("aria-expanded", "true");
  search.setAttribute("aria-controls", "chooser-list");
  search.setAttribute("aria-autocomplete", "list");
  search.setAttribute("aria-label", `Search: ${button.textContent.trim()}`);
  const list = document.createElement("div");
  list.id = "chooser-list";
  list.className = "chooser-list";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Choices");
  if (many) list.setAttribute("aria-multiselectable", "true");
  box.append(search, list);
  return box;
}

async function offer(session) {
  const { element, search } = session;
  const typed = search.value.trim();
  if ("asks" in element.dataset) {
    const least = Number(element.dataset.asks);
    if (typed.length < least) {
      draw(session, [], least === 1 ? "Type to search." : `Type at least ${least} characters.`);
      return;
    }
    const asked = (session.asked = (session.asked || 0) + 1);
    draw(session, [], "Searching…");
    await new Promise((resume) => setTimeout(resume, TYPING_PAUSE));
    if (asked !== session.asked) return;
    try {
      const answer = await tell("/page/options", { ...session.context, typed });
      if (asked === session.asked) draw(session, answer.choices, "Nothing was found.");
    } catch (failure) {
      draw(session, [], failure.message);
    }
    return;
  }
  const all = JSON.parse(element.dataset.choices);
  const wanted = typed.toLowerCase();
  const found = all.filter((one) => `${one.label} ${one.description}`.toLowerCase().includes(wanted));
  draw(session, found, "Nothing was found.");
}

function draw(session, choices, empty) {
  const { list, element, many } = session;
  const chosen = new Set(chosenIn(element).map((one) => one.value));
  session.shown = choices;
  session.active = Math.max(0, choices.findIndex((one) => chosen.has(one.value)));
  list.replaceChildren();
  let group = "";
  choices.forEach((choice, index) => {
    if (choice.group !== group) {
      group = choice.group;
      const heading = document.createElement("div");
      heading.className = "menu-heading";
      heading.setAttribute("role", "presentation");
      heading.textContent = group;
      list.append(heading);
    }
    const option = document.createElement("div");
    option.className = "chooser-option";
    option.id = `chooser-option-${index}`;
    option.dataset.index = index;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", String(chosen.has(choice.value)));
    const tick = document.createElement("span");
    tick.className = "chooser-tick";
    tick.setAttribute("aria-hidden", "true");
    tick.textContent = chosen.has(choice.value) ? "✓" : "";
    const words = document.createElement("span");
    words.className = "menu-words";
    const label = document.createElement("span");
    label.textContent = choice.label;
    words.append(label);
    if (choice.description) {
      const detail = document.createElement("span");
      detail.className = "menu-detail";
      detail.textContent = choice.description;
      words.append(detail);
    }
    option.append(tick, words);
    list.append(option);
  });
  if (!choices.length) {
    const note = document.createElement("div");
    note.className = "menu-heading";
    note.textContent = empty;
    list.append(note);
  } else if (!many && chosen.size) {
    session.clears = true;
  }
  mark(session);
}

function mark(session) {
  const { list, search, active } = session;
  for (const option of list.querySelectorAll("[role=option]")) {
    const on = Number(option.dataset.index) === active;
    option.classList.toggle("active", on);
    if (on) option.scrollIntoView({ block: "nearest" });
  }
  search.setAttribute("aria-activedescendant", session.shown.length ? `chooser-option-${active}` : "");
}

function onKey(event, session) {
  const last = session.shown.length - 1;
  const next = {
    ArrowDown: Math.min(last, session.active + 1),
    ArrowUp: Math.max(0, session.active - 1),
    Home: 0,
    End: last,
  }[event.key];
  if (next !== undefined && last >= 0) {
    event.preventDefault();
    session.active = next;
    mark(session);
  } else if (event.key === "Enter") {
    event.preventDefault();
    if (session.shown[session.active]) pick(session, session.active);
  }
}

function pick(session, index) {
  const { element, many, done } = session;
  const choice = session.shown[index];
  if (!many) {
    const before = chosenIn(element)[0]?.value;
    setChosen(element, [choice]);
    closePopup({ refocus: true });
    if (before !== choice.value || "acts" in element.dataset) done([choice]);
    return;
  }
  const chosen = chosenIn(element);
  const without = chosen.filter((one) => one.value !== choice.value);
  const most = Number(element.dataset.most || 0);
  if (without.length === chosen.length && most && chosen.length >= most) return;
  setChosen(element, without.length < chosen.length ? without : [...chosen, choice]);
  const active = session.active;
  draw(session, session.shown, "");
  session.active = active;
  mark(session);
  session.search.focus();
}

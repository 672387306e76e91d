// Menus: a list of acts beside a button, for pointer and keyboard alike.

import { closePopup, openPopup, popupOf } from "./popup.js";

// Items: {label, detail, html, value, checked, heading}. `html` is drawn by the server.
export function openMenu(anchor, items, chosen, { label = "Menu", grid = false } = {}) {
  if (popupOf(anchor)) {
    closePopup({ refocus: true });
    return;
  }
  const box = document.createElement("div");
  box.className = grid ? "popup menu menu-grid" : "popup menu";
  box.setAttribute("role", "menu");
  box.setAttribute("aria-label", label);
  for (const item of items) box.append(item instanceof Element ? item : row(item));
  box.addEventListener("click", (event) => {
    const picked = event.target.closest("[role^=menuitem]");
    if (!picked) return;
    closePopup({ refocus: true });
    chosen(picked.dataset.value, picked);
  });
  box.addEventListener("keydown", (event) => move(event, box, grid));
  openPopup(anchor, box);
  const rows = box.querySelectorAll("[role^=menuitem]");
  (box.querySelector("[aria-checked=true]") || rows[0])?.focus();
}

function row(item) {
  if (item.heading) {
    const heading = document.createElement("div");
    heading.className = "menu-heading";
    heading.setAttribute("role", "presentation");
    heading.textContent = item.heading;
    return heading;
  }
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.value = item.value;
  button.setAttribute("role", "checked" in item ? "menuitemradio" : "menuitem");
  if ("checked" in item) button.setAttribute("aria-checked", String(item.checked));
  if (item.html) button.innerHTML = item.html;
  if (item.name) button.setAttribute("aria-label", item.name);
  const words = document.createElement("span");
  words.className = "menu-words";
  const name = document.createElement("span");
  name.textContent = item.label;
  words.append(name);
  if (item.detail) {
    const detail = document.createElement("span");
    detail.className = "menu-detail";
    detail.textContent = item.detail;
    words.append(detail);
  }
  button.append(words);
  return button;
}

function move(event, box, grid) {
  const rows = [...box.querySelectorAll("[role^=menuitem]")];
  const now = rows.indexOf(document.activeElement);
  const steps = { ArrowDown: grid ? 6 : 1, ArrowUp: grid ? -6 : -1 };
  if (grid) Object.assign(steps, { ArrowRight: 1, ArrowLeft: -1 });
  let next = null;
  if (event.key in steps) next = (now + steps[event.key] + rows.length) % rows.length;
  else if (event.key === "Home") next = 0;
  else if (event.key === "End") next = rows.length - 1;
  else if (event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey) {
    const typed = event.key.toLowerCase();
    const later = [...rows.slice(now + 1), ...rows.slice(0, now + 1)];
    const found = later.find((one) => one.textContent.trim().toLowerCase().startsWith(typed));
    if (found) next = rows.indexOf(found);
  }
  if (next === null) return;
  event.preventDefault();
  rows[next].focus();
}

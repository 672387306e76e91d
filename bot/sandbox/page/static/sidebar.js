// The sidebar: who one acts as, channels, the app, people. On a phone it is a drawer.

import { go, here } from "./location.js";
import { openMenu } from "./menu.js";

const places = document.getElementById("places");
const me = document.getElementById("me");
const opener = document.getElementById("open-sidebar");
const shade = document.getElementById("shade");

export function personOf(workspace, id) {
  return workspace.people.find((one) => one.id === id);
}

export function drawSidebar(workspace, unread) {
  const at = here();
  drawMe(workspace);
  const { app } = workspace;
  const focused = places.contains(document.activeElement) ? document.activeElement.dataset.key : null;
  places.replaceChildren(
    section("Channels", workspace.channels.map((channel) => channelRow(channel, at, unread))),
    section("Apps", [
      row({
        key: "app",
        html: app.avatar,
        words: app.name,
        on: Boolean(at.app),
        unread: app.channel ? unread.count(app.channel) : 0,
        move: { app: app.home ? "home" : "messages", channel: "", thread: "" },
      }),
    ]),
    section("People", workspace.people.filter((one) => !one.bot).map((one) => personRow(one, at))),
  );
  if (focused) places.querySelector(`[data-key="${CSS.escape(focused)}"]`)?.focus();
}

function drawMe(workspace) {
  const person = personOf(workspace, here().person);
  me.innerHTML = person.avatar; // drawn by the server
  const words = document.createElement("span");
  words.className = "me-words";
  for (const [css, text] of [
    ["me-lead", "You act as"],
    ["me-name", person.real_name],
    ["me-role", [person.role, person.title].filter(Boolean).join(" · ")],
  ]) {
    const line = document.createElement("span");
    line.className = css;
    line.textContent = text;
    words.append(line);
  }
  const sign = document.createElement("span");
  sign.setAttribute("aria-hidden", "true");
  sign.textContent = "⌄";
  sign.className = "me-sign";
  me.append(words, sign);
  me.onclick = () => {
    const items = workspace.people
      .filter((one) => one.acts)
      .map((one) => ({
        value: one.id,
        label: one.real_name,
        detail: [one.role, one.title].filter(Boolean).join(" · "),
        html: one.avatar,
        checked: one.id === person.id,
      }));
    openMenu(me, [{ heading: "Act as" }, ...items], (id) => go({ person: id, thread: "" }), {
      label: "Act as another person",
    });
  };
}

function section(title, rows) {
  const part = document.createElement("section");
  const heading = document.createElement("h2");
  heading.className = "side-heading";
  heading.id = `heading-${title.toLowerCase()}`;
  heading.textContent = title;
  part.setAttribute("aria-labelledby", heading.id);
  const list = document.createElement("ul");
  list.append(...rows);
  part.append(heading, list);
  return part;
}

function channelRow(channel, at, unread) {
  return row({
    key: channel.id,
    sign: channel.private ? "◇" : "#",
    words: channel.name,
    spoken: channel.private ? "private channel" : "",
    on: at.channel === channel.id && !at.app,
    faint: !channel.member,
    unread: unread.count(channel.id),
    move: { channel: channel.id, app: "", thread: "" },
  });
}

function personRow(person, at) {
  const item = row({
    key: person.id,
    html: person.avatar,
    words: person.real_name,
    side: person.gone ? "deactivated" : person.id === at.person ? "you" : "",
    faint: person.gone,
    move: person.acts ? { person: person.id, thread: "" } : null,
  });
  const button = item.querySelector("button");
  if (button) button.title = person.id === at.person ? "" : `Act as ${person.real_name}`;
  return item;
}

function row({ key, html = "", sign = "", words, spoken = "", side = "", on, faint, unread = 0, move }) {
  const item = document.createElement("li");
  const control = document.createElement(move ? "button" : "span");
  control.className = "place";
  control.dataset.key = key;
  if (html) control.innerHTML = html; // an avatar, drawn by the server
  if (sign) add(control, "place-sign", sign).setAttribute("aria-hidden", "true");
  add(control, "place-name", words);
  if (spoken) add(control, "unseen", `(${spoken})`);
  if (side) add(control, "place-side", side);
  if (unread) {
    add(control, "place-count", String(unread)).setAttribute("aria-hidden", "true");
    add(control, "unseen", `(${unread} unread)`);
  }
  control.classList.toggle("unread", unread > 0);
  control.classList.toggle("faint", Boolean(faint));
  if (move) {
    control.type = "button";
    if (on) control.setAttribute("aria-current", "page");
    control.addEventListener("click", () => {
      closeDrawer();
      go(move);
    });
  }
  item.append(control);
  return item;
}

function add(parent, css, text) {
  const part = document.createElement("span");
  part.className = css;
  part.textContent = text;
  parent.append(part);
  return part;
}

export function openDrawer() {
  document.body.classList.add("drawer-open");
  shade.hidden = false;
  opener.setAttribute("aria-expanded", "true");
  me.focus();
}

export function closeDrawer({ refocus = false } = {}) {
  document.body.classList.remove("drawer-open");
  shade.hidden = true;
  opener.setAttribute("aria-expanded", "false");
  if (refocus) opener.focus();
}

opener.addEventListener("click", () =>
  document.body.classList.contains("drawer-open") ? closeDrawer() : openDrawer(),
);
shade.addEventListener("click", () => closeDrawer({ refocus: true }));
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && document.body.classList.contains("drawer-open")) {
    closeDrawer({ refocus: true });
  }
});

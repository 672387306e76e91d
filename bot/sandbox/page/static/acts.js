// What one does with a message or from the ⚡ menu: reactions, threads, shortcuts, own messages.

import { go, here } from "./location.js";
import { openMenu } from "./menu.js";
import { edited } from "./question.js";
import { pickReaction } from "./reactions.js";
import { act, ask } from "./server.js";
import { told } from "./toasts.js";

function person() {
  return here().person;
}

export function shortcutsMenu(workspace) {
  return (anchor) => {
    const items = workspace()
      .shortcuts.filter((one) => one.kind === "global")
      .map((one) => ({ value: one.id, label: one.name, detail: one.description }));
    const none = [{ heading: "This app has no global shortcuts" }];
    openMenu(
      anchor,
      items.length ? [{ heading: "Shortcuts" }, ...items] : none,
      async (callback) => told(await act("shortcut", { person: person(), callback })),
      { label: "Shortcuts" },
    );
  };
}

async function react(message, emoji, remove = false) {
  told(await act("react", { person: person(), id: message.dataset.message, emoji, remove }));
}

function openThread(message) {
  go({ thread: message.dataset.thread, panel: "" });
}

function messageMenu(anchor, message, workspace) {
  const ephemeral = "ephemeral" in message.dataset;
  const items = [];
  if (!ephemeral) {
    items.push({ value: "react", label: "Add a reaction" });
    if (!message.closest("#side")) items.push({ value: "thread", label: "Reply in thread" });
    const shortcuts = workspace().shortcuts.filter((one) => one.kind === "message");
    if (shortcuts.length) items.push({ heading: workspace().app.name });
    for (const one of shortcuts) {
      items.push({ value: `shortcut:${one.id}`, label: one.name, detail: one.description });
    }
  } else {
    items.push({ value: "dismiss", label: "Dismiss" });
  }
  if ("mine" in message.dataset && !ephemeral) {
    items.push({ heading: "Your message" });
    items.push({ value: "edit", label: "Edit" }, { value: "delete", label: "Delete" });
  }
  openMenu(anchor, items, (value) => doIt(value, anchor, message), { label: "Message actions" });
}

async function doIt(value, anchor, message) {
  const id = message.dataset.message;
  if (value === "react") pickReaction(anchor, (emoji) => react(message, emoji));
  if (value === "thread") openThread(message);
  if (value === "dismiss" || value === "delete") told(await act("delete", { person: person(), id }));
  if (value === "edit") await edit(id);
  if (value.startsWith("shortcut:")) {
    const callback = value.slice("shortcut:".length);
    told(await act("shortcut", { person: person(), callback, id }));
  }
}

async function edit(id) {
  const channel = id.split(":")[0];
  const { text } = await ask("/page/message", { person: person(), channel, id });
  const changed = await edited(text);
  if (changed !== null && changed !== text) {
    told(await act("edit", { person: person(), id, text: changed }));
  }
}

export function listenToMessages(workspace) {
  document.addEventListener("click", (event) => {
    const message = event.target.closest("[data-message]");
    if (!message) return;
    const on = (selector) => event.target.closest(selector);
    const reaction = on("[data-react]");
    if (reaction) {
      react(message, reaction.dataset.react, reaction.getAttribute("aria-pressed") === "true");
    } else if (on("[data-add-reaction]")) {
      pickReaction(on("[data-add-reaction]"), (emoji) => react(message, emoji));
    } else if (on("[data-open-thread]")) openThread(message);
    else if (on("[data-message-menu]")) messageMenu(on("[data-message-menu]"), message, workspace);
    else if (on("[data-dismiss]")) doIt("dismiss", null, message);
  });
}

// The box one writes in: Enter sends, completion, earlier lines by the up arrow, drafts.

import { offersFor, usageFor, wordAt } from "./completion.js";
import { here } from "./location.js";
import { act } from "./server.js";
import { toast, told, written } from "./toasts.js";

const drafts = new Map();
const sent = []; // what was sent from this page, newest last
let count = 0;

export class Composer {
  // `target()` gives {channel, thread}; `workspace()` the state of the frame; `whenSent` is
  // called as soon as something leaves the box.
  constructor(host, { label, target, workspace, shortcuts, id, whenSent }) {
    const template = document.getElementById("composer-template");
    this.form = template.content.cloneNode(true).firstElementChild;
    this.field = this.form.querySelector("textarea");
    this.target = target;
    this.workspace = workspace;
    this.whenSent = whenSent;
    this.offers = [];
    this.usage = "";
    this.active = 0;
    this.recalled = 0; // how far back the up arrow went
    this.key = "";
    this.field.id = id;
    this.field.setAttribute("aria-label", label);
    this.field.placeholder = label;
    this.hint = this.form.querySelector("[data-hint]");
    this.listId = `offers-${(count += 1)}`;
    this.field.setAttribute("aria-controls", this.listId);
    host.replaceChildren(this.form);
    this.#listen(shortcuts);
    this.#grow();
  }

  // Move to another place: its draft comes back.
  at(key, label) {
    if (this.key === key) return;
    if (this.key) drafts.set(this.key, this.field.value);
    this.key = key;
    this.field.value = drafts.get(key) || "";
    this.field.setAttribute("aria-label", label);
    this.field.placeholder = label;
    this.recalled = 0;
    this.#hint("");
    this.#close();
    this.#grow();
  }

  // What stands in the empty box.
  suggest(words) {
    this.field.placeholder = words;
  }

  focus() {
    this.field.focus();
  }

  async send() {
    const text = this.field.value.trim();
    if (!text) return;
    const { person } = here();
    const { channel, thread } = this.target();
    this.#set("");
    this.#hint("");
    this.whenSent();
    if (sent.at(-1) !== text) sent.push(text);
    this.recalled = 0;
    this.form.setAttribute("aria-busy", "true");
    // Names, channels and markup are made into what Slack sends by the workspace itself.
    const verb = /^\/[\w-]/.test(text) ? "slash" : "say";
    const outcome = await act(verb, { person, channel, thread, text });
    this.form.removeAttribute("aria-busy");
    const isHere = this.target().channel === channel;
    if (isHere) this.#hint(outcome.hint || "");
    if (!told(outcome) && !this.field.value && isHere) this.#set(text);
  }

  // The sandbox's own word beside what Slackbot says.
  #hint(words) {
    this.hint.hidden = !words;
    this.hint.replaceChildren(...(words ? ["Sandbox: ", ...written(words)] : []));
  }

  #listen(shortcuts) {
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.send();
    });
    this.field.addEventListener("input", () => {
      this.recalled = 0;
      this.#grow();
      this.#offer();
    });
    this.field.addEventListener("keydown", (event) => this.#onKey(event));
    this.field.addEventListener("blur", () => setTimeout(() => this.#close(), 150));
    this.form.querySelector("[data-mention]").addEventListener("click", () => this.#insert("@"));
    this.form.querySelector("[data-slash]").addEventListener("click", () => {
      if (this.field.value && !this.field.value.startsWith("/")) {
        toast("A slash command begins the line: empty the box first.", { calm: true });
      } else if (!this.field.value) this.#insert("/");
      this.field.focus();
    });
    const button = this.form.querySelector("[data-shortcuts]");
    button.addEventListener("click", () => shortcuts(button));
  }

  #onKey(event) {
    const open = this.offers.length > 0;
    if (open && ["ArrowDown", "ArrowUp"].includes(event.key)) {
      event.preventDefault();
      const step = event.key === "ArrowDown" ? 1 : -1;
      const from = this.active < 0 && step < 0 ? 0 : this.active;
      this.active = (from + step + this.offers.length) % this.offers.length;
      this.#mark();
    } else if (open && (event.key === "Tab" || event.key === "Enter") && !event.shiftKey) {
      const typed = this.field.value.slice(this.word.from, this.field.selectionStart).trim().toLowerCase();
      const offer = this.offers[this.active];
      const whole = [offer?.text.trim(), ...(offer?.same || [])].some((one) => one?.toLowerCase() === typed);
      if (event.key === "Enter" && (whole || this.active < 0)) {
        event.preventDefault();
        this.#close();
        this.send();
        return;
      }
      event.preventDefault();
      this.#take(Math.max(0, this.active));
    } else if (open && event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      this.#close();
    } else if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.send();
    } else if (event.key === "ArrowUp" && (this.field.value === "" || this.recalled)) {
      this.#recall(event, 1);
    } else if (event.key === "ArrowDown" && this.recalled) {
      this.#recall(event, -1);
    }
  }

  #recall(event, step) {
    const next = Math.min(sent.length, this.recalled + step);
    if (next === this.recalled) return;
    event.preventDefault();
    this.#set(next ? sent[sent.length - next] : "");
    this.recalled = next;
  }

  #set(text) {
    this.field.value = text;
    this.field.setSelectionRange(text.length, text.length);
    this.#grow();
    this.#close();
  }

  #insert(text) {
    const { value, selectionStart } = this.field;
    const gap = text === "@" && selectionStart && !/\s$/.test(value.slice(0, selectionStart)) ? " " : "";
    this.field.focus();
    this.field.setRangeText(gap + text, selectionStart, this.field.selectionEnd, "end");
    this.#grow();
    this.#offer();
  }

  #grow() {
    this.field.style.height = "auto";
    this.field.style.height = `${Math.min(this.field.scrollHeight, 200)}px`;
    this.form.classList.toggle("is-empty", !this.field.value.trim());
  }

  #offer() {
    this.word = wordAt(this.field);
    this.offers = offersFor(this.word, this.workspace());
    this.usage = usageFor(this.word, this.workspace());
    // The first words of a command are only a hint: Enter sends, unless one was picked by arrow.
    this.active = this.word?.kind === "argument" ? -1 : 0;
    this.#draw();
  }

  #draw() {
    this.list?.remove();
    this.list = null;
    const open = this.offers.length > 0;
    this.field.setAttribute("aria-expanded", String(open));
    if (!open) this.field.removeAttribute("aria-activedescendant");
    if (!open && !this.usage) return;
    this.list = document.createElement("div");
    this.list.className = "offers";
    if (this.usage) this.list.append(usageRow(this.usage));
    this.list.id = this.listId;
    this.list.setAttribute("role", "listbox");
    this.list.setAttribute("aria-label", "Suggestions");
    this.offers.forEach((offer, index) => this.list.append(this.#row(offer, index)));
    this.form.prepend(this.list);
    this.#mark();
  }

  #row(offer, index) {
    const row = document.createElement("div");
    row.className = "offer";
    row.id = `${this.listId}-${index}`;
    row.setAttribute("role", "option");
    if (offer.html) row.innerHTML = offer.html; // an avatar, drawn by the server
    const words = document.createElement("span");
    words.className = "menu-words";
    const first = document.createElement("span");
    const label = document.createElement("strong");
    label.textContent = offer.label;
    const side = document.createElement("span");
    side.className = "offer-side";
    side.textContent = offer.side ? ` ${offer.side}` : "";
    first.append(label, side);
    const detail = document.createElement("span");
    detail.className = "menu-detail";
    detail.textContent = offer.detail;
    words.append(first, detail);
    row.append(words);
    row.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      this.#take(index);
    });
    return row;
  }

  #mark() {
    [...this.list.querySelectorAll("[role=option]")].forEach((row, index) => {
      row.setAttribute("aria-selected", String(index === this.active));
      if (index === this.active) row.scrollIntoView({ block: "nearest" });
    });
    if (this.active < 0) this.field.removeAttribute("aria-activedescendant");
    else this.field.setAttribute("aria-activedescendant", `${this.listId}-${this.active}`);
  }

  #take(index) {
    const end = this.field.selectionStart;
    this.field.setRangeText(this.offers[index].text, this.word.from, end, "end");
    const { kind } = this.word;
    this.#close();
    this.#grow();
    this.field.focus();
    if (kind === "command") this.#offer(); // its words come next
  }

  #close() {
    this.offers = [];
    this.usage = "";
    this.#draw();
  }
}

function usageRow(words) {
  const row = document.createElement("div");
  row.className = "menu-heading";
  row.setAttribute("role", "presentation");
  row.append(...written(words));
  return row;
}

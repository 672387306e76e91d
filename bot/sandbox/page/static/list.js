// A list of messages drawn by the server: a channel, or a thread in the side pane.

import { ask } from "./server.js";
import { dayOf, writeTimes } from "./times.js";
import { carryOver, focusAgain, focusIn } from "./values.js";

const TOGETHER = 300; // seconds: messages of one author closer than this share a heading
const BOTTOM = 60; // pixels that still count as the end
const PATIENCE = 60_000; // milliseconds in which what the app says is taken for the answer

export class MessageList {
  // `place` is "channel" or "thread".
  constructor(root, scroller, place) {
    this.root = root;
    this.scroller = scroller;
    this.place = place;
    this.shown = new Map(); // id → {node, html, ts}
    this.query = null;
    this.more = false;
    this.sticks = true; // the reader is at the end
    this.parked = null; // or where the page put them: the top of a long answer
    this.answer = ""; // the message that answers what the reader did last
    this.awaits = 0; // until when such an answer may come
    this.whenBelow = () => {};
    scroller.addEventListener("scroll", () => this.#scrolled(), { passive: true });
    root.addEventListener("pressed", (event) => {
      this.#expect(event.target.closest("[data-message]").dataset.message);
    });
    new ResizeObserver(() => this.#follow()).observe(root);
    new ResizeObserver(() => this.#follow()).observe(scroller);
  }

  // Show another channel or thread, or read the same one anew after a cut.
  async load(query) {
    const same = JSON.stringify(query) === JSON.stringify(this.query);
    this.query = query;
    const limit = same ? Math.min(1_000, Math.max(100, this.shown.size)) : 100;
    const answer = await ask("/page/messages", { ...query, limit });
    if (this.query !== query) return false;
    this.root.setAttribute("aria-live", "off");
    if (!same) this.clear();
    const ids = new Set(answer.messages.map((message) => message.id));
    for (const id of [...this.shown.keys()]) if (!ids.has(id)) this.#remove(id);
    for (const message of answer.messages) this.#put(message);
    this.more = answer.more;
    this.#arrange();
    if (!same) Object.assign(this, { sticks: true, parked: null, answer: "", awaits: 0 });
    this.#follow();
    // Only what arrives from now on is read out.
    setTimeout(() => this.root.setAttribute("aria-live", "polite"), 150);
    return true;
  }

  async loadEarlier() {
    const { query } = this;
    const first = this.root.querySelector("[data-message]");
    const answer = await ask("/page/messages", { ...query, before: first?.dataset.ts });
    if (this.query !== query) return;
    this.root.setAttribute("aria-live", "off");
    const height = this.scroller.scrollHeight;
    const top = this.scroller.scrollTop;
    for (const message of answer.messages) this.#put(message);
    this.more = answer.more;
    this.#arrange();
    this.scroller.scrollTop = top + this.scroller.scrollHeight - height;
    setTimeout(() => this.root.setAttribute("aria-live", "polite"), 150);
  }

  // A message was added, changed or deleted; `message` is null once it is gone.
  update(id, message) {
    const known = this.shown.has(id);
    if (!message) {
      this.#remove(id);
    } else {
      const oldest = this.root.querySelector("[data-message]")?.dataset.ts;
      if (!known && this.more && oldest && message.ts < oldest) return;
      this.#put(message);
    }
    this.#arrange();
    const isNew = Boolean(message) && !known;
    if (isNew) this.#heed(id);
    if (isNew && id !== this.answer && !this.sticks) this.whenBelow(true);
    else this.#follow();
  }

  // The reader has sent something: go to the end, and heed what the app answers.
  sent() {
    this.sticks = true;
    this.#expect("");
    this.toEnd();
  }

  clear() {
    this.root.replaceChildren();
    this.shown.clear();
  }

  toEnd() {
    this.parked = null;
    this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  get newest() {
    return [...this.shown.values()].reduce((most, one) => (one.ts > most ? one.ts : most), "");
  }

  // `id` is the message the reader used: a change of it is the answer as well.
  #expect(id) {
    this.answer = id;
    this.awaits = Date.now() + PATIENCE;
  }

  #heed(id) {
    const isOfApp = this.shown.get(id).node.querySelector(":scope > .avatar-own");
    const answers = isOfApp && Date.now() < this.awaits;
    this.answer = answers ? id : "";
    if (answers) this.awaits = 0;
  }

  // Stay at the end, but never so that the first line of an answer scrolls off the screen.
  #follow() {
    if (!this.sticks && this.parked === null) return;
    const node = this.shown.get(this.answer)?.node;
    const { scroller } = this;
    if (node) {
      const top = scroller.scrollTop + node.getBoundingClientRect().top - scroller.getBoundingClientRect().top;
      if (scroller.scrollHeight - top > scroller.clientHeight + 1) {
        scroller.scrollTop = top;
        this.parked = scroller.scrollTop;
        this.sticks = false;
        return;
      }
    }
    if (node || this.sticks) {
      this.parked = null;
      this.sticks = true;
      this.toEnd();
    }
  }

  #put({ id, ts, html }) {
    const old = this.shown.get(id);
    if (old?.html === html) return;
    const template = document.createElement("template");
    template.innerHTML = html;
    const node = template.content.firstElementChild;
    writeTimes(node);
    this.shown.set(id, { node, html, ts });
    if (old) {
      const focus = focusIn(old.node);
      carryOver(old.node, node);
      old.node.replaceWith(node);
      focusAgain(node, focus);
      return;
    }
    const nodes = [...this.root.querySelectorAll("[data-message]")];
    let at = nodes.length;
    while (at > 0 && nodes[at - 1].dataset.ts > ts) at -= 1;
    if (at === nodes.length) this.root.append(node);
    else nodes[at].before(node);
  }

  #remove(id) {
    this.shown.get(id)?.node.remove();
    this.shown.delete(id);
  }

  // Day lines and shared headings follow from the neighbours. Only differences touch the page.
  #arrange() {
    let before = null;
    let day = "";
    for (const node of [...this.root.children]) {
      if (node.classList.contains("day")) continue;
      const itsDay = dayOf(node.dataset.ts);
      const line = node.previousElementSibling;
      const hasLine = line?.classList.contains("day");
      if (itsDay !== day) {
        if (!hasLine) node.before(dayLine(itsDay));
        else if (line.textContent !== itsDay) line.replaceWith(dayLine(itsDay));
      } else if (hasLine) {
        line.remove();
      }
      const near =
        before &&
        itsDay === day &&
        before.dataset.author === node.dataset.author &&
        before.hasAttribute("data-ephemeral") === node.hasAttribute("data-ephemeral") &&
        Number(node.dataset.ts) - Number(before.dataset.ts) < TOGETHER &&
        !node.querySelector(".badge");
      node.classList.toggle("follows", Boolean(near));
      before = node;
      day = itsDay;
    }
    for (const line of this.root.querySelectorAll(".day")) {
      if (!line.nextElementSibling || line.nextElementSibling.classList.contains("day")) line.remove();
    }
  }

  #scrolled() {
    if (this.parked !== null && Math.abs(this.scroller.scrollTop - this.parked) < 2) return;
    this.parked = null;
    const left = this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight;
    this.sticks = left < BOTTOM;
    if (this.sticks) this.whenBelow(false);
  }
}

function dayLine(words) {
  const line = document.createElement("div");
  line.className = "day";
  const text = document.createElement("span");
  text.textContent = words;
  line.append(text);
  return line;
}

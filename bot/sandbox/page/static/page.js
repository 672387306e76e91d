// The workspace: the frame, the place one is at, and what changes there.

import { listenToMessages, shortcutsMenu } from "./acts.js";
import { Composer } from "./composer.js";
import "./elements.js";
import { refreshFaults } from "./faults.js";
import { drawHome, home } from "./home.js";
import { inspectorHeard } from "./inspector.js";
import { MessageList } from "./list.js";
import { listen } from "./live.js";
import { go, here, whenMoved } from "./location.js";
import { refreshModal } from "./modal.js";
import { drawQuiet } from "./quiet.js";
import { act, ask } from "./server.js";
import { drawSide, thread } from "./side.js";
import { drawSidebar, personOf } from "./sidebar.js";
import "./tables.js";
import { toast, told } from "./toasts.js";
import { Unread } from "./unread.js";

const byId = (id) => document.getElementById(id);
const [title, topic, tabs] = [byId("place-title"), byId("place-topic"), byId("app-tabs")];
const [scroller, earlier, newer, typing] = ["scroller", "earlier", "newer", "typing"].map(byId);

let workspace = null;
let drawn = {}; // the place that is on the page now
let typingTimer = 0;
const unread = new Unread();
const list = new MessageList(byId("list"), scroller, "channel");
const shortcuts = shortcutsMenu(() => workspace);
const note = document.createElement("div");
note.className = "composer-note";
let composer = null;

// The channel whose messages are shown: that of the URL, or the direct message with the app.
function channelId() {
  const at = here();
  return at.app ? (at.app === "messages" ? workspace.app.channel : "") : at.channel;
}

async function readState(person) {
  const asked = await ask("/page/state", { person });
  workspace = asked;
}

async function arrive() {
  const at = here();
  const changed = (name) => at[name] !== drawn[name];
  try {
    if (!workspace || changed("person")) {
      await readState(at.person);
      if (here().person !== at.person) return;
      if (settle()) return;
      unread.begin(at.person, workspace.latest);
      listen(at.person, heard, again);
      list.query = null;
    } else if (settle()) return;
    const moved = changed("person") || changed("channel") || changed("app");
    drawn = at;
    if (moved) await drawPlace(at);
    drawSidebar(workspace, unread);
    drawSide(() => workspace, shortcuts);
    if (changed("person") || moved) refreshModal();
  } catch (failure) {
    toast(failure.message);
  }
}

// A place that does not exist for this person is replaced by one that does.
function settle() {
  const at = here();
  const fixed = {};
  if (!personOf(workspace, at.person)?.acts) fixed.person = workspace.viewer;
  const known = workspace.channels.some((one) => one.id === at.channel);
  if (!at.app && !known) {
    const first = workspace.channels.find((one) => one.has_app && one.member);
    fixed.channel = (first || workspace.channels[0]).id;
    fixed.thread = "";
  }
  if (!Object.keys(fixed).length) return false;
  go(fixed, { replace: true });
  return true;
}

async function drawPlace(at) {
  const channel = workspace.channels.find((one) => one.id === at.channel);
  const name = at.app ? workspace.app.name : `#${channel.name}`;
  document.title = `${name} · ${workspace.app.name} sandbox`;
  title.textContent = name;
  topic.textContent = at.app ? "App" : channel.topic;
  tabs.hidden = !at.app;
  for (const tab of ["home", "messages"]) {
    const button = byId(`tab-${tab}`);
    button.setAttribute("aria-selected", String(at.app === tab));
    button.tabIndex = at.app === tab ? 0 : -1;
  }
  home.hidden = at.app !== "home";
  scroller.hidden = at.app === "home";
  typing.textContent = "";
  newer.hidden = true;
  drawComposer(at, channel);
  if (at.app) {
    await openApp(at);
    return;
  }
  await loadList();
}

async function openApp(at) {
  if (at.app === "home") await drawHome();
  const outcome = await act("home", { person: at.person, tab: at.app });
  told(outcome);
  if (here().app !== at.app || here().person !== at.person) return;
  if (!workspace.app.channel) await readState(at.person);
  if (at.app === "home") await drawHome();
  else {
    drawComposer(at, null);
    await loadList();
  }
}

async function loadList() {
  const channel = channelId();
  if (!channel) {
    list.clear();
    drawEmptiness();
    return;
  }
  const { person } = here();
  const loaded = await list.load({ person, channel });
  if (!loaded) return;
  earlier.hidden = !list.more;
  drawEmptiness();
  unread.seen(channel, list.newest);
  drawSidebar(workspace, unread);
}

function drawEmptiness() {
  drawQuiet(Boolean(channelId()) && !list.shown.size, workspace, composer);
}

function drawComposer(at, channel) {
  const place = byId("composer-place");
  const person = personOf(workspace, at.person);
  const app = workspace.app;
  let silence = "";
  if (at.app === "home") silence = " ";
  else if (at.app && app.read_only) silence = `Sending messages to ${app.name} is turned off.`;
  else if (at.app && !app.channel) silence = `Opening the conversation with ${app.name}…`;
  else if (channel?.archived) silence = `#${channel.name} is archived.`;
  else if (channel && !channel.member) silence = `${person.real_name} is not in #${channel.name}, and can only read here.`;
  if (silence) {
    note.textContent = silence.trim();
    note.hidden = !silence.trim();
    place.replaceChildren(note);
    return;
  }
  const label = at.app ? `Message ${app.name}` : `Message #${channel.name}`;
  const first = !composer;
  composer ||= new Composer(place, {
    id: "composer-text",
    label,
    target: () => ({ channel: channelId(), thread: "" }),
    workspace: () => workspace,
    shortcuts,
    whenSent: () => list.sent(),
  });
  if (composer.form.parentNode !== place) place.replaceChildren(composer.form);
  composer.at(`${at.person}:${at.app ? app.channel : at.channel}`, label);
  // On a phone the keyboard would cover half of the page at once.
  if (first && matchMedia("(width >= 720px)").matches) composer.focus();
}

async function messageChanged(change) {
  const { person } = here();
  const channel = channelId();
  const id = change.message_id;
  const inPlace = change.channel_id === channel;
  const inThread = thread?.query?.channel === change.channel_id;
  if (!inPlace && !inThread) return;
  let message = null;
  if (change.change !== "deleted") {
    try {
      message = await ask("/page/message", { person, channel: change.channel_id, id });
    } catch (failure) {
      if (failure.status !== 404) throw failure;
    }
  }
  if (person !== here().person) return;
  if (inPlace && channel === channelId()) {
    const shown = message?.in_channel ? { id, ts: message.ts, html: message.channel_html } : null;
    if (shown || list.shown.has(id)) list.update(id, shown);
    drawEmptiness();
    unread.seen(channel, list.newest);
  }
  if (inThread && thread) {
    const belongs = message?.thread === thread.query.thread;
    const shown = belongs ? { id, ts: message.ts, html: message.thread_html } : null;
    if (shown || thread.shown.has(id)) thread.update(id, shown);
  }
}

// A reply changes what its parent says of the thread.
async function heardOfMessage(change) {
  if (change.kind === "message" && change.change === "new" && change.channel_id !== channelId()) {
    unread.came(change.channel_id);
    drawSidebar(workspace, unread);
  }
  if (change.author_id !== here().person) typing.textContent = "";
  await messageChanged(change);
  if (change.thread_ts && change.thread_ts !== change.ts && change.change !== "changed") {
    await messageChanged({ ...change, change: "changed", message_id: `${change.channel_id}:${change.thread_ts}` });
  }
}

async function heard(change) {
  try {
    if (change.kind === "message" || change.kind === "reaction") await heardOfMessage(change);
    else if (change.kind === "view") await refreshModal();
    else if (change.kind === "home" && here().app === "home") await drawHome();
    else if (change.kind === "record") inspectorHeard();
    else if (change.kind === "faults") refreshFaultsSoon();
    else if (change.kind === "typing") showTyping(change);
    else if (change.kind === "channel" || change.kind === "people") await frameChanged();
  } catch (failure) {
    toast(failure.message);
  }
}

let faultTimer = 0;
function refreshFaultsSoon() {
  clearTimeout(faultTimer);
  faultTimer = setTimeout(refreshFaults, 60);
}

async function frameChanged() {
  const { person } = here();
  await readState(person);
  if (settle()) return;
  drawSidebar(workspace, unread);
  const channel = workspace.channels.find((one) => one.id === here().channel);
  if (channel && !here().app) topic.textContent = channel.topic;
  if (!here().app) drawComposer(here(), channel);
  if (channelId() && here().app !== "home") await loadList();
}

function showTyping(change) {
  if (change.channel_id !== channelId() || change.author_id === here().person) return;
  typing.textContent = `${personOf(workspace, change.author_id)?.real_name ?? "Somebody"} is typing…`;
  clearTimeout(typingTimer);
  typingTimer = setTimeout(() => (typing.textContent = ""), 5_000);
}

// After a cut: everything on the page is read anew.
async function again() {
  try {
    await frameChanged();
    if (thread?.query) await thread.load(thread.query);
    if (here().app === "home") await drawHome();
    await refreshModal();
    await refreshFaults();
    inspectorHeard();
  } catch (failure) {
    toast(failure.message);
  }
}

list.whenBelow = (there) => (newer.hidden = !there);
newer.addEventListener("click", () => list.toEnd());
earlier.addEventListener("click", async () => {
  try {
    await list.loadEarlier();
    earlier.hidden = !list.more;
  } catch (failure) {
    toast(failure.message);
  }
});
tabs.addEventListener("click", (event) => {
  const tab = event.target.closest("[role=tab]");
  if (tab) go({ app: tab.id.replace("tab-", ""), channel: "", thread: "" });
});
tabs.addEventListener("keydown", (event) => {
  if (!["ArrowLeft", "ArrowRight"].includes(event.key)) return;
  const other = here().app === "home" ? "messages" : "home";
  go({ app: other });
  byId(`tab-${other}`).focus();
});
document.addEventListener("click", (event) => {
  const mention = event.target.closest("[data-go]");
  if (mention) go({ channel: mention.dataset.go, app: "", thread: "" });
});

listenToMessages(() => workspace);
whenMoved(arrive);
await arrive();
refreshFaults();

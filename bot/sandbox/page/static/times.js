// Times in the reader's own zone and language, in Slack's date forms.

const DAY = 86_400_000;

function write(moment, options) {
  return new Intl.DateTimeFormat(undefined, options).format(moment);
}

function dayWord(moment) {
  const midnight = new Date().setHours(0, 0, 0, 0);
  const days = Math.floor((midnight - new Date(moment).setHours(0, 0, 0, 0)) / DAY + 0.5);
  return { 0: "today", 1: "yesterday", [-1]: "tomorrow" }[days] ?? "";
}

export function ago(moment) {
  const seconds = (moment - Date.now()) / 1000;
  const words = new Intl.RelativeTimeFormat(undefined, { numeric: "auto" });
  if (Math.abs(seconds) < 60) return "just now";
  if (Math.abs(seconds) < 3600) return words.format(Math.round(seconds / 60), "minute");
  if (Math.abs(seconds) < 86_400) return words.format(Math.round(seconds / 3600), "hour");
  return words.format(Math.round(seconds / 86_400), "day");
}

const long = { year: "numeric", month: "long", day: "numeric" };
const short = { year: "numeric", month: "short", day: "numeric" };
const full = { ...long, weekday: "long" };
const FORMS = {
  date_num: (moment) => {
    const two = (number) => String(number).padStart(2, "0");
    return `${moment.getFullYear()}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
  },
  date_slash: (moment) => write(moment, { year: "numeric", month: "2-digit", day: "2-digit" }),
  date: (moment) => write(moment, long),
  date_short: (moment) => write(moment, short),
  date_long: (moment) => write(moment, full),
  date_pretty: (moment) => dayWord(moment) || write(moment, long),
  date_short_pretty: (moment) => dayWord(moment) || write(moment, short),
  date_long_pretty: (moment) => dayWord(moment) || write(moment, full),
  day_divider_pretty: (moment) => dayWord(moment) || write(moment, full),
  time: (moment) => write(moment, { hour: "numeric", minute: "2-digit" }),
  time_secs: (moment) => write(moment, { hour: "numeric", minute: "2-digit", second: "2-digit" }),
  ago,
};

export function inForm(epoch, form) {
  const moment = new Date(Number(epoch) * 1000);
  const text = form.replace(/\{(\w+)\}/g, (whole, name) => FORMS[name]?.(moment) ?? whole);
  return text;
}

export function dayOf(epoch) {
  const words = inForm(epoch, "{day_divider_pretty}");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

// Write every time below `root`; what was there before (a fallback in UTC) goes.
export function writeTimes(root) {
  for (const time of root.querySelectorAll("time[data-epoch]")) {
    const moment = new Date(Number(time.dataset.epoch) * 1000);
    if (Number.isNaN(moment.getTime())) continue;
    time.dateTime = moment.toISOString();
    time.title = write(moment, { ...full, hour: "numeric", minute: "2-digit", timeZoneName: "short" });
    const text = inForm(time.dataset.epoch, time.dataset.form || "{date_short} {time}");
    if (time.textContent !== text) time.textContent = text;
  }
  for (const input of root.querySelectorAll("input[data-epoch-value]")) {
    const moment = new Date(Number(input.dataset.epochValue) * 1000);
    const local = new Date(moment.getTime() - moment.getTimezoneOffset() * 60_000);
    input.value = local.toISOString().slice(0, 16);
    delete input.dataset.epochValue;
  }
}

// "3 minutes ago" ages while it stands there.
setInterval(() => writeTimes(document), 60_000);

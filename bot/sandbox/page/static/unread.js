// Which channels have messages that the person has not seen. Kept in this browser only.

function key(person, channel) {
  return `read:${person}:${channel}`;
}

function stored(name) {
  try {
    return localStorage.getItem(name);
  } catch {
    return null; // storage is switched off: nothing stays marked after a reload
  }
}

function store(name, value) {
  try {
    localStorage.setItem(name, value);
  } catch {
    // As above.
  }
}

export class Unread {
  constructor() {
    this.marks = new Map(); // channel → number of unseen messages, or 1 where only "some" is known
  }

  // After a reload: a channel is unread when its newest message is newer than what was seen.
  begin(person, latest) {
    this.person = person;
    this.marks.clear();
    for (const [channel, ts] of Object.entries(latest)) {
      const seen = stored(key(person, channel));
      if (seen === null) store(key(person, channel), ts);
      else if (ts > seen) this.marks.set(channel, 1);
    }
  }

  came(channel) {
    this.marks.set(channel, (this.marks.get(channel) || 0) + 1);
  }

  seen(channel, ts) {
    this.marks.delete(channel);
    if (ts) store(key(this.person, channel), ts);
  }

  count(channel) {
    return this.marks.get(channel) || 0;
  }
}

// Which browser window this is. A modal shows only in the window it was opened in.

const NAME = "window";

function fresh() {
  return crypto.getRandomValues(new Uint32Array(4)).join("-");
}

function stored() {
  try {
    return sessionStorage.getItem(NAME);
  } catch {
    return null; // storage is switched off: a reload counts as another window
  }
}

function store(id) {
  try {
    sessionStorage.setItem(NAME, id);
  } catch {
    // As above.
  }
  return id;
}

// A duplicated tab begins with a copy of the id: only one window can hold its lock.
function held(id) {
  if (!navigator.locks) return true;
  return new Promise((resolve) => {
    navigator.locks.request(`window ${id}`, { ifAvailable: true }, (lock) => {
      resolve(Boolean(lock));
      return lock ? new Promise(() => {}) : undefined; // until the window closes
    });
  });
}

async function own() {
  const before = stored();
  if (before && (await held(before))) return before;
  const id = store(fresh());
  await held(id);
  return id;
}

export const windowId = await own();

// Questions and acts to the sandbox; every failure becomes an Error with words for people.

import { windowId } from "./window.js";

async function answer(response) {
  let body = {};
  try {
    body = await response.json();
  } catch {
    // An answer that is no JSON is told by its status below.
  }
  if (!response.ok) {
    const failure = new Error(body.error || `The sandbox answered ${response.status}.`);
    failure.status = response.status;
    throw failure;
  }
  return body;
}

async function reach(path, options) {
  try {
    return await fetch(path, options);
  } catch {
    throw new Error("The sandbox cannot be reached. Is it still running?");
  }
}

export async function ask(path, query = {}) {
  const given = Object.entries(query).filter(([, value]) => value !== "" && value != null);
  const text = new URLSearchParams(given).toString();
  return answer(await reach(text ? `${path}?${text}` : path));
}

export async function tell(path, body) {
  return answer(
    await reach(path, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
    }),
  );
}

// An act of a person. Never throws: what went wrong is in the outcome's message.
export async function act(verb, body) {
  try {
    return await tell(`/page/act/${verb}`, { ...body, window: windowId });
  } catch (failure) {
    return { ok: false, error: "unreachable", errors: {}, message: failure.message };
  }
}

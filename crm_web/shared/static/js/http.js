// Requests to our own server: same origin, CSRF header, a time limit on each.

const LIMIT_MS = 10000;

/** The server refused. `fields` maps names of form fields to messages. */
export class RequestFailed extends Error {
  constructor(status, body) {
    super(`HTTP ${status}`);
    const error = body?.error ?? {};
    this.status = status;
    this.code = error.code ?? "";
    this.said = error.message ?? ""; // in the reader's language, made by the server
    this.details = error.details ?? {};
    this.fields = this.details.fields ?? {};
  }
}

async function ask(url, options) {
  const stop = AbortSignal.timeout ? AbortSignal.timeout(LIMIT_MS) : undefined;
  const answer = await fetch(url, { credentials: "same-origin", signal: stop, ...options });
  const kind = answer.headers.get("content-type") || "";
  const body = kind.includes("json") ? await answer.json() : await answer.text();
  if (!answer.ok) throw new RequestFailed(answer.status, body);
  return body;
}

const token = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";

export const get = (url) => ask(url, { headers: { Accept: "application/json, text/html" } });

export const post = (url, data = {}) =>
  ask(url, {
    method: "POST",
    headers: { "Content-Type": "application/json", "X-CSRFToken": token(), Accept: "application/json" },
    body: JSON.stringify(data),
  });

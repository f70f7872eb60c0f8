/** The service's own interface, as the page calls it. */

const KEY = "pressmark-key";

/** What the service says went wrong: its problem document, or one like it when nothing answered. */
export class Problem extends Error {
  constructor(status, document, retryAfter = null) {
    super(document.detail || document.title || "something went wrong");
    this.status = status;
    this.document = document;
    this.retryAfter = retryAfter;
  }
}

/** The access key that this tab was given; null where there is none. */
export const key = {
  get: () => sessionStorage.getItem(KEY),
  set: (value) => (value ? sessionStorage.setItem(KEY, value) : sessionStorage.removeItem(KEY)),
};

function headers(more = {}) {
  const given = key.get();
  return given ? { Authorization: `Bearer ${given}`, ...more } : more;
}

/** The response to a request; raises a Problem unless it is a success. `options` are fetch's own. */
export async function request(path, options = {}) {
  let response;
  try {
    response = await fetch(path, { ...options, headers: headers(options.headers) });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, { title: "No answer", detail: "The service does not answer. Is it running?" });
  }
  if (!response.ok) {
    const document = await response.json().catch(() => ({ title: response.statusText }));
    throw new Problem(response.status, document, response.headers.get("Retry-After"));
  }
  return response;
}

/** The JSON at a path. `parameters` without value are left out; a list becomes a parameter for each of its items. */
export async function get(path, parameters = {}, signal = undefined) {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters)) {
    for (const item of Array.isArray(value) ? value : [value]) {
      if (item !== null && item !== undefined && item !== "" && item !== false) query.append(name, item);
    }
  }
  const asked = query.size ? `${path}?${query}` : path;
  return (await request(asked, { signal })).json();
}

/** The JSON that a body is answered with. */
export async function post(path, body, signal = undefined) {
  const type = { "Content-Type": "application/json" };
  return (await request(path, { method: "POST", body: JSON.stringify(body), headers: type, signal })).json();
}

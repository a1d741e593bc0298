// Speaks to the server. Knows addresses and errors, neither pages nor words.

const REPLY_MS_MAX = 20_000;
const ROOT = "/api/admin/";

/** What the server refused, or could not be asked. `kind` is "offline" when nobody answered. */
export class Refusal extends Error {
  constructor(status, { kind = "failed", message = "", hint = "", fields = [] } = {}, waitS = null) {
    super(message);
    Object.assign(this, { status, kind, hint: hint || "", fields, waitS });
  }
}

export class Api {
  /** `told`: `{language(), csrf(), lost(), signedOut()}`, asked and told as calls go. */
  constructor(told) {
    this.told = told;
  }

  get(path) {
    return this.send("GET", path);
  }

  /** A JSON call; null for a reply without a body. */
  async send(method, path, body) {
    const reply = await this.#reach(method, path, body);
    if (reply.ok) return reply.status === 204 ? null : await reply.json().catch(() => null);
    const refusal = await read(reply);
    if (refusal.kind === "not_logged_in") this.told.signedOut();
    throw refusal;
  }

  async #reach(method, path, body) {
    const headers = this.#headers(method);
    if (body !== undefined) headers["content-type"] = "application/json";
    try {
      return await fetch(ROOT + path, {
        method,
        headers,
        cache: "no-store",
        body: body === undefined ? undefined : JSON.stringify(body),
        signal: AbortSignal.timeout(REPLY_MS_MAX),
      });
    } catch {
      this.told.lost();
      throw new Refusal(0, { kind: "offline" });
    }
  }

  /** Sends a file as it is. `onSent(bytes)` while it goes; `fetch` cannot tell that, so the older way is used. */
  upload(path, file, onSent = () => {}) {
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open("POST", ROOT + path);
      for (const [name, value] of Object.entries(this.#headers("POST"))) request.setRequestHeader(name, value);
      request.setRequestHeader("content-type", "application/octet-stream");
      request.upload.addEventListener("progress", (event) => onSent(event.loaded));
      request.addEventListener("error", () => {
        this.told.lost();
        reject(new Refusal(0, { kind: "offline" }));
      });
      request.addEventListener("load", () => {
        const body = parse(request.responseText);
        if (request.status >= 200 && request.status < 300) resolve(body);
        else reject(new Refusal(request.status, body?.error));
      });
      request.send(file);
    });
  }

  #headers(method) {
    const headers = { "accept-language": this.told.language() };
    const csrf = this.told.csrf();
    if (method !== "GET" && csrf) headers["x-usher-csrf"] = csrf;
    return headers;
  }
}

/** An address for a link: a download or a report. */
export function address(path) {
  return ROOT + path;
}

async function read(reply) {
  const body = parse(await reply.text().catch(() => ""));
  return new Refusal(reply.status, body?.error, Number(reply.headers.get("retry-after")) || null);
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

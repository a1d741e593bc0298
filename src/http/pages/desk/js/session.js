// Signing in and out over HTTP. The session is a cookie that no script can read; nothing is kept here.

/** The agent who is signed in; null when nobody is; undefined when the server does not answer. */
export async function whoAmI() {
  try {
    const reply = await fetch("/api/desk/me", { cache: "no-store" });
    if (reply.ok) return await reply.json();
    return reply.status === 401 || reply.status === 403 ? null : undefined;
  } catch {
    return undefined;
  }
}

/** `{agent}`, or `{problem: {key, seconds}}`: a key of strings. */
export async function signIn(name, password) {
  try {
    const reply = await fetch("/api/desk/login", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ name, password }),
    });
    if (reply.ok) return { agent: await reply.json() };
    const seconds = Number(reply.headers.get("retry-after")) || null;
    const keys = { 401: "wrongPassword", 403: "wrongPassword", 429: "tooManyTries" };
    return { problem: { key: keys[reply.status] ?? "noServer", seconds } };
  } catch {
    return { problem: { key: "noServer", seconds: null } };
  }
}

export async function signOut() {
  await fetch("/api/desk/logout", { method: "POST" }).catch(() => undefined);
}

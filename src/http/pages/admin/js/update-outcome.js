// Remembers over a restart, and over a reload of the page, that a version is being changed; and says afterwards what became of it.

const KEPT_AS = "usher.admin.update";
const FORGET_MS = 30 * 60_000;

/** Before the change: `from` the version that runs; `to` the one expected, or null when only the bundle knows. */
export function expect(from, to) {
  sessionStorage.setItem(KEPT_AS, JSON.stringify({ from, to, at: Date.now() }));
}

export function forget() {
  sessionStorage.removeItem(KEPT_AS);
}

/** null when nothing is expected; else `{kind: "waiting" | "good" | "back" | "same", version, reason}`. */
export function outcome(update, isBusy) {
  const expected = read();
  if (!expected) return null;
  const { version } = update.running;
  const failed = update.other?.state === "failed";
  const isChosen = update.other?.state === "chosen";
  // Without the launcher nobody tries what was chosen; the page says so.
  if (isChosen && !update.launched && !isBusy) return null;
  if (isBusy || update.running.on_trial || isChosen) return { kind: "waiting", version };
  if (version !== expected.from) return { kind: "good", version };
  return failed ? { kind: "back", version, reason: update.other.reason } : { kind: "same", version };
}

function read() {
  try {
    const expected = JSON.parse(sessionStorage.getItem(KEPT_AS));
    return expected && Date.now() - expected.at < FORGET_MS ? expected : null;
  } catch {
    return null;
  }
}

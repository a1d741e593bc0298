// What the desk's page knows, in memory and nowhere else: pure functions from one state to the next. Knows no socket and no screen.

/** Before anybody has signed in, and after they have signed out. Language, sound and shortcuts are the agent's and outlive it. */
export const SIGNED_OUT = Object.freeze({
  view: "opening", // opening | login | desk
  link: "closed", // closed | open | lost | replaced
  problem: null, // of the sign-in: {key, seconds}
  agent: null, // {name, display, languages, skills}
  presence: "away", // free | busy | away
  site: "",
  ice: [],
  waiting: [], // rows of the board, with `since`
  agents: [],
  callbacks: [],
  rings: [], // {case, row, seconds, until}, oldest first
  lastRingTimedOut: false,
  declining: false, // the reasons for declining the first ring are shown
  cases: {}, // id -> case, in the order of their coming
  current: null, // id of the case on the screen; null: the queue
  dialog: null, // help | back
  notice: null, // {text key, ...}: one sentence about what just happened
});

/** What of a case is the page's own. */
const FRESH_CASE = Object.freeze({
  messages: [],
  typing: "",
  draft: "",
  unread: 0,
  panel: "brief", // brief | suggest | search | screen
  offered: null, // voice | video, until the visitor answers
  call: null, // {state, kinds, muted, dark}
  query: "",
  found: null, // {asking} or {results}
  suggestions: null, // {asking} or {replies}
  shown: [], // what was put on the kiosk's screen: {kind, ref, title}
  pointer: null, // {x, y}
  updated: false, // a newer revision came while it was being read
  ending: false, // the agent has opened the form before the visitor left
  gone: null, // why the visitor left
  form: Object.freeze({ outcome: null, promises: [""], avoidable: null, gap: "" }),
  isStale: false, // known from before the socket fell, not yet told again
});

export function current(now) {
  return now.cases[now.current] ?? null;
}

/** The case of the only call that an agent can be in: there is one microphone. */
export function caseInCall(now) {
  return Object.values(now.cases).find((one) => one.call) ?? null;
}

/** Whether the agent may speak to the visitor. */
export function isOpen(one) {
  return one.state === "live" || one.state === "lost_link";
}

/** Whether the form that ends a conversation stands on the screen. */
export function isEnding(one) {
  return one.ending || one.state === "wrap_up";
}

/** A patch for `cases` that changes one of them; unknown cases change nothing. */
export function withCase(now, id, patch) {
  const one = now.cases[id];
  if (!one) return {};
  const change = typeof patch === "function" ? patch(one) : patch;
  return { cases: { ...now.cases, [id]: Object.freeze({ ...one, ...change }) } };
}

/** A patch without the case; what was on the screen gives way to the next one. */
export function withoutCase(now, id) {
  const { [id]: _gone, ...cases } = now.cases;
  return { cases, current: now.current === id ? Object.keys(cases)[0] ?? null : now.current };
}

/** A patch with a case as the server tells it whole: new, after a reconnect, or with a newer package. */
export function withWhole(now, whole, clock) {
  const before = now.cases[whole.id] ?? FRESH_CASE;
  const one = Object.freeze({
    ...before,
    id: whole.id,
    code: whole.code,
    state: whole.state,
    mode: whole.mode ?? "text",
    language: whole.language,
    since: sinceOf(whole, clock),
    package: whole.package,
    messages: merged(before.messages, whole.messages ?? []),
    typing: whole.typing ?? "",
    updated: before.package !== undefined && whole.package.revision > before.package.revision,
    gone: whole.state === "wrap_up" ? before.gone ?? "visitor_left" : null,
    isStale: false,
  });
  return { cases: { ...now.cases, [whole.id]: one }, current: before.package ? now.current : whole.id };
}

/** The server's lines, and after them what it does not know yet. Notes of the page keep their place in time. */
function merged(own, told) {
  const known = new Set(told.map((message) => message.id));
  const rest = own.filter((message) => !known.has(message.id) && (message.from === "note" || message.status));
  return [...told, ...rest].sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
}

/** When a visitor came, by this computer's clock: the server says how long ago, for clocks differ. */
export function sinceOf(row, clock) {
  return Number.isFinite(row.waited_ms) ? clock - row.waited_ms : Date.parse(row.since) || clock;
}

/** A patch with one more line; `patch` changes the case besides. */
export function withLine(now, id, message, patch = {}) {
  return withCase(now, id, (one) => {
    const known = one.messages.findIndex((line) => line.id === message.id);
    const messages = known < 0 ? [...one.messages, message] : one.messages.with(known, message);
    return { messages, ...patch };
  });
}

/** A sentence of the page between the lines: a key of strings, told in whatever language the agent reads. */
export function note(key, code = null) {
  const at = new Date().toISOString();
  return { id: `note-${at}-${key}`, from: "note", key, code, at };
}

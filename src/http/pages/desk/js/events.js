// What the server says, into the state. Draws nothing and decides nothing that the server has decided.

import { note, sinceOf, withCase, withLine, withWhole, withoutCase } from "./model.js";

/** States of a case that take it off the agent's page. */
const OVER = ["closed", "queued", "bot", "abandoned"];

export class Events {
  #state;
  #outbox;
  #calls;
  #hears;

  constructor(state, outbox, calls) {
    this.#state = state;
    this.#outbox = outbox;
    this.#calls = calls;
    this.#hears = {
      hello: (event) => this.#hello(event),
      board: (event) => this.#board(event),
      ring: (event) => this.#ring(event),
      ring_over: (event) => this.#ringOver(event),
      case: (event) => this.#whole(event.case),
      case_state: (event) => this.#caseState(event),
      message: (event) => this.#message(event),
      typing: ({ case: id, text }) => this.typed(id, String(text ?? "")),
      signal: ({ case: id, data }) => this.#calls.signal(id, data),
      found: ({ case: id, results }) => this.#patch(id, { found: { results: results ?? [] } }),
      suggestions: ({ case: id, replies }) => this.#patch(id, { suggestions: { replies: replies ?? [] } }),
      error: ({ message, hint }) => this.#state.set({ notice: { text: [message, hint].filter(Boolean).join(" · ") } }),
      replaced: () => this.#state.set({ link: "replaced", rings: [] }),
    };
  }

  take(event) {
    this.#hears[event.type]?.(event);
  }

  /** The visitor's line so far, by whichever way it came. */
  typed(id, text) {
    this.#patch(id, { typing: text });
  }

  /** A line that came straight from the other browser. */
  said(id, message) {
    this.#line(id, message);
  }

  /** Everything follows anew: what is not told again within this greeting is no longer this agent's. */
  #hello({ agent, state, site, ice }) {
    const now = this.#state.now;
    const cases = Object.fromEntries(Object.entries(now.cases).map(([id, one]) => [id, { ...one, isStale: true }]));
    const notice = now.link === "lost" ? { key: "linkBack" } : now.notice;
    this.#state.set({ view: "desk", link: "open", agent, presence: state, site, ice: ice ?? [], rings: [], cases, notice });
  }

  #board({ waiting = [], agents = [], callbacks = [] }) {
    const clock = Date.now();
    const rows = waiting.map((row) => boardRow(row, clock));
    const now = this.#state.now;
    const own = agents.find((agent) => agent.name === now.agent?.name);
    const presence = own?.state ?? now.presence;
    const missedRing = presence === "away" && now.presence === "free" && now.rings.length === 0 && now.lastRingTimedOut;
    this.#state.set({ waiting: rows, agents, callbacks, presence, ...(missedRing ? { notice: { key: "nowAway" } } : {}) });
    this.#dropStale();
  }

  /** The board comes after the cases: whatever was not told again has gone to somebody else meanwhile. */
  #dropStale() {
    for (const one of Object.values(this.#state.now.cases).filter((one) => one.isStale)) {
      this.#state.set({ ...withoutCase(this.#state.now, one.id), notice: { key: one.state === "wrap_up" ? "endedNote" : "returnedNote" } });
    }
  }

  #ring({ case: id, seconds, row = {} }) {
    const { rings } = this.#state.now;
    const until = Date.now() + seconds * 1000;
    const ring = { case: id, row: boardRow(row, Date.now()), seconds, until };
    this.#state.set({ rings: [...rings.filter((one) => one.case !== id), ring], lastRingTimedOut: false });
  }

  #ringOver({ case: id, why }) {
    const { rings } = this.#state.now;
    const ring = rings.find((one) => one.case === id);
    if (!ring) return;
    const ownDoing = ring.declined && why === "timeout";
    const over = { rings: rings.filter((one) => one !== ring), declining: false, lastRingTimedOut: why === "timeout" && !ring.declined };
    this.#state.set(ownDoing ? over : { ...over, notice: { family: "ringOver", code: why } });
  }

  #whole(whole) {
    const now = this.#state.now;
    const rings = now.rings.filter((ring) => ring.case !== whole.id);
    this.#state.set({ ...withWhole(now, whole, Date.now()), rings, declining: rings.length > 0 && now.declining });
    this.#outbox.resume(whole.id);
  }

  #caseState({ case: id, state, mode, why }) {
    const before = this.#state.now.cases[id];
    if (!before) return;
    if (OVER.includes(state)) return this.#over(id, state);
    const text = noteOf(before, state, why);
    const changed = { state, mode: mode ?? before.mode, gone: state === "wrap_up" ? why ?? "visitor_left" : null };
    const answered = mode && mode !== before.mode ? { offered: null } : {};
    const line = text ? (one) => ({ messages: [...one.messages, text], ...changed, ...answered }) : { ...changed, ...answered };
    this.#patch(id, line);
    if (state === "wrap_up") this.#patch(id, { typing: "", offered: null, pointer: null });
  }

  #over(id, state) {
    this.#state.set({ ...withoutCase(this.#state.now, id), notice: { key: state === "queued" ? "returnedNote" : "endedNote" } });
  }

  #message({ case: id, type: _type, ...message }) {
    if (message.from === "agent") this.#outbox.confirm(message.id);
    this.#line(id, message);
  }

  #line(id, message) {
    const now = this.#state.now;
    const one = now.cases[id];
    if (!one) return;
    const isSeen = now.current === id && document.visibilityState === "visible";
    const fromVisitor = message.from === "visitor";
    this.#state.set(withLine(now, id, message, fromVisitor ? { typing: "", unread: isSeen ? 0 : one.unread + 1 } : {}));
  }

  #patch(id, patch) {
    this.#state.set(withCase(this.#state.now, id, patch));
  }
}

/** A row with its time by this computer's clock; the mood may be one word or several. */
function boardRow(row, clock) {
  return { ...row, mood: [row.mood ?? []].flat(), since: sinceOf(row, clock) };
}

/** What is written between the lines when the case moves on. */
function noteOf(before, state, why) {
  if (state === before.state) return null;
  if (state === "live") return note(before.state === "lost_link" ? "foundLink" : "started");
  if (state === "lost_link") return note("lostLink");
  return state === "wrap_up" ? note("visitorGone", why ?? "visitor_left") : null;
}

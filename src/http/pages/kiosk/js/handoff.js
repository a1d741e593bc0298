// What the visitor does while a person is asked for, comes and is here, as events of the socket (docs/handoff.md) and as state.
// Knows no element and reads no reply.

// What was struck must be told before the server lets everything go.
const RELEASE_LEAD_MS = 700;
const PHONE_DIGITS_MIN = 5;

// Survives a reload of the page, not the browser: what proves that this page asked for a person. Nothing of the visit is in it.
const TICKET = "usher.handoff";

export class Handoff {
  #state;
  #socket;
  #releaseTimer = 0;
  #wasOpen = false; // before the first hand-over a kept ticket is of the page before this one

  constructor(state, socket) {
    this.#state = state;
    this.#socket = socket;
    state.watch((now, before) => {
      if (now.releaseAt !== before.releaseAt) this.#armRelease(now.releaseAt);
      if (now.handoff?.token !== before.handoff?.token) this.#keepTicket(now.handoff);
    });
  }

  /** Whether `action` may be done now. */
  may(action) {
    return this.#state.now.handoff?.actions.includes(action) ?? false;
  }

  accept() {
    this.#send("accept");
  }

  decline() {
    this.#send("decline");
  }

  cancel() {
    this.#send("cancel");
  }

  hangUp() {
    this.#send("hang_up");
  }

  /** Opens the list of what is sent; the server waits meanwhile. */
  review() {
    if (this.may("review")) this.#send("review");
    this.open("review");
  }

  /** A line of it goes out, or does not. */
  strike(id) {
    const { struck } = this.#state.now;
    this.#state.set({ struck: struck.includes(id) ? struck.filter((other) => other !== id) : [...struck, id] });
  }

  strikeAll() {
    this.#state.set({ struck: this.#state.now.handoff?.sent?.lines.map(({ id }) => id) ?? [] });
    this.release();
  }

  release() {
    this.#send("release", { struck: this.#state.now.struck });
    this.open(null);
  }

  /** Opens a page of the hand-over over the stage: `review`, `callback`, `ways`; null closes it. */
  open(handoffPage) {
    this.#state.set({ handoffPage, keyboard: null, problem: null });
  }

  /** Books a call back. False when the number cannot be one. */
  callBack() {
    const { name, phone } = this.#state.now.booking;
    if (phone.replace(/\D/g, "").length < PHONE_DIGITS_MIN) return false;
    this.#send("callback", { name: name.trim(), phone: phone.trim() });
    this.#state.set({ keyboard: null });
    return true;
  }

  rate(stars) {
    this.#state.set({ stars });
    this.#send("rate", { stars });
  }

  takeTicket() {
    this.#send("ticket");
  }

  /** From what can only be read back to usher, in the way that is open now. */
  leave() {
    const way = ["done", "cancel", "decline", "ticket"].find((action) => this.may(action)) ?? "done";
    this.#send(way);
  }

  closeShown() {
    this.#state.set({ shown: null, pointer: null });
  }

  /** A new socket takes up the hand-over that this page had before. */
  resume() {
    const kept = sessionStorage.getItem(TICKET);
    if (kept) this.#send("resume", JSON.parse(kept));
  }

  #keepTicket(handoff) {
    if (handoff?.token) sessionStorage.setItem(TICKET, JSON.stringify({ case: handoff.case, token: handoff.token }));
    else if (this.#wasOpen) sessionStorage.removeItem(TICKET);
    this.#wasOpen ||= Boolean(handoff);
  }

  #send(action, fields = {}) {
    this.#socket.send({ type: `usher.handoff.${action}`, ...fields });
  }

  #armRelease(releaseAt) {
    clearTimeout(this.#releaseTimer);
    if (releaseAt === null) return;
    this.#releaseTimer = setTimeout(() => this.#releaseStruck(), releaseAt - performance.now() - RELEASE_LEAD_MS);
  }

  #releaseStruck() {
    if (this.#state.now.struck.length > 0) this.release();
  }
}

// What the agent does: one method for each act, from button or key alike. Tells the server, and the state where it need not ask.

import { caseInCall, current, isOpen, withCase } from "./model.js";
import { rememberLanguage } from "./strings.js";

export class Desk {
  #state;
  #socket;
  #outbox;
  #typing;
  #calls;

  constructor({ state, socket, outbox, typing, calls }) {
    this.#state = state;
    this.#socket = socket;
    this.#outbox = outbox;
    this.#typing = typing;
    this.#calls = calls;
  }

  setPresence(presence) {
    if (this.#socket.send({ type: "state", state: presence })) this.#state.set({ presence });
  }

  setLanguage(language) {
    rememberLanguage(language);
    this.#state.set({ language });
  }

  accept() {
    const ring = this.#state.now.rings[0];
    if (ring) this.#socket.send({ type: "accept", case: ring.case });
  }

  /** Asks for the reason first. */
  decline() {
    if (this.#state.now.rings.length > 0) this.#state.set({ declining: !this.#state.now.declining });
  }

  declineFor(reason) {
    const [ring, ...rest] = this.#state.now.rings;
    if (!ring || !this.#socket.send({ type: "decline", case: ring.case, reason })) return;
    this.#state.set({ rings: [{ ...ring, declined: true }, ...rest], declining: false });
  }

  ready() {
    this.#tell("briefing", { type: "ready" });
  }

  open(id) {
    this.#state.set({ ...withCase(this.#state.now, id, { unread: 0 }), current: id });
  }

  /** The queue, then the visitors, in a ring. */
  step(by) {
    const places = [null, ...Object.keys(this.#state.now.cases)];
    const at = places.indexOf(this.#state.now.current);
    this.open(places[(at + by + places.length) % places.length]);
  }

  draft(text) {
    const one = current(this.#state.now);
    if (!one) return;
    this.patch({ draft: text });
    if (isOpen(one)) this.#typing.say(one.id, text);
  }

  /** Sends what stands in the composer. */
  send() {
    const one = current(this.#state.now);
    const text = one?.draft.trim();
    if (!text || !isOpen(one)) return;
    this.patch({ draft: "", suggestions: null });
    this.#outbox.write(one.id, text);
    this.#typing.clear(one.id);
  }

  sendAgain(messageId) {
    this.#outbox.again(this.#state.now.current, messageId);
  }

  /** Puts a suggestion into the composer, behind what stands there; the agent sends it, not usher. */
  insert(text) {
    const one = current(this.#state.now);
    if (one && isOpen(one)) this.draft(one.draft.trim() ? `${one.draft.trimEnd()} ${text}` : text);
  }

  suggest() {
    this.show("suggest");
    if (this.#tell("live", { type: "suggest" })) this.patch({ suggestions: { asking: true } });
  }

  search(text) {
    this.patch({ query: text });
    if (text.trim() && this.#tell("live", { type: "search", text: text.trim() })) this.patch({ found: { asking: true } });
  }

  push(result) {
    const { kind, ref } = result;
    if (this.#tell("live", { type: "push", kind, ref })) this.patch((one) => ({ shown: [...one.shown.filter((other) => other.ref !== ref), result] }));
  }

  /** Shares of the screen's width and height, or null. */
  point(pointer) {
    const { x, y } = pointer ?? { x: null, y: null };
    if (this.#tell("live", { type: "point", x, y })) this.patch({ pointer });
  }

  /** Offers voice or video; "text" takes an offer or a call back. */
  offer(mode) {
    const busy = caseInCall(this.#state.now);
    if (mode !== "text" && busy && busy.id !== this.#state.now.current) return;
    if (this.#tell("live", { type: "media", mode })) this.patch({ offered: mode === "text" ? null : mode, ...(mode === "text" ? { mode } : {}) });
  }

  mute(kind) {
    const { call } = caseInCall(this.#state.now) ?? {};
    if (call) this.#calls.mute(kind, !(kind === "audio" ? call.muted : call.dark));
  }

  /** Which of the tools stands beside the conversation. */
  show(panel) {
    this.patch({ panel });
  }

  askBack() {
    const one = current(this.#state.now);
    if (one && (isOpen(one) || one.state === "briefing")) this.#state.set({ dialog: "back" });
  }

  giveBack(reason) {
    const one = current(this.#state.now);
    this.#state.set({ dialog: null });
    if (one) this.#socket.send({ type: "return", case: one.id, reason });
  }

  /** Opens and closes the form that ends a conversation. */
  ending(isEnding) {
    const one = current(this.#state.now);
    if (one && isOpen(one)) this.patch({ ending: isEnding });
  }

  fill(form) {
    this.patch((one) => ({ form: { ...one.form, ...form } }));
  }

  /** Ends the conversation as the form says; false when something in it is missing. */
  finish() {
    const one = current(this.#state.now);
    const { outcome, promises, avoidable, gap } = one.form;
    if (!outcome || (avoidable && !gap.trim())) return false;
    const kept = promises.map((promise) => promise.trim()).filter(Boolean);
    return this.#socket.send({ type: "end", case: one.id, outcome, promises: kept, avoidable: avoidable === true, gap: avoidable ? gap.trim() : "" });
  }

  called(id) {
    this.#socket.send({ type: "called", id });
  }

  dialog(name) {
    this.#state.set({ dialog: this.#state.now.dialog === name ? null : name });
  }

  /** Changes the case on the screen. */
  patch(patch) {
    this.#state.set(withCase(this.#state.now, this.#state.now.current, patch));
  }

  /** Sends about the case on the screen, if it is in the state where the server takes it. */
  #tell(state, event) {
    const one = current(this.#state.now);
    return one?.state === state && this.#socket.send({ ...event, case: one.id });
  }
}

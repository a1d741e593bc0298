// Speaking with the person: what the visitor allows, the devices, the connection. A device opens only when the visitor has
// touched for it and the person is ready too; it closes with the first of them who takes it back.

import { Call } from "/shared/call.js";

const RANK = ["text", "voice", "video"];
const SIGNALS_MAX = 64; // more than one negotiation sends

export class HandoffCall {
  #state;
  #socket;
  #lines;
  #call = null;
  #mode = "text";
  #early = []; // signals that came before both had agreed

  constructor(state, socket, lines) {
    this.#state = state;
    this.#socket = socket;
    this.#lines = lines;
    lines.attach({ text: (line) => this.#call?.text(line) ?? false, line: (line) => this.#call?.line(line) ?? false });
    state.watch((now, before) => {
      if (now.handoff?.mode !== before.handoff?.mode || now.allowed !== before.allowed || !now.handoff !== !before.handoff) this.#follow(now);
    });
  }

  /** The person's sound and picture, and the visitor's own, as streams; null without a call. */
  get remote() {
    return this.#call?.remote ?? null;
  }

  get local() {
    return this.#call?.local ?? null;
  }

  /** Frames and bytes that went through; null without a call. */
  counters() {
    return this.#call?.counters() ?? Promise.resolve(null);
  }

  /** The visitor touched `text`, `voice` or `video`. */
  allow(mode) {
    this.#state.set({ allowed: mode, problem: null });
    this.#socket.send({ type: "usher.handoff.media", mode });
  }

  /** Signalling from the desk. */
  receive(data) {
    if (typeof data !== "object" || data === null) return;
    if (this.#call) this.#call.receive(data);
    else if (this.#early.length < SIGNALS_MAX) this.#early.push(data);
  }

  close() {
    this.#mode = "text";
    this.#early = [];
    this.#call?.close();
    this.#call = null;
    this.#state.set({ call: null, devices: null, picture: false });
  }

  /** What both agreed to: the lesser of the two. */
  #follow({ handoff, allowed }) {
    const mode = RANK[Math.min(RANK.indexOf(allowed), RANK.indexOf(handoff?.mode ?? "text"))];
    if (mode === this.#mode) return;
    if (mode === "text") this.close();
    else this.#share(mode);
  }

  async #share(mode) {
    this.#mode = mode;
    const call = (this.#call ??= this.#open());
    const failure = await call.share(mode).catch((error) => error);
    if (call !== this.#call) return;
    this.#state.set({ call: call.state, devices: openDevices(call) });
    if (!failure) return;
    console.warn("usher: no", mode, failure.name);
    this.#stepDown(mode);
  }

  /** Without a camera one can still speak, without a microphone write. */
  #stepDown(mode) {
    this.allow(mode === "video" ? "voice" : "text");
    this.#state.set({ problem: { key: mode === "video" ? "noCamera" : "noMicrophoneInCall" } });
  }

  #open() {
    let call = null; // it tells its first state while it is made
    call = new Call({
      polite: true,
      send: (data) => this.#socket.send({ type: "usher.handoff.signal", data }),
      onstate: (state) => call === this.#call && this.#onState(state),
      ontrack: (_stream, kinds) => call === this.#call && this.#state.set({ picture: kinds.includes("video") }),
      ontext: (words) => call === this.#call && this.#lines.hear(words),
    });
    for (const data of this.#early.splice(0)) call.receive(data);
    return call;
  }

  #onState(state) {
    if (state !== "failed") return this.#state.set({ call: state === "closed" ? null : state });
    this.allow("text");
    return this.#state.set({ problem: { key: "callFailed" } });
  }
}

/** What of the visitor's is open: `voice`, `video` or null. Told by the tracks, not by what was wished. */
function openDevices({ local }) {
  if (local.getVideoTracks().length > 0) return "video";
  return local.getAudioTracks().length > 0 ? "voice" : null;
}

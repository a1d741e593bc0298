// Voice and video: both pictures, what is said in writing below them, and the controls. Stays in the page while another visitor
// is on the screen, so that sound goes on.

import { button, element, setAttribute, setIcon } from "/shared/dom.js";
import { differs } from "/shared/state.js";
import { View } from "/shared/view.js";
import { caseInCall } from "./model.js";
import { redraw } from "./redraw.js";
import { languageTag, strings } from "./strings.js";

const COUNT_MS = 500;

export class CallView extends View {
  build() {
    const { desk } = this.page;
    this.theirs = element("video", { class: "theirs", autoplay: true, playsinline: true, testid: "their-video", "data-frames": 0 });
    this.own = element("video", { class: "own", autoplay: true, playsinline: true, testid: "own-video", "data-frames": 0 });
    this.own.muted = true;
    this.noPicture = element("p", { class: "no-picture" });
    this.status = element("p", { class: "call-state", role: "status", testid: "call-state" });
    this.captions = element("p", { class: "captions", dir: "auto", testid: "captions" });
    this.mute = button({ label: "", iconId: "mic", testid: "mute", onPress: () => desk.mute("audio") });
    this.camera = button({ label: "", iconId: "video", testid: "camera", onPress: () => desk.mute("video") });
    this.hangUp = button({ label: "", iconId: "hang-up", className: "bad", testid: "hang-up", onPress: () => desk.offer("text") });
    this.numbers = element("dl", { class: "numbers" });
    this.foldName = element("summary");
    this.fold = element("details", { class: "fold statistics", testid: "statistics" }, this.foldName, this.numbers);
    const pictures = element("div", { class: "pictures" }, this.theirs, this.noPicture, this.own, this.status, this.captions);
    this.append(pictures, element("div", { class: "call-acts" }, this.mute, this.camera, this.hangUp, this.fold));
    setInterval(() => this.#count(), COUNT_MS);
    // After a reload the browser holds sound back until the page was touched.
    for (const gesture of ["pointerdown", "keydown"]) addEventListener(gesture, () => this.theirs.srcObject && this.theirs.play().catch(() => undefined));
    for (const change of ["play", "pause"]) this.theirs.addEventListener(change, () => this.#state());
  }

  show(now, before) {
    const one = caseInCall(now);
    this.hidden = !one || one.id !== now.current;
    if (!one) return this.#clear();
    if (!differs(now, before, "cases", "language", "current")) return;
    this.#streams();
    this.#say(strings(now.language), one);
  }

  #streams() {
    const { call } = this.page.calls;
    if (!call) return;
    if (this.theirs.srcObject !== call.remote) this.theirs.srcObject = call.remote;
    if (this.own.srcObject !== call.local) this.own.srcObject = call.local;
  }

  #clear() {
    if (!this.theirs.srcObject) return;
    this.theirs.srcObject = this.own.srcObject = null;
    this.theirs.dataset.frames = this.own.dataset.frames = 0;
  }

  #say(say, one) {
    const { call, mode } = one;
    const isVideo = mode === "video";
    this.dataset.mode = mode;
    this.dataset.state = call.state;
    const seesThem = call.kinds.includes("video");
    this.theirs.classList.toggle("unseen", !seesThem);
    this.noPicture.hidden = seesThem;
    this.noPicture.textContent = isVideo ? say.noPicture : say.media.voice;
    this.own.hidden = !isVideo || call.dark;
    this.#state();
    this.#caption(say, one);
    name(this.mute, call.muted ? say.unmute : say.mute, call.muted, call.muted ? "mic-off" : "mic");
    name(this.camera, call.dark ? say.cameraOn : say.cameraOff, call.dark, call.dark ? "video-off" : "video");
    this.camera.hidden = !isVideo;
    name(this.hangUp, say.hangUp, null, "hang-up");
    this.foldName.textContent = say.statistics;
    setAttribute(this.theirs, "aria-label", say.theirVideo);
    setAttribute(this.own, "aria-label", say.ownVideo);
  }

  #state() {
    const { now } = this.page.state;
    const { call } = caseInCall(now) ?? {};
    if (!call) return;
    const say = strings(now.language);
    const isHeld = call.state === "connected" && this.theirs.paused;
    this.status.textContent = isHeld ? say.soundHeld : say.callStates[call.state] ?? call.state;
  }

  /** What the visitor writes, while they write it; then the line they sent. */
  #caption(say, one) {
    const last = one.messages.findLast((line) => line.from === "visitor");
    const text = one.typing || last?.text || "";
    this.captions.lang = languageTag(one.language);
    this.captions.textContent = text || say.captionsEmpty;
    this.captions.classList.toggle("soft", !text);
    this.captions.classList.toggle("live", one.typing !== "");
  }

  async #count() {
    const counters = await this.page.calls.call?.counters();
    if (!counters) return;
    this.theirs.dataset.frames = counters.framesReceived;
    this.own.dataset.frames = counters.framesSent;
    if (!this.fold.open || this.hidden) return;
    const say = strings(this.page.state.now.language);
    const bytes = (count) => `${(count / 1024).toFixed(0)} KiB`;
    const shown = {
      framesReceived: counters.framesReceived, framesSent: counters.framesSent, size: `${counters.width} × ${counters.height}`, bytesReceived: bytes(counters.bytesReceived),
      bytesSent: bytes(counters.bytesSent), packetsLost: counters.packetsLost, roundTripMs: counters.roundTripMs === null ? "–" : `${counters.roundTripMs} ms`,
    };
    redraw(this.numbers, ...Object.entries(shown).flatMap(([key, value]) => [element("dt", { text: say.counters[key] }), element("dd", { text: String(value) })]));
  }
}

function name(node, text, isPressed, iconId) {
  node.lastElementChild.textContent = text;
  if (isPressed !== null) setAttribute(node, "aria-pressed", String(isPressed));
  setIcon(node.firstElementChild, iconId);
}

// A clip of an answer: plays as soon as its first frame is here, says for as long as it stands that it was made by a computer,
// and keeps silent while usher or the visitor speaks.

import { button, element, icon, setIcon, words } from "./dom.js";
import { strings } from "./strings.js";
import { asText, missing, nameText } from "./view-media.js";

const TICK_MS = 250; // how often the voice is looked at, and tests may read the number of frames anew
const FIRST_FRAME_MS_MAX = 60_000; // longer than the slowest board takes to make the longest clip

export class Clip extends HTMLElement {
  #page;
  #wantsSound = true; // the visitor's own choice
  #isMuted = true; // what was set here: anything else was the visitor's hand on the video's own controls
  #timer = 0;
  #waitedMs = 0;

  attach(page, item) {
    this.#page = page;
    this.alt = item.alt || item.title;
    this.hasText = item.text !== "";
    this.dataset.kind = "clip";
    this.video = this.#film(item);
    this.wait = element("div", { class: "clip-wait", role: "status", hidden: true }, element("progress", { "aria-hidden": "true" }), element("span"));
    if (item.auto) this.#await();
    this.screen = element("div", { class: "clip-screen" }, this.video, this.wait);
    this.label = element("span", { class: "clip-label", testid: "clip-label" }, icon("spark"), element("span", { dir: "auto", text: item.label }));
    this.sounds = button({ label: "", iconId: "speaker-off", testid: "clip-sound", onPress: () => this.#toggleSound() });
    const foot = element("div", { class: "clip-foot" }, this.label, this.sounds);
    const title = item.title === "" ? "" : element("figcaption", {}, words(item.title));
    this.append(element("figure", {}, title, this.screen, foot), ...asText(item));
  }

  connectedCallback() {
    this.#timer = setInterval(() => this.#tick(), TICK_MS);
  }

  /** Taken from the page it also stops loading. */
  disconnectedCallback() {
    clearInterval(this.#timer);
    this.video.pause();
    this.video.removeAttribute("src");
    this.video.load();
  }

  /** The state, after every change of it. */
  tell(item, { language, volume }) {
    if (this.language !== language) {
      this.language = language;
      this.say = strings(language).sight;
      this.#name(item);
    }
    if (this.loud !== volume) {
      this.loud = volume;
      this.video.volume = (volume / 100) ** 2; // equal steps sound equal, as for usher's own voice
    }
    if (item.failure !== null) this.#fail(item.failure);
  }

  /** Until the first frame is here. */
  #await() {
    this.dataset.loading = "";
    this.wait.hidden = false;
  }

  /** A clip that does not play by itself is made when the visitor starts it: nothing of it is fetched before. */
  #film({ url, poster, auto }) {
    const isStill = matchMedia("(prefers-reduced-motion: reduce)").matches;
    const events = { loadeddata: () => this.#begin(), error: () => this.#fail(""), volumechange: () => this.#onVolume(), play: () => this.video.readyState < 2 && this.#await() };
    const video = element("video", { src: url, poster, playsinline: true, controls: true, preload: auto ? "auto" : "none", testid: "clip", "data-frames": 0, "aria-label": this.alt, on: events });
    video.muted = true; // until usher's voice is heard to its end
    video.autoplay = auto && !isStill;
    return video;
  }

  #name(item) {
    nameText(this, this.say);
    this.wait.lastElementChild.textContent = this.say.clipWaits;
    if (item.label === "") this.label.lastElementChild.textContent = this.say.clipLabel;
    this.#showSound();
  }

  #begin() {
    delete this.dataset.loading;
    this.wait.hidden = true;
    this.#tick();
  }

  #fail(message) {
    if (!this.screen.isConnected) return;
    clearInterval(this.#timer);
    delete this.dataset.loading;
    if (!this.hasText) this.querySelector(".as-text")?.remove(); // it would say the same once more
    this.screen.replaceWith(missing(message || this.say.clipFailed, this.alt));
    this.disconnectedCallback();
  }

  #tick() {
    this.video.dataset.frames = String(this.video.getVideoPlaybackQuality().totalVideoFrames);
    if ("loading" in this.dataset) return this.#showProgress();
    const { listening } = this.#page.state.now;
    const mayBeHeard = this.#wantsSound && this.#page.conversation.isQuiet && listening === null;
    return this.#sound(mayBeHeard);
  }

  /** How much of it is here, where that is known: a clip that is still being made has no length yet. */
  #showProgress() {
    this.#waitedMs += TICK_MS;
    if (this.#waitedMs > FIRST_FRAME_MS_MAX) return this.#fail("");
    const { buffered, duration } = this.video;
    if (buffered.length > 0 && Number.isFinite(duration)) this.wait.firstElementChild.value = buffered.end(buffered.length - 1) / duration;
    return undefined;
  }

  #sound(isHeard) {
    if (this.#isMuted === !isHeard) return;
    const wasPlaying = !this.video.paused;
    this.#isMuted = !isHeard;
    this.video.muted = this.#isMuted;
    // a browser that allows no sound before the first touch stops the clip instead: then it goes on without
    if (isHeard && wasPlaying && this.video.paused) this.#playMuted();
    this.#showSound();
  }

  #playMuted() {
    this.#wantsSound = false;
    this.#isMuted = this.video.muted = true;
    this.video.play().catch((error) => console.debug("usher: the clip waits", error.name));
  }

  /** Who asks for the clip's sound has heard enough of usher's. */
  #toggleSound() {
    this.#choose(this.#isMuted);
    this.#sound(this.#wantsSound);
  }

  /** The video's own controls. */
  #onVolume() {
    if (this.video.muted === this.#isMuted) return;
    this.#isMuted = this.video.muted;
    this.#choose(!this.video.muted);
    this.#showSound();
  }

  #choose(wantsSound) {
    this.#wantsSound = wantsSound;
    if (wantsSound) this.#page.conversation.hush();
  }

  #showSound() {
    this.sounds.lastElementChild.textContent = this.#isMuted ? this.say.clipUnmute : this.say.clipMute;
    setIcon(this.sounds.firstElementChild, this.#isMuted ? "speaker-off" : "speaker");
  }
}

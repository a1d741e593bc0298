// The voice of the page: the orb, what it says about itself, and the hands-free switch.

import { button, element, setAttribute } from "./dom.js";
import { phase } from "./state.js";
import { strings } from "./strings.js";
import { View } from "./view.js";

const LONG_THOUGHT_MS = 4_000;

export class TalkView extends View {
  build() {
    const { talk, sound, state } = this.page;
    const level = () => sound.level(state.now.listening !== null || (state.now.handsFree && !state.now.speaking));
    this.orb = document.createElement("usher-orb");
    this.orb.attach({ level, onPress: () => talk.press(), onRelease: () => talk.release(), onCancel: () => talk.cancel() });
    this.heading = element("p", { class: "talk-title" });
    this.note = element("p", { class: "talk-note" });
    this.meter = document.createElement("usher-level");
    this.meter.attach(level);
    this.handsFree = button({ label: "", iconId: "hands-free", className: "hands-free", testid: "hands-free", onPress: () => talk.toggleHandsFree() });
    const words = element("div", { class: "talk-words" }, this.heading, this.note);
    this.append(this.orb, element("div", { class: "talk" }, words, this.meter, this.handsFree));
  }

  show(now) {
    const say = strings(now.language);
    const doing = phase(now);
    const reason = whyDeaf(now, say);
    const [title, note] = this.#words(now, say, reason);
    this.heading.textContent = title;
    this.note.textContent = note;
    setAttribute(this.note, "data-warn", note !== "" && note === reason);
    this.orb.show({ doing, reason, latched: now.listening === "latched", handsFree: now.handsFree, name: now.listening ? say.microphoneSend : say.microphone });
    this.meter.run(doing === "listening" || doing === "speaking");
    this.handsFree.disabled = reason !== null;
    setAttribute(this.handsFree, "aria-pressed", String(now.handsFree));
    this.handsFree.lastElementChild.textContent = say.handsFree;
    this.#lookAgain(now.thinking);
  }

  #words(now, say, reason) {
    if (now.listening) return [{ opening: say.opening, hold: say.listeningHold, latched: say.listeningLatched, "hands-free": say.listeningFree }[now.listening], ""];
    if (now.thinking) return [thought(now.turn, this.isLong, say), ""];
    if (now.speaking) return [say.speaking, now.handsFree ? say.handsFreeOn : ""];
    if (now.link !== "open") return [say.connecting, ""];
    if (reason) return [say.typeOrTouch, reason];
    if (now.handsFree) return [say.handsFreeOn, say.handsFreeNote];
    if (now.view === "greeting") return [say.holdToTalk, say.holdNote];
    return [say.talk, now.turn && !now.speaks.includes(now.turn.language ?? now.language) ? say.noVoice : say.talkNote];
  }

  /** A long wait is told once more. */
  #lookAgain(isThinking) {
    if (isThinking && !this.timer) {
      this.timer = setTimeout(() => {
        this.isLong = true;
        this.show(this.page.state.now);
      }, LONG_THOUGHT_MS);
    }
    if (!isThinking && this.timer) {
      clearTimeout(this.timer);
      this.timer = 0;
      this.isLong = false;
    }
  }
}

function thought(turn, isLong, say) {
  if (turn?.way === "shown" && !turn.seen) return isLong ? say.sight.readingLong : say.sight.reading;
  return isLong ? say.thinkingLong : say.thinking;
}

/** Why the microphone cannot be used, as a sentence; null when it can. */
function whyDeaf(now, say) {
  if (now.link !== "open") return say.connecting;
  return now.hears.includes(now.language) ? null : say.noHearing;
}

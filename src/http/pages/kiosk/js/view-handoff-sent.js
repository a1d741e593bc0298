// What the person is told, in one sentence, and how long it still waits for the visitor to look at it.

import { button, element, icon, setIcon } from "./dom.js";
import { differs } from "./state.js";
import { strings } from "./strings.js";
import { View } from "./view.js";

const TICK_MS = 200;

export class HandoffSent extends View {
  build() {
    this.sentence = element("p", { class: "sentence", dir: "auto" });
    this.term = element("span", { class: "eyebrow" });
    this.left = element("span", { class: "countdown", id: "handoff-countdown" });
    this.mark = icon("clock");
    this.status = element("p", { class: "sent-status" }, this.mark, this.term, this.left);
    this.bar = element("i", { class: "bar", "aria-hidden": "true" });
    this.choose = button({ label: "", iconId: "document", id: "handoff-choose", onPress: () => this.page.handoff.review() });
    this.append(element("div", { class: "sent-words" }, this.status, this.sentence), this.choose, this.bar);
    setInterval(() => this.#tick(), TICK_MS);
  }

  show(now, before) {
    const sent = now.handoff?.sent ?? null;
    this.hidden = sent === null || now.handoffPage === "review";
    if (!differs(now, before, "handoff", "language", "releaseAt")) return;
    if (sent === null) return void this.sentence.replaceChildren();
    const say = strings(now.language).handoff;
    this.term.textContent = say.sentence;
    this.sentence.textContent = sent.sentence;
    setIcon(this.mark, sent.released ? "done" : "clock");
    this.choose.lastElementChild.textContent = sent.released ? say.whatWasSent : say.choose;
    if (now.releaseAt !== before.releaseAt) this.#startBar(now.releaseAt);
    this.#tick();
  }

  #tick() {
    const { handoff, releaseAt, language } = this.page.state.now;
    if (!handoff?.sent) return;
    const text = countdown(handoff.sent, releaseAt, strings(language).handoff);
    if (this.left.textContent !== text) this.left.textContent = text;
  }

  #startBar(releaseAt) {
    this.bar.hidden = releaseAt === null;
    this.bar.getAnimations().forEach((animation) => animation.cancel());
    if (releaseAt === null) return;
    this.bar.animate({ transform: ["scaleX(1)", "scaleX(0)"] }, { duration: Math.max(0, releaseAt - performance.now()), fill: "forwards" });
  }
}

/** "Goes out in 4 s", or what became of it. */
export function countdown(sent, releaseAt, say) {
  if (sent.released) return say.wentOut;
  if (releaseAt === null) return "";
  const seconds = Math.ceil((releaseAt - performance.now()) / 1000);
  return seconds > 0 ? say.goesIn(seconds) : say.going;
}

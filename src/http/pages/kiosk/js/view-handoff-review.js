// What is sent, line by line: a touch leaves a line out. After it went out, the same list to read.

import { button, element, icon, setAttribute, words } from "./dom.js";
import { differs, handoffPanel } from "./state.js";
import { LANGUAGES, strings } from "./strings.js";
import { countdown } from "./view-handoff-sent.js";
import { languageOf } from "./handoff-event.js";
import { View } from "./view.js";

const TICK_MS = 500;

export class HandoffReview extends View {
  build() {
    const { handoff } = this.page;
    this.heading = element("h1");
    this.text = element("p", { class: "hint" });
    this.left = element("p", { class: "countdown" });
    this.rows = element("ul", { class: "sent-lines" });
    this.withheld = element("section", { class: "withheld" });
    this.send = button({ label: "", iconId: "send", className: "primary large", id: "handoff-release", onPress: () => handoff.release() });
    this.none = button({ label: "", className: "large", id: "handoff-release-none", onPress: () => handoff.strikeAll() });
    this.back = button({ label: "", iconId: "back", className: "large", id: "handoff-review-back", onPress: () => handoff.open(null) });
    const buttons = element("div", { class: "panel-buttons" }, this.send, this.none, this.back);
    this.append(element("div", { class: "panel-head" }, this.heading, this.text, this.left), this.rows, this.withheld, buttons);
    setInterval(() => this.#tick(), TICK_MS);
  }

  show(now, before) {
    this.hidden = handoffPanel(now) !== "review";
    if (this.hidden) return this.rows.replaceChildren();
    if (!differs(now, before, "handoff", "struck", "language", "handoffPage")) return undefined;
    const say = strings(now.language).handoff;
    const { sent } = now.handoff;
    this.heading.textContent = say.reviewTitle;
    this.text.textContent = sent.released ? say.sentText : sent.lines.length > 0 ? say.reviewText : say.nothing;
    this.#showLines(sent, now.struck, say);
    this.#showWithheld(sent.withheld, say);
    for (const [node, label] of [[this.send, say.send], [this.none, say.sendNone], [this.back, say.back]]) node.lastElementChild.textContent = label;
    this.send.hidden = this.none.hidden = sent.released || !now.handoff.actions.includes("review");
    this.none.hidden ||= sent.lines.length === 0;
    return this.#tick();
  }

  /** Rows stay the same nodes while their lines do: a finger may be on one. */
  #showLines({ lines, released }, struck, say) {
    const isSame = this.rows.childElementCount === lines.length && lines.every(({ id }, index) => this.rows.children[index].dataset.line === id);
    if (!isSame) this.rows.replaceChildren(...lines.map((line) => this.#row(line, say)));
    lines.forEach((line, index) => {
      const face = this.rows.children[index].firstElementChild;
      const isStruck = struck.includes(line.id);
      setAttribute(face, "aria-pressed", String(isStruck));
      face.disabled = released;
      face.querySelector(".kind").textContent = isStruck ? say.leftOut : say.kinds[line.kind] ?? "";
    });
  }

  #row({ id, text }) {
    const language = LANGUAGES[languageOf(text)].tag;
    const face = element(
      "button",
      { type: "button", class: "sent-line", on: { click: () => this.page.handoff.strike(id) } },
      element("span", { class: "kind" }),
      words(text, { class: "line-text", lang: language }),
      element("span", { class: "line-mark", "aria-hidden": "true" }, icon("done"), icon("close")),
    );
    return element("li", { "data-line": id }, face);
  }

  #showWithheld(withheld, say) {
    const list = withheld.map((what) => element("li", {}, words(what)));
    this.withheld.hidden = list.length === 0;
    this.withheld.replaceChildren(element("h2", { class: "eyebrow" }, icon("shield"), element("span", { text: say.withheld })), element("ul", {}, ...list));
  }

  #tick() {
    const { handoff, releaseAt, language } = this.page.state.now;
    if (!this.hidden && handoff?.sent) this.left.textContent = countdown(handoff.sent, releaseAt, strings(language).handoff);
  }
}

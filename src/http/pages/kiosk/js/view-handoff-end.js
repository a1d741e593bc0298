// The end of the conversation: what was agreed, and how it was.

import { button, element, icon, setAttribute, words } from "./dom.js";
import { differs, handoffPanel } from "./state.js";
import { LANGUAGES, strings } from "./strings.js";
import { languageOf } from "./handoff-event.js";
import { View } from "./view.js";

const STARS_MAX = 5;

export class HandoffEnd extends View {
  build() {
    this.heading = element("h1");
    this.message = element("p", { class: "hint", dir: "auto" });
    this.promises = element("section", { class: "promises", id: "handoff-promises" });
    this.question = element("h2", { id: "handoff-rate" });
    this.stars = element("div", { id: "handoff-stars", role: "group", "aria-labelledby": "handoff-rate" }, ...this.#stars());
    this.thanks = element("p", { class: "thanks", role: "status" });
    this.rating = element("section", { class: "rating" }, this.question, this.stars, this.thanks);
    this.done = button({ label: "", iconId: "done", className: "primary large", id: "handoff-done", onPress: () => this.page.handoff.leave() });
    this.append(element("div", { class: "panel-head" }, this.heading, this.message), this.promises, this.rating, element("div", { class: "panel-buttons" }, this.done));
  }

  show(now, before) {
    this.hidden = handoffPanel(now) !== "end";
    if (this.hidden) return this.promises.replaceChildren();
    if (!differs(now, before, "handoff", "stars", "language")) return undefined;
    const say = strings(now.language).handoff;
    this.heading.textContent = say.ended;
    this.message.textContent = now.handoff.message;
    this.question.textContent = say.rateTitle;
    this.done.lastElementChild.textContent = say.done;
    this.#showPromises(now.handoff.promises, say);
    return this.#showStars(now, say);
  }

  #showPromises(promises, say) {
    this.promises.hidden = promises.length === 0;
    const rows = promises.map((promise) => element("li", { lang: LANGUAGES[languageOf(promise)].tag }, icon("done"), words(promise)));
    this.promises.replaceChildren(element("h2", { text: say.promises }), element("ul", {}, ...rows));
  }

  #stars() {
    return Array.from({ length: STARS_MAX }, (_, index) => {
      const rate = () => this.page.handoff.rate(index + 1);
      return element("button", { type: "button", "data-stars": index + 1, on: { click: rate } }, icon("star"), element("span"));
    });
  }

  #showStars({ handoff, stars }, say) {
    this.rating.hidden = stars === 0 && !handoff.actions.includes("rate");
    [...this.stars.children].forEach((star, index) => {
      setAttribute(star, "aria-pressed", String(stars === index + 1));
      setAttribute(star, "aria-label", `${say.stars(index + 1)}, ${say.starNames[index]}`);
      star.toggleAttribute("data-lit", index < stars);
      star.lastElementChild.textContent = say.starNames[index];
      star.disabled = !handoff.actions.includes("rate");
    });
    this.thanks.textContent = stars > 0 ? say.rated : "";
  }
}

// The first screen: the greeting in every language of the site, and the topics as tiles.

import { element, icon } from "./dom.js";
import { differs, stage } from "./state.js";
import { LANGUAGES, pick } from "./strings.js";
import { View } from "./view.js";

export class Greeting extends View {
  build() {
    this.dataset.testid = "greeting";
    this.hero = element("div", { class: "hero" });
    this.tiles = element("ul", { class: "tiles" });
    this.append(this.hero, this.tiles);
  }

  show(now, before) {
    this.hidden = stage(now) !== "greeting";
    if (!differs(now, before, "site", "language")) return;
    const { site, language } = now;
    const others = site.languages.filter((code) => code !== language);
    this.hero.replaceChildren(
      sentences("h1", "", site.greeting, language),
      ...others.map((code) => sentences("p", "other", site.greeting, code)),
      said("p", "prompt", site.prompt, language),
    );
    this.tiles.replaceChildren(...site.topics.map((topic) => element("li", {}, this.#tile(topic, language, others))));
  }

  #tile(topic, language, others) {
    return element(
      "button",
      { type: "button", class: "tile", testid: `topic-${topic.id}`, on: { click: () => this.page.conversation.openTopic(topic.id) } },
      icon(topic.icon),
      element("span", {}, said("span", "label", topic.label, language), ...others.map((code) => said("span", "other", topic.label, code))),
    );
  }
}

/** The greeting with a sentence to a line; Chinese, which has no spaces to break at, breaks at its commas too. */
function sentences(tag, className, text, language) {
  const parts = pick(text, language).match(/[^.!?。！？，]+[.!?。！？，]*/g) ?? [];
  const spans = parts.map((part) => element("span", { text: part.trim() }));
  return element(tag, { class: className || null, lang: LANGUAGES[language].tag }, ...spans.flatMap((span) => (/[.!?]$/.test(span.textContent) ? [span, " "] : [span])));
}

function said(tag, className, text, language) {
  return element(tag, { class: className || null, lang: LANGUAGES[language].tag, text: pick(text, language) });
}

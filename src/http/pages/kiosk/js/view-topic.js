// One topic: its questions, each a touch away from its answer.

import { element, icon, words } from "./dom.js";
import { differs, stage } from "./state.js";
import { LANGUAGES, pick, strings } from "./strings.js";
import { View } from "./view.js";

export class Topic extends View {
  build() {
    this.head = element("div", { class: "topic-head" });
    this.rows = element("ul", { class: "rows" });
    this.append(this.head, this.rows);
  }

  show(now, before) {
    this.hidden = stage(now) !== "topic";
    if (this.hidden || (stage(before) === "topic" && !differs(now, before, "site", "language", "topic"))) return;
    const topic = now.site.topics.find(({ id }) => id === now.topic);
    if (!topic) return;
    const label = pick(topic.label, now.language);
    this.head.replaceChildren(
      element("span", { class: "badge" }, icon(topic.icon)),
      element("div", {}, element("h1", { text: label }), element("p", { text: strings(now.language).chooseQuestion })),
    );
    this.rows.replaceChildren(...topic.items.map((item) => element("li", {}, questionRow(this.page, item, now.language, `question-${item.item}`))));
  }
}

/** A row that asks a topic's question when touched. */
export function questionRow(page, { item, label }, language, testid) {
  const text = pick(label, language);
  const labels = typeof label === "object" ? label : null;
  const ask = () => page.conversation.touch(item, text, labels);
  return element("button", { type: "button", class: "row", testid, on: { click: ask } }, words(text, { lang: LANGUAGES[language].tag }), icon("forward"));
}

// Replies that usher can back with a source. Only the agent sees them, and only the agent sends them.

import { button, element, icon } from "/shared/dom.js";
import { redraw } from "./redraw.js";
import { languageTag } from "./strings.js";

export class SuggestPanel {
  #page;
  #node = element("div", { class: "panel" });
  #drawn = [];

  constructor(page) {
    this.#page = page;
  }

  show(say, one) {
    const drawn = [say, one.id, one.state, one.suggestions];
    if (drawn.some((part, place) => part !== this.#drawn[place])) this.#draw(say, one);
    this.#drawn = drawn;
    return this.#node;
  }

  #draw(say, one) {
    const { desk } = this.#page;
    const isAsking = one.suggestions?.asking === true;
    const ask = button({ label: isAsking ? say.suggesting : say.suggestAsk, iconId: "idea", className: "wide", testid: "suggest", disabled: isAsking || one.state !== "live", "aria-keyshortcuts": "F9 s", onPress: () => desk.suggest() });
    const replies = one.suggestions?.replies;
    const found = replies && (replies.length > 0 ? element("ul", { class: "cards" }, ...replies.map((reply, place) => this.#reply(say, one, reply, place))) : element("p", { class: "soft", text: say.noSuggestions }));
    redraw(this.#node, element("p", { class: "soft fine", text: say.suggestNote }), ask, element("div", { role: "status", "aria-label": say.suggestions }, ...(found ? [found] : [])));
  }

  #reply(say, one, reply, place) {
    const sources = reply.sources.map(({ document, section }) => element("li", {}, icon("source"), element("cite", { text: say.source(document, section), dir: "auto" })));
    return element("li", { class: "tile", testid: `reply-${place}` }, element("p", { lang: languageTag(one.language), dir: "auto", text: reply.text }), element("ul", { class: "sources" }, ...sources),
      button({ label: say.insert, iconId: "insert", testid: `insert-${place}`, onPress: () => this.#insert(reply.text) }));
  }

  #insert(text) {
    const { desk, state } = this.#page;
    desk.insert(text);
    state.set({ sheet: false });
    document.querySelector(".composer textarea").focus();
  }
}

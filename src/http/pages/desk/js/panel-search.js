// What can be put on the kiosk's screen: found in the site's knowledge and on its map.

import { button, element, icon } from "/shared/dom.js";
import { redraw } from "./redraw.js";
import { languageTag } from "./strings.js";

const ICONS = { source: "source", card: "document", map: "place", clip: "clip" };
const QUERY_CHARS_MAX = 200;

export class SearchPanel {
  #page;
  #field;
  #submit;
  #note = element("p", { class: "soft fine" });
  #results = element("div", { class: "results", role: "status" });
  #node;
  #drawn = [];

  constructor(page) {
    this.#page = page;
    this.#field = element("input", { type: "search", maxlength: QUERY_CHARS_MAX, dir: "auto", testid: "search-field" });
    this.#submit = button({ label: "", iconId: "search", type: "submit", testid: "search" });
    const form = element("form", { class: "search", role: "search", on: { submit: (event) => this.#search(event) } }, this.#field, this.#submit);
    this.#node = element("div", { class: "panel" }, this.#note, form, this.#results);
  }

  show(say, one) {
    this.#note.textContent = say.searchNote;
    this.#field.setAttribute("aria-label", say.searchLabel);
    this.#field.placeholder = say.searchPlaceholder;
    this.#submit.lastElementChild.textContent = say.searchButton;
    const drawn = [one.id, say, one.found, one.shown];
    if (this.#drawn[0] !== one.id) this.#field.value = one.query;
    if (drawn.some((part, place) => part !== this.#drawn[place])) this.#draw(say, one);
    this.#drawn = drawn;
    return this.#node;
  }

  #draw(say, one) {
    const { found } = one;
    if (!found) return redraw(this.#results);
    if (found.asking) return redraw(this.#results, element("p", { class: "soft", text: say.searching }));
    if (found.results.length === 0) return redraw(this.#results, element("p", { class: "soft", text: say.nothingFound, testid: "nothing-found" }));
    redraw(this.#results, element("ul", { class: "cards" }, ...found.results.map((result) => this.#result(say, one, result))));
  }

  #result(say, one, result) {
    const tag = languageTag(one.language);
    const isShown = one.shown.some((other) => other.ref === result.ref);
    const isLast = one.shown.at(-1)?.ref === result.ref;
    const head = element("p", { class: "tile-head" }, icon(ICONS[result.kind] ?? "document"), element("span", { class: "soft", text: say.kinds[result.kind] ?? result.kind }), isLast && element("span", { class: "tag good", text: say.isShown }));
    return element("li", { "data-kind": result.kind, class: "tile", testid: `result-${result.ref}` }, head, element("h3", { text: result.title, lang: tag, dir: "auto" }), element("p", { class: "clamp", text: result.text, lang: tag, dir: "auto" }),
      button({ label: isShown ? say.showAgain : say.show, iconId: "screen", testid: `show-${result.ref}`, onPress: () => this.#page.desk.push(result) }));
  }

  #search(event) {
    event.preventDefault();
    this.#page.desk.search(this.#field.value);
  }
}

// The answers: searched and paged by the server.

import { element, icon } from "/shared/dom.js";
import { day, daysUntil } from "./format.js";
import { actButton, card, empty, searchField, segments, tag } from "./parts.js";
import { redraw } from "./redraw.js";
import { link } from "./routes.js";
import { LANGUAGES, word } from "./strings.js";

const PAGE_ITEMS = 50;
const SOON_DAYS = 30;

export class Items {
  constructor(page) {
    this.page = page;
    Object.assign(this, { query: "", language: "", items: [], total: 0 });
    this.list = element("div", { class: "stack" });
  }

  async load() {
    const found = await this.#fetch(0);
    Object.assign(this, { items: found.items, total: found.total });
  }

  acts(say) {
    return (
      this.page.may("technician") &&
      element("a", { class: "button primary", href: link("knowledge", "new"), testid: "new-item" }, icon("plus"), element("span", { text: say.newItem }))
    );
  }

  body(say) {
    const languages = [{ value: "", label: say.all }, ...Object.keys(LANGUAGES).map((code) => ({ value: code, label: word(say, "languageNames", code) }))];
    const choose = segments(say.language, languages, this.language, (language) => this.#change({ language }, true));
    this.#draw(say);
    return [
      this.page.readerNote(),
      element(
        "div",
        { class: "filters" },
        searchField({ label: say.search, value: this.query, testid: "search-items", onSearch: (query) => this.#change({ query }) }),
        choose,
      ),
      this.list,
    ];
  }

  async #change(patch, isAll = false) {
    Object.assign(this, patch);
    await this.page.attempt(() => this.load());
    // While somebody types only the list is drawn anew.
    if (isAll) this.page.draw();
    else this.#draw(this.page.say);
  }

  #fetch(offset) {
    const query = new URLSearchParams({ query: this.query, language: this.language, offset, limit: PAGE_ITEMS });
    return this.page.api.get(`knowledge/items?${query}`);
  }

  #draw(say) {
    if (this.items.length === 0)
      return redraw(this.list, card({}, this.query ? empty("search", say.nothingFound, say.nothingFoundNote) : empty("knowledge", say.noItems, say.noItemsNote)));
    const more = this.items.length < this.total && actButton({ label: say.loadMore, testid: "more-items", onPress: () => this.#more() });
    redraw(
      this.list,
      card({ className: "flush items" }, element("div", { class: "rows", testid: "items" }, ...this.items.map((item) => this.#row(say, item)))),
      element("div", { class: "list-foot" }, element("span", { class: "soft small figures", text: say.count(this.items.length, this.total), role: "status" }), more),
    );
  }

  #row(say, item) {
    const { tag: lang } = LANGUAGES[item.language] ?? { tag: item.language };
    return element(
      "a",
      { class: "row item", href: link("knowledge", "items", item.id, item.language), testid: `item-${item.id}-${item.language}` },
      element("div", { class: "grow", lang }, element("b", { text: item.question }), element("span", { class: "answer-line soft small", text: item.answer })),
      element(
        "div",
        { class: "tags item-tags" },
        validity(say, item, this.page.language),
        item.media && tag(item.media),
        this.language === "" && tag(word(say, "languageNames", item.language)),
      ),
      icon("next", "icon end"),
    );
  }

  async #more() {
    const found = await this.page.attempt(() => this.#fetch(this.items.length));
    if (!found) return;
    Object.assign(this, { items: [...this.items, ...found.items], total: found.total });
    this.#draw(this.page.say);
  }
}

/** A word on validity where there is something to say. */
function validity(say, item, language) {
  if (item.valid_until && daysUntil(item.valid_until) < 0) return tag(say.expired, "bad");
  if (item.valid_until && daysUntil(item.valid_until) <= SOON_DAYS) return tag(say.validUntil(day(item.valid_until, language)), "warn");
  if (item.valid_from && daysUntil(item.valid_from) > 0) return tag(say.notYet(day(item.valid_from, language)), "accent");
  return null;
}

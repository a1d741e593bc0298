// One answer: its questions, its words, its validity. A draft stands here until it is saved.

import { button, element, icon } from "/shared/dom.js";
import { confirm } from "./dialogs.js";
import { actButton, card, field, refusalWords } from "./parts.js";
import { link } from "./routes.js";
import { LANGUAGES, word } from "./strings.js";

const EMPTY = { id: "", questions: [""], answer: "", tags: [], valid_from: null, valid_until: null, media: null, facts: {} };
const ID_FORM = "[a-z0-9][a-z0-9-]*";

export class Edit {
  isEdit = true;

  constructor(page, key, place) {
    Object.assign(this, { page, key, place, item: null, problem: "" });
  }

  async load() {
    if (this.item) return;
    const given = this.page.query.get("question");
    this.item = this.place ? await this.page.api.get(address(this.place)) : { ...EMPTY, language: this.page.language, questions: [given ?? ""] };
    this.pairs = Object.entries(this.item.facts ?? {}).map(([name, value]) => ({ name, value: String(value) }));
    if (this.item.questions.length === 0) this.item.questions = [""];
    this.loaded = this.#written();
  }

  #written() {
    return JSON.stringify([this.item, this.pairs]);
  }

  /** The way back asks first when something would be lost. */
  async #leave(event, say) {
    if (this.#written() === this.loaded) return;
    event.preventDefault();
    if (await confirm({ say, title: say.discardTitle, text: say.discardText, yes: say.discard, danger: true })) location.hash = link("knowledge", "items");
  }

  body(say) {
    const { page, item, place } = this;
    const may = page.may("technician");
    this.isReading = !may;
    const others = place ? Object.keys(LANGUAGES).filter((code) => code !== place.language) : [];
    const other = others.map((code) =>
      element(
        "a",
        { class: "button", href: link("knowledge", "items", place.id, code) },
        element("span", { text: say.otherLanguageItem(word(say, "languageNames", code)) }),
      ),
    );
    const remove = place && may && button({ label: say.remove, iconId: "trash", className: "danger", testid: "remove-item", onPress: () => this.#remove(say) });
    const title = place ? item.questions[0] || place.id : say.newTitle;
    const lead = place ? `${place.id} · ${word(say, "languageNames", place.language)}` : null;
    return [
      element(
        "a",
        { class: "back", href: link("knowledge", "items"), testid: "back-items", on: { click: (event) => this.#leave(event, say) } },
        icon("back"),
        element("span", { text: say.parts.items }),
      ),
      page.head(title, lead, ...other, remove),
      page.readerNote(),
      this.#form(say, may),
    ];
  }

  #form(say, may) {
    const save = may && actButton({ label: say.save, className: "primary", testid: "save-item", onPress: () => this.#save(say) });
    this.line = element("p", { class: "problem", role: "alert", testid: "item-problem", text: this.problem });
    const form = element(
      "fieldset",
      { class: "item-form", disabled: !may },
      element("div", { class: "stack" }, !this.place && this.#naming(say), this.#words(say)),
      this.#rest(say),
    );
    return element("div", { class: "stack" }, form, element("div", { class: "acts end" }, this.line, save));
  }

  #naming(say) {
    const { item } = this;
    const choose = element(
      "select",
      {
        class: "input",
        testid: "item-language",
        on: {
          change: () => {
            item.language = choose.value;
          },
        },
      },
      ...Object.keys(LANGUAGES).map((code) => element("option", { value: code, selected: code === item.language, text: word(say, "languageNames", code) })),
    );
    return card(
      {},
      element(
        "div",
        { class: "columns" },
        field(say.id, this.#input("id", { testid: "item-id", pattern: ID_FORM, class: "input code" }), say.idNote),
        field(say.language, choose),
      ),
    );
  }

  #words(say) {
    const { item } = this;
    const lang = LANGUAGES[item.language]?.tag;
    const count = element("span", { class: "fine soft figures", text: say.characters(item.answer.length) });
    const answer = element("textarea", {
      class: "input",
      lang,
      rows: 4,
      "aria-label": say.answer,
      testid: "item-answer",
      text: item.answer,
      on: {
        input: () => {
          item.answer = answer.value;
          count.textContent = say.characters(answer.value.length);
        },
      },
    });
    const line = (question, index) =>
      element(
        "div",
        { class: "with-button" },
        element("input", {
          class: "input",
          lang,
          value: question,
          "aria-label": `${say.questions} ${index + 1}`,
          testid: `question-${index}`,
          on: {
            input: (event) => {
              item.questions[index] = event.target.value;
            },
          },
        }),
        !this.isReading &&
          button({
            iconId: "close",
            className: "quiet icon-only",
            "aria-label": say.removeQuestion,
            testid: `remove-question-${index}`,
            disabled: item.questions.length === 1,
            onPress: () => this.#edit(() => item.questions.splice(index, 1)),
          }),
      );
    return card(
      { title: say.questions, note: say.questionsNote },
      element("div", { class: "stack tight" }, ...item.questions.map(line)),
      !this.isReading &&
        element(
          "div",
          { class: "acts" },
          button({
            label: say.addQuestion,
            iconId: "plus",
            className: "small",
            testid: "add-question",
            onPress: () => this.#edit(() => item.questions.push(""), `question-${item.questions.length}`),
          }),
        ),
      element("header", { class: "card-head spaced" }, element("div", {}, element("h2", { text: say.answer }), element("p", { text: say.answerNote })), count),
      answer,
    );
  }

  #rest(say) {
    const { item } = this;
    const tags = element("input", {
      class: "input",
      value: item.tags.join(", "),
      testid: "item-tags",
      on: {
        input: () => {
          item.tags = tags.value
            .split(/[,，]/)
            .map((one) => one.trim())
            .filter(Boolean);
        },
      },
    });
    const fact = (pair, index) =>
      element(
        "div",
        { class: "with-button fact" },
        ...["name", "value"].map((part) =>
          element("input", {
            class: "input",
            value: pair[part],
            "aria-label": `${part === "name" ? say.factName : say.factValue} ${index + 1}`,
            placeholder: part === "name" ? say.factName : say.factValue,
            testid: `fact-${part}-${index}`,
            on: {
              input: (event) => {
                pair[part] = event.target.value;
              },
            },
          }),
        ),
        !this.isReading &&
          button({ iconId: "close", className: "quiet icon-only", "aria-label": say.remove, onPress: () => this.#edit(() => this.pairs.splice(index, 1)) }),
      );
    return element(
      "div",
      { class: "stack" },
      card(
        {},
        field(say.validFrom, this.#input("valid_from", { type: "date" })),
        field(say.validTo, this.#input("valid_until", { type: "date", testid: "valid-until" }), say.validNote),
        field(say.tags, tags, say.tagsNote),
        field(say.media, this.#input("media", { class: "input code" }), say.mediaNote),
      ),
      card(
        { title: say.facts, note: say.factsNote },
        ...this.pairs.map(fact),
        !this.isReading &&
          element(
            "div",
            { class: "acts" },
            button({
              label: say.addFact,
              iconId: "plus",
              className: "small",
              onPress: () => this.#edit(() => this.pairs.push({ name: "", value: "" }), `fact-name-${this.pairs.length}`),
            }),
          ),
      ),
    );
  }

  #input(name, attributes) {
    const value = String(this.item[name] ?? "").slice(0, attributes.type === "date" ? 10 : undefined);
    return element("input", {
      class: "input",
      value,
      spellcheck: "false",
      ...attributes,
      on: {
        input: (event) => {
          this.item[name] = event.target.value.trim() || (name === "id" ? "" : null);
        },
      },
    });
  }

  /** A change of what the form consists of. */
  #edit(change, focus) {
    change();
    this.page.draw();
    if (focus) this.page.host.querySelector(`[data-testid="${focus}"]`)?.focus();
  }

  async #save(say) {
    const { item, page } = this;
    const body = {
      ...item,
      questions: item.questions.map((one) => one.trim()).filter(Boolean),
      facts: Object.fromEntries(this.pairs.filter((pair) => pair.name.trim()).map((pair) => [pair.name.trim(), pair.value])),
    };
    try {
      await page.api.send("PUT", address(body), body);
    } catch (refusal) {
      if (!refusal.kind) throw refusal;
      const { text, detail } = refusalWords(say, refusal);
      this.line.textContent = [text, detail, ...refusal.fields.map((one) => `${word(say, "fields", one.path)}: ${one.reason}`)].filter(Boolean).join(". ");
      return;
    }
    page.app.tell(say.saved);
    page.editor = null;
    location.hash = link("knowledge", "items");
  }

  async #remove(say) {
    const { page, place } = this;
    if (!(await confirm({ say, title: say.removeTitle, text: say.removeText, yes: say.remove, danger: true }))) return;
    if ((await page.attempt(() => page.api.send("DELETE", address(place)))) === undefined) return;
    page.app.tell(say.removed);
    page.editor = null;
    location.hash = link("knowledge", "items");
  }
}

function address({ id, language }) {
  return `knowledge/items/${encodeURIComponent(id)}/${language}`;
}

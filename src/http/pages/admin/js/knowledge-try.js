// Try a question: what would be found, and what the kiosk would do.

import { button, element, icon } from "/shared/dom.js";
import { percent } from "./format.js";
import { bar, card, note, segments } from "./parts.js";
import { redraw } from "./redraw.js";
import { link } from "./routes.js";
import { LANGUAGES, word } from "./strings.js";

const TONES = { answer: "good", clarify: "warn", decline: "bad" };

export class Try {
  constructor(page) {
    Object.assign(this, { page, text: "", language: page.language, found: null });
    this.outcome = element("div", { class: "stack", role: "status" });
  }

  async load() {}

  body(say) {
    const languages = Object.keys(LANGUAGES).map((code) => ({ value: code, label: word(say, "languageNames", code) }));
    const input = element("input", {
      class: "input",
      value: this.text,
      maxlength: 400,
      lang: LANGUAGES[this.language].tag,
      "aria-label": say.question,
      placeholder: say.question,
      testid: "try-text",
      on: {
        input: () => {
          this.text = input.value;
        },
      },
    });
    const form = element(
      "form",
      { class: "filters", on: { submit: (event) => this.#ask(event) } },
      element("span", { class: "searching" }, icon("search"), input),
      segments(say.language, languages, this.language, (language) => {
        this.language = language;
        this.page.draw();
      }),
      button({ label: say.ask, className: "primary", type: "submit", testid: "try-ask" }),
    );
    this.#draw(say);
    return [card({ note: say.tryLead, title: say.parts.try }, form), this.outcome];
  }

  async #ask(event) {
    event.preventDefault();
    if (!this.text.trim()) return;
    this.found = (await this.page.attempt(() => this.page.api.send("POST", "knowledge/search", { text: this.text.trim(), language: this.language }))) ?? this.found;
    this.#draw(this.page.say);
  }

  #draw(say) {
    const { found } = this;
    if (!found) return redraw(this.outcome);
    const write =
      found.would !== "answer" &&
      this.page.may("technician") &&
      element(
        "a",
        { class: "button small", href: `${link("knowledge", "new")}?question=${encodeURIComponent(this.text.trim())}` },
        element("span", { text: say.writeAnswer }),
      );
    const passages =
      found.passages.length === 0
        ? element("p", { class: "soft small", text: say.noPassages })
        : element("div", { class: "rows" }, ...found.passages.map((passage, index) => this.#passage(say, passage, index)));
    const verdict =
      found.would === "decline"
        ? note("warn", say.would.decline, say.wouldNotes.decline, "info", ...[write].filter(Boolean))
        : note(TONES[found.would], say.would[found.would], say.wouldNotes[found.would], null, ...[write].filter(Boolean));
    redraw(this.outcome, element("div", { testid: "would" }, verdict), card({ title: say.passages, className: "flush" }, passages));
  }

  #passage(say, passage, index) {
    const share = Math.max(0, Math.min(1, passage.score));
    return element(
      "div",
      { class: `row passage${index === 0 && this.found.would === "answer" ? " first" : ""}` },
      element(
        "div",
        { class: "grow", lang: LANGUAGES[this.language].tag },
        element("p", { text: passage.quote }),
        element("span", { class: "fine soft", text: [passage.document, passage.section].filter(Boolean).join(" · ") }),
      ),
      element("div", { class: "fit" }, element("span", { class: "fine soft figures", text: `${say.fit} ${percent(share, this.page.language)}` }), bar([{ share }])),
    );
  }
}

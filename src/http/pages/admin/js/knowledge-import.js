// Import: a file, what it would change, and only then the change.

import { button, element, icon } from "/shared/dom.js";
import { differences } from "./knowledge-differences.js";
import { actButton, card, dropFile, note, prose, tag } from "./parts.js";
import { word } from "./strings.js";

const ACCEPT = ".jsonl,.md,.txt";

export class Import {
  constructor(page) {
    Object.assign(this, { page, review: null, name: "", isReading: false });
  }

  async load() {}

  body(say) {
    if (!this.page.may("technician")) return [this.page.readerNote()];
    if (this.isReading) return [card({ title: say.reading }, element("div", { class: "bar endless" }, element("i")))];
    if (this.review) return this.#review(say, this.review);
    return [
      card(
        { title: say.parts.import, note: say.importLead },
        dropFile({ say, accept: ACCEPT, hint: say.importHint, testid: "import-file", onFile: (file) => this.#read(file) }),
      ),
    ];
  }

  async #read(file) {
    Object.assign(this, { isReading: true, name: file.name });
    this.page.draw();
    const review = await this.page.attempt(() => this.page.app.jobs.upload(`knowledge/review?name=${encodeURIComponent(file.name)}`, file));
    Object.assign(this, { isReading: false, review: review ?? null });
    this.page.draw();
  }

  #review(say, review) {
    const count = review.added.length + review.changed.length + review.removed.length + review.documents.length;
    const summary = element(
      "div",
      { class: "tags" },
      tag(`+${review.added.length} ${say.added}`, "good"),
      tag(`~${review.changed.length} ${say.changed}`, "accent"),
      tag(`−${review.removed.length} ${say.removedOnes}`, review.removed.length > 0 ? "bad" : ""),
      review.documents.length > 0 && tag(`${review.documents.length} ${say.documentsOnes}`),
      element("span", { class: "small soft", text: say.same(review.same) }),
    );
    const acts = [
      button({ label: say.discardReview, testid: "discard-review", onPress: () => this.#discard(say) }),
      actButton({
        label: count > 0 ? say.applyCount(count) : say.apply,
        className: "primary",
        disabled: count === 0,
        testid: "apply-review",
        onPress: () => this.#apply(say),
      }),
    ];
    return [
      card({ title: say.review(this.name), acts, testid: "review" }, summary, count === 0 && note("", say.nothingToApply)),
      this.#faults(say, review.faults),
      this.#group(say, say.added, review.added, "added", true),
      this.#group(say, say.changed, review.changed, "changed", true),
      this.#group(say, say.removedOnes, review.removed, "removed", false),
      this.#documents(say, review.documents),
    ];
  }

  #faults(say, faults) {
    if (faults.length === 0) return null;
    return card(
      { title: say.faults, note: say.faultsNote, className: "flush", testid: "faults" },
      element(
        "div",
        { class: "rows" },
        ...faults.map((fault) =>
          element(
            "div",
            { class: "row check" },
            icon("alert", "icon warn"),
            element("div", { class: "grow" }, element("b", { class: "small", text: say.line(fault.line) }), prose(fault.reason, { class: "small breaks" })),
          ),
        ),
      ),
    );
  }

  #group(say, title, changes, testid, isOpen) {
    if (changes.length === 0) return null;
    const one = (change) =>
      element(
        "details",
        { class: "fold change", open: isOpen && changes.length <= 8, testid: `${testid}-${change.id}-${change.language}` },
        element("summary", {}, icon("next", "icon turns"), element("span", { class: "mono", text: change.id }), tag(word(say, "languageNames", change.language))),
        differences(say, change),
      );
    return card({ title: `${title} (${changes.length})`, testid }, ...changes.map(one));
  }

  #documents(say, documents) {
    if (documents.length === 0) return null;
    const row = (one) =>
      element(
        "div",
        { class: "row" },
        icon("document"),
        element("b", { class: "small grow", text: one.name }),
        element("span", {
          class: "small soft figures",
          text: one.passages_before ? say.passagesChange(one.passages_before, one.passages_after) : say.newDocument(one.passages_after),
        }),
      );
    return card({ title: say.documentsOnes, className: "flush" }, element("div", { class: "rows" }, ...documents.map(row)));
  }

  async #apply(say) {
    const job = await this.page.attempt(() => this.page.app.jobs.run("POST", `knowledge/review/${encodeURIComponent(this.review.review)}/apply`, undefined, "knowledge.import"));
    if (!job) return;
    if (job.state === "done") {
      this.review = null;
      this.page.app.tell(say.applied);
    }
    this.page.draw();
  }

  async #discard(say) {
    await this.page.attempt(() => this.page.api.send("DELETE", `knowledge/review/${encodeURIComponent(this.review.review)}`));
    this.review = null;
    this.page.app.tell(say.discarded);
    this.page.draw();
  }
}

// The documents that answers may quote.

import { button, element, icon } from "/shared/dom.js";
import { confirm } from "./dialogs.js";
import { number } from "./format.js";
import { card, empty, table } from "./parts.js";
import { link } from "./routes.js";
import { word } from "./strings.js";

export class Documents {
  constructor(page) {
    this.page = page;
  }

  async load() {
    this.documents = await this.page.api.get("knowledge/documents");
  }

  acts(say) {
    return (
      this.page.may("technician") && element("a", { class: "button", href: link("knowledge", "import") }, icon("upload"), element("span", { text: say.parts.import }))
    );
  }

  body(say) {
    const { page } = this;
    if (this.documents.length === 0) return [card({}, empty("document", say.noDocuments, say.noDocumentsNote))];
    const columns = [
      { name: say.document, cell: (one) => element("b", { text: one.name }) },
      { name: say.language, cell: (one) => word(say, "languageNames", one.language) },
      { name: say.documentPassages, className: "end", cell: (one) => number(one.passages, page.language) },
      page.may("technician") && {
        name: "",
        unseen: say.actions,
        className: "act",
        cell: (one) =>
          button({
            iconId: "trash",
            className: "quiet small icon-only",
            "aria-label": `${say.remove}: ${one.name}`,
            testid: `remove-${one.name}`,
            onPress: () => this.#remove(say, one),
          }),
      },
    ].filter(Boolean);
    return [
      card(
        { title: say.parts.documents, note: say.documentsLead, className: "flush" },
        table({ label: say.parts.documents, columns, rows: this.documents, testid: "documents" }),
      ),
    ];
  }

  async #remove(say, one) {
    const { page } = this;
    if (!(await confirm({ say, title: say.removeDocument(one.name), text: say.removeDocumentText, yes: say.remove, danger: true }))) return;
    if ((await page.attempt(() => page.api.send("DELETE", `knowledge/documents/${encodeURIComponent(one.name)}`))) !== undefined) page.app.tell(say.documentRemoved);
    await page.reload();
  }
}

// Backups: made, fetched, and brought back after a look at what they hold.

import { button, element, icon } from "/shared/dom.js";
import { address } from "./api.js";
import { confirm } from "./dialogs.js";
import { bytes, moment } from "./format.js";
import { Page } from "./page.js";
import { actButton, card, dropFile, empty, facts, note, table } from "./parts.js";
import { BACKUP } from "./strings-upkeep.js";

export default class Backup extends Page {
  static words = BACKUP;

  async load() {
    this.backups = await this.api.get("backups");
  }

  body() {
    const { say } = this;
    const make = this.may("technician") && actButton({ label: say.make, iconId: "plus", className: "primary", testid: "make-backup", onPress: () => this.#make() });
    return [this.head(say.pages.backup, say.lead, make), this.readerNote(), this.made && this.#fresh(say), this.#list(say), this.#restore(say)];
  }

  async #make() {
    const job = await this.attempt(() => this.app.jobs.run("POST", "backup", undefined, "backup"));
    if (job?.state === "done") this.made = job.result;
    await this.reload();
  }

  #fresh(say) {
    const { name, bytes: size, sha256 } = this.made;
    return note("good", say.made, `${name} · ${bytes(size, this.language)} · ${say.digest} ${sha256}`, null, this.#download(say, name, "primary small"));
  }

  #download(say, name, className) {
    return element(
      "a",
      {
        class: `button ${className}`,
        href: address(`backup/${encodeURIComponent(name)}`),
        download: name,
        "aria-label": `${say.download}: ${name}`,
        testid: `download-${name}`,
      },
      icon("download"),
      element("span", { text: say.download }),
    );
  }

  #list(say) {
    if (this.backups.length === 0) return card({ title: say.backups }, empty("backup", say.none, say.noneNote));
    const columns = [
      { name: say.name, cell: (one) => element("b", { class: "mono breaks", text: one.name }) },
      { name: say.at, cell: (one) => moment(one.at, this.language) },
      { name: say.size, className: "end", cell: (one) => bytes(one.bytes, this.language) },
      { name: "", unseen: say.actions, className: "act", cell: (one) => this.may("technician") && this.#download(say, one.name, "small") },
    ];
    return card({ title: say.backups, className: "flush" }, table({ label: say.backups, columns, rows: this.backups, testid: "backups" }));
  }

  #restore(say) {
    if (!this.may("owner")) return card({ title: say.restore, note: say.ownerOnly });
    if (this.review) return this.#reviewed(say, this.review);
    return card({ title: say.restore, note: say.restoreLead }, dropFile({ say, hint: say.hint, testid: "restore-file", onFile: (file) => this.#read(file) }));
  }

  async #read(file) {
    const review = await this.attempt(() => this.app.jobs.upload("restore/review", file));
    if (review) this.review = { ...review, name: file.name };
    this.draw();
  }

  #reviewed(say, review) {
    const { site, version, at } = review.from;
    const faults = review.faults.length > 0 && note("bad", say.faults, review.faults.map((fault) => fault.reason ?? fault).join(" "));
    const acts = [
      button({
        label: say.discard,
        onPress: () => {
          this.review = null;
          this.draw();
        },
      }),
      button({ label: say.apply, className: "danger", disabled: review.faults.length > 0, testid: "apply-restore", onPress: () => this.#apply(say, review) }),
    ];
    return card(
      { title: say.reviewTitle(review.name), acts, testid: "restore-review" },
      faults,
      facts([
        [say.site, site],
        [say.version, version],
        [say.at, moment(at, this.language)],
        [say.contains, element("ul", {}, ...review.contains.map((one) => element("li", { text: typeof one === "string" ? one : Object.values(one).join(" · ") })))],
      ]),
    );
  }

  async #apply(say, review) {
    if (!(await confirm({ say, title: say.applyTitle, text: say.applyText, yes: say.apply, danger: true }))) return;
    this.app.state.set({ restarting: true });
    this.review = null;
    const job = await this.attempt(() => this.app.jobs.run("POST", `restore/review/${encodeURIComponent(review.review)}/apply`, undefined, "restore"));
    if (["done", "gone"].includes(job?.state)) this.app.tell(say.restored);
    else this.app.state.set({ restarting: false });
    await this.reload();
  }
}

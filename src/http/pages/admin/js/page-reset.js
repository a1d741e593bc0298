// Back to the factory's state, behind a typed word.

import { button, element } from "/shared/dom.js";
import { confirm } from "./dialogs.js";
import { Page } from "./page.js";
import { card, goTo, note } from "./parts.js";
import { link } from "./routes.js";
import { RESET } from "./strings-upkeep.js";

export default class Reset extends Page {
  static words = RESET;

  async load() {
    if (this.may("owner")) this.site = (await this.api.get("settings")).values.id;
  }

  body() {
    const { say } = this;
    const reset = this.may("owner") && button({ label: say.reset, className: "danger", testid: "reset", onPress: () => this.#reset() });
    return [
      this.head(say.pages.reset, say.lead),
      this.readerNote("owner"),
      note("warn", say.before, say.beforeNote, null, goTo(link("backup"), say.toBackup)),
      card(
        { title: say.what },
        element("p", { class: "small", text: say.goes }),
        element("p", { class: "small", text: say.stays }),
        reset && element("div", { class: "acts" }, reset),
      ),
    ];
  }

  async #reset() {
    const { say } = this;
    if (!(await confirm({ say, title: say.title, text: say.text, yes: say.reset, danger: true, typed: this.site }))) return;
    this.app.state.set({ restarting: true });
    const job = await this.attempt(() => this.app.jobs.run("POST", "reset", { confirm: this.site }, "reset"));
    if (!job || job.state === "failed") this.app.state.set({ restarting: false });
    // A kiosk without people asks for its first one.
    else await this.app.gate.open();
  }
}

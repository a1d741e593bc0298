// The models: what is here, what is missing with its repair, what could be had, and whether it fits before it is loaded.

import { button, element } from "/shared/dom.js";
import { confirm, windowed } from "./dialogs.js";
import { bytes } from "./format.js";
import { outcomeCard } from "./models-outcome.js";
import { Page } from "./page.js";
import { actButton, bar, card, dropFile, empty, note, prose, table, tag } from "./parts.js";
import { word } from "./strings.js";
import { MODELS } from "./strings-models.js";

export default class Models extends Page {
  static words = MODELS;

  async load() {
    this.models = await this.api.get("models");
  }

  body() {
    const { say, models } = this;
    const may = this.may("technician");
    const acts = may && [
      actButton({ label: say.verify, testid: "verify", onPress: () => this.#job("models/verify", undefined, "models.verify") }),
      actButton({ label: say.bench, testid: "bench", onPress: () => this.#job("models/bench", undefined, "models.bench") }),
      button({ label: say.importModel, iconId: "upload", className: "primary", testid: "import", onPress: () => this.#import() }),
    ];
    return [
      this.head(say.pages.models, say.lead, acts),
      this.readerNote(),
      models.installed.some((model) => model.in_use && !model.serves) && note("warn", say.waitsRestart, say.waitsRestartNote, null, ...(may ? [this.#restartButton(say)] : [])),
      outcomeCard(say, this.app.kept.models, this.language),
      this.#budget(say, models),
      models.missing.length > 0 && this.#missing(say, models.missing, may),
      this.#installed(say, models.installed, may),
      this.#catalogue(say, models, may),
    ];
  }

  #budget(say, { budget_bytes: whole, used_bytes: used }) {
    const { language } = this;
    const tone = used / whole > 0.95 ? "bad" : used / whole > 0.85 ? "warn" : "";
    return card(
      { title: say.budget, testid: "budget" },
      element(
        "div",
        { class: "gauge" },
        element(
          "div",
          {},
          element("b", { text: say.budgetText(bytes(used, language), bytes(whole, language)) }),
          element("span", { class: "soft", text: say.free(bytes(Math.max(0, whole - used), language)) }),
        ),
        bar([{ share: used / whole, tone }], { class: "bar thick" }),
      ),
    );
  }

  #missing(say, missing, may) {
    const row = (model) =>
      element(
        "div",
        { class: "row" },
        element(
          "div",
          { class: "grow" },
          element("b", { class: "small mono", text: model.name }),
          element("span", { class: "fine soft", text: word(say, "modelRoles", model.role) }),
          element("p", { class: "small breaks" }, element("b", { text: `${say.repair}: ` }), prose(model.repair)),
        ),
        may &&
          actButton({
            label: say.pull,
            iconId: "download",
            className: "small",
            testid: `pull-${model.name}`,
            onPress: () => this.#job("models/pull", { names: [model.name] }, "models.pull"),
          }),
      );
    const all =
      may &&
      missing.length > 1 &&
      actButton({ label: say.pullAll, iconId: "download", className: "small", onPress: () => this.#job("models/pull", { names: null }, "models.pull") });
    return card(
      { title: say.missing, note: say.missingNote, className: "flush", acts: [all], testid: "missing" },
      element("div", { class: "rows" }, ...missing.map(row)),
    );
  }

  #installed(say, installed, may) {
    const { language } = this;
    if (installed.length === 0) return card({ title: say.installed }, empty("models", say.noneInstalled, say.noneInstalledNote));
    const acts = (model) =>
      element(
        "div",
        { class: "acts end" },
        !model.in_use && model.whole && button({ label: say.use, className: "small", testid: `use-${model.name}`, onPress: () => this.#switch(model) }),
        !model.in_use &&
          button({
            iconId: "trash",
            className: "small icon-only quiet",
            "aria-label": `${say.remove}: ${model.name}`,
            testid: `remove-${model.name}`,
            onPress: () => this.#remove(model),
          }),
      );
    const columns = [
      { name: say.model, cell: (model) => [element("b", { class: "mono", text: model.name }), element("p", { class: "fine soft", text: model.licence })] },
      { name: say.role, cell: (model) => word(say, "modelRoles", model.role) },
      { name: say.languages, cell: (model) => (model.languages?.length ? model.languages.map((code) => word(say, "languageNames", code)).join(", ") : say.anyLanguage) },
      { name: say.size, className: "end", cell: (model) => bytes(model.bytes, language) },
      { name: say.need, className: "end", cell: (model) => bytes(model.memory_bytes, language) },
      {
        name: say.state,
        cell: (model) =>
          element("div", { class: "tags" }, model.in_use && (model.serves ? tag(say.inUse, "accent") : tag(say.afterRestart, "warn")), model.whole ? !model.in_use && tag(say.whole) : tag(say.notWhole, "bad")),
      },
      may && { name: "", unseen: say.actions, className: "act", cell: acts },
    ].filter(Boolean);
    return card({ title: say.installed, className: "flush" }, table({ label: say.installed, columns, rows: installed, testid: "installed" }));
  }

  #catalogue(say, { catalogue, budget_bytes: whole, used_bytes: used }, may) {
    if (catalogue.length === 0) return null;
    const { language } = this;
    const need = (model) =>
      model.memory_bytes &&
      element(
        "div",
        { class: "need" },
        element("span", { text: bytes(model.memory_bytes, language) }),
        bar([{ share: used / whole }, { share: model.memory_bytes / whole, tone: model.fits ? "more" : "more bad" }]),
      );
    const columns = [
      { name: say.model, cell: (model) => [element("b", { class: "mono", text: model.name }), element("p", { class: "fine soft", text: model.licence })] },
      { name: say.role, cell: (model) => word(say, "modelRoles", model.role) },
      { name: say.size, className: "end", cell: (model) => bytes(model.bytes, language) },
      { name: say.need, className: "end", cell: (model) => need(model) || bytes(null, language) },
      {
        name: say.state,
        className: "whole",
        cell: (model) => [
          element("div", { class: "tags" }, tag(model.fits ? say.fits : say.tooBig, model.fits ? "good" : "warn"), model.why && tag(say.whys[model.why])),
          model.why === "unfit" && element("p", { class: "fine soft breaks" }, prose(model.why_not)),
        ],
      },
      may && {
        name: "",
        unseen: say.actions,
        className: "act",
        cell: (model) =>
          model.can_pull &&
          actButton({
            label: say.pull,
            iconId: "download",
            className: "small",
            testid: `pull-${model.name}`,
            onPress: () => this.#job("models/pull", { names: [model.name] }, "models.pull"),
          }),
      },
    ].filter(Boolean);
    return card({ title: say.catalogue, note: [say.catalogueNote, catalogue.some((model) => model.why === "unpinned") && say.unpinnedNote].filter(Boolean).join(" "), className: "flush" }, table({ label: say.catalogue, columns, rows: catalogue, testid: "catalogue" }));
  }

  #restartButton(say) {
    const restart = async () => {
      if (!(await confirm({ say, title: say.restartTitle, text: say.restartText, yes: say.restartNow }))) return;
      this.app.state.set({ restarting: true });
      const job = await this.attempt(() => this.app.jobs.run("POST", "restart", undefined, "restart"));
      if (!job || job.state === "failed") this.app.state.set({ restarting: false });
      await this.reload();
    };
    return button({ label: say.restartNow, className: "small", testid: "restart", onPress: restart });
  }

  async #job(path, body, kind) {
    const job = await this.attempt(() => this.app.jobs.run("POST", path, body, kind));
    if (!job) return;
    if (["models.verify", "models.bench"].includes(kind) && job.state === "done") this.app.kept.models = { kind, result: job.result };
    await this.reload();
  }

  #import() {
    const { say } = this;
    windowed({ say, title: say.importTitle, testid: "import-window" }, (close) => [
      element("p", { class: "soft", text: say.importLead }),
      dropFile({
        say,
        hint: say.importNote,
        testid: "import-file",
        onFile: (file) => {
          close(true);
          this.#send(file);
        },
      }),
    ]);
  }

  async #send(file) {
    const job = await this.attempt(() => this.app.jobs.upload(`models/import?name=${encodeURIComponent(file.name)}`, file, "models.import"));
    if (job?.state === "done") this.app.tell(this.say.imported);
    await this.reload();
  }

  async #switch(model) {
    const { say } = this;
    if (!(await confirm({ say, title: say.switchTitle(model.name), text: say.switchText(word(say, "modelRoles", model.role)), yes: say.switchYes }))) return;
    const job = await this.attempt(() => this.app.jobs.run("POST", "models/switch", { role: model.role, model: model.name }, "models.switch"));
    if (job?.state === "done")
      this.app.tell(job.result?.kept === false ? say.returned(job.result.reason) : say.kept(model.name), job.result?.kept === false ? "bad" : "good");
    await this.reload();
  }

  async #remove(model) {
    const { say } = this;
    if (!(await confirm({ say, title: say.removeTitle(model.name), text: say.removeText(bytes(model.bytes, this.language)), yes: say.remove, danger: true }))) return;
    if ((await this.attempt(() => this.api.send("DELETE", `models/${encodeURIComponent(model.name)}`))) !== undefined) this.app.tell(say.removed);
    await this.reload();
  }
}

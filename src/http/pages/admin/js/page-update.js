// Updates: what runs, what could, from the source or from a file, and what became of the last one.

import { button, element, icon } from "/shared/dom.js";
import { confirm } from "./dialogs.js";
import { bytes } from "./format.js";
import { Page } from "./page.js";
import { actButton, card, dropFile, facts, note, tag } from "./parts.js";
import { UPDATE } from "./strings-upkeep.js";
import { expect, forget, outcome } from "./update-outcome.js";

const FRESH_MS = 3_000; // a trial ends while the page is looked at
const STATE_TONES = { ready: "good", chosen: "accent", failed: "bad", empty: "" };

export default class Update extends Page {
  static words = UPDATE;

  constructor(...given) {
    super(...given);
    this.every(FRESH_MS, () => this.reload(true));
  }

  async load() {
    this.update = await this.api.get("update");
    return this.update;
  }

  body() {
    const { say, update } = this;
    return [
      this.head(say.pages.update, say.lead),
      this.#outcome(say, update),
      !update.launched && note("warn", say.noLauncher, say.noLauncherNote),
      this.#versions(say, update),
      this.readerNote("owner"),
      element("div", { class: "columns even" }, this.#online(say, update), this.#offline(say)),
    ];
  }

  #outcome(say, update) {
    const isBusy = this.isChanging || this.state.jobs.some((job) => ["update", "return"].includes(job.kind) && job.state === "running");
    const told = this.failure ? { kind: "same", version: update.running.version } : outcome(update, isBusy);
    if (!told) return null;
    const close = button({
      label: say.close,
      className: "quiet small",
      testid: "close-outcome",
      onPress: () => {
        forget();
        this.failure = null;
        this.draw();
      },
    });
    if (told.kind === "waiting") return note("accent", say.waiting, null, "clock");
    if (told.kind === "good") return element("div", { testid: "outcome" }, note("good", say.outcomeGood(told.version), say.outcomeGoodNote, null, close));
    if (told.kind === "back")
      return element("div", { testid: "outcome" }, note("bad", say.outcomeBack(told.version), say.outcomeBackNote(told.reason), null, close));
    return element("div", { testid: "outcome" }, note("warn", say.outcomeSame(told.version), this.failure || say.failed, null, close));
  }

  #versions(say, { running, other }) {
    const slot = (className, name, version, sign, reason, act) =>
      element(
        "div",
        { class: `slot ${className}` },
        element("span", { class: "slot-name", text: name }),
        element("b", { text: version }),
        sign,
        reason && element("p", { class: "small soft breaks", text: reason }),
        act,
      );
    const back =
      other?.state === "ready" &&
      this.may("owner") &&
      button({ label: say.back(other.version), className: "small", testid: "return", onPress: () => this.#return(other.version) });
    const second = other && slot("", say.other, other.version ?? say.empty, other.state !== "empty" && tag(say.states[other.state], STATE_TONES[other.state]), other.reason, back);
    return element("div", { class: "versions" }, slot("running", say.running, running.version, element("div", { class: "tags" }, tag(say.slot(running.slot), "good"), running.on_trial && tag(say.onTrial, "warn"))), second && icon("update"), second);
  }

  #online(say, update) {
    if (!update.source)
      return card({ title: say.online }, element("p", { class: "soft small", text: say.noSource }), facts([this.#key(say, update)]));
    const check = actButton({ label: say.check, testid: "check-update", onPress: () => this.#check() });
    const found = this.found;
    const answer =
      found === undefined
        ? null
        : found === null
          ? note("good", say.newest(update.running.version))
          : note("accent", say.available(found.version), found.notes, "download");
    const apply =
      found && this.may("owner") && actButton({ label: say.apply(found.version), className: "primary", testid: "apply-update", onPress: () => this.#apply(found) });
    return card(
      { title: say.online },
      facts([
        [say.source, element("span", { class: "breaks", text: update.source })],
        this.#key(say, update),
        found && [say.size, bytes(found.bytes, this.language)],
      ]),
      answer,
      element("div", { class: "acts" }, found ? apply : check),
    );
  }

  /** The packaged program is signed by its package, not by a key of ours. */
  #key(say, update) {
    return update.key_id && [say.key, element("code", { text: update.key_id })];
  }

  #offline(say) {
    if (!this.may("owner")) return card({ title: say.offline, note: say.ownerOnly });
    return card({ title: say.offline, note: say.offlineLead }, dropFile({ say, hint: say.hint, testid: "update-file", onFile: (file) => this.#upload(file) }));
  }

  async #check() {
    const reply = await this.attempt(() => this.api.send("POST", "update/check"));
    if (!reply) return;
    this.found = reply.available;
    this.draw();
  }

  async #apply(found) {
    const { say } = this;
    if (await confirm({ say, title: say.applyTitle(found.version), text: say.applyText, yes: say.go }))
      await this.#change(found.version, () => this.app.jobs.run("POST", "update/apply", { from: "source" }, "update"));
  }

  async #upload(file) {
    const { say } = this;
    if (await confirm({ say, title: say.uploadTitle(file.name), text: say.applyText, yes: say.go }))
      await this.#change(null, () => this.app.jobs.upload(`update/upload?name=${encodeURIComponent(file.name)}`, file, "update"));
  }

  async #return(version) {
    const { say } = this;
    if (await confirm({ say, title: say.backTitle(version), text: say.backText, yes: say.goBack }))
      await this.#change(version, () => this.app.jobs.run("POST", "update/return", undefined, "return"));
  }

  /** The server goes away in the middle of it; what became of it is asked when it is back. */
  async #change(to, start) {
    expect(this.update.running.version, to);
    this.isChanging = true;
    this.failure = null;
    this.app.state.set({ restarting: true });
    this.draw();
    const job = await start().catch((refusal) => {
      if (refusal.kind !== "offline") forget();
      this.app.refuse(refusal);
      return null;
    });
    this.isChanging = false;
    if (!job || job.state === "failed") this.app.state.set({ restarting: false });
    if (job?.state === "failed") this.failure = [job.message, job.hint].filter(Boolean).join(" ");
    this.found = undefined;
    await this.reload();
  }
}

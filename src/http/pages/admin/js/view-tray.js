// The tray: what the appliance is busy with, on every page and after a reload.

import { button, element, icon } from "/shared/dom.js";
import { differs } from "/shared/state.js";
import { View } from "/shared/view.js";
import { bytes, number, percent } from "./format.js";
import { bar, prose } from "./parts.js";
import { redraw } from "./redraw.js";
import { strings, word } from "./strings.js";

export class Tray extends View {
  build() {
    this.said = element("p", { class: "unseen", role: "status" });
    this.shown = element("div", { class: "stack" });
    this.list = element("div", { class: "tray-list", testid: "tray-list", tabindex: "0", role: "region" });
    this.pill = element("button", { type: "button", class: "tray-pill", testid: "tray", on: { click: () => this.page.state.set({ tray: !this.page.state.now.tray }) } });
    this.append(this.said, this.list, this.pill);
  }

  show(now, before) {
    if (!differs(now, before, "jobs", "tray", "language", "view")) return;
    const isAny = now.view === "admin" && now.jobs.length > 0;
    this.hidden = !isAny;
    if (!isAny) return;
    const say = strings(now.language);
    this.list.hidden = !now.tray;
    this.list.setAttribute("aria-label", say.jobs);
    this.pill.setAttribute("aria-expanded", String(now.tray));
    redraw(this.pill, ...this.#face(say, now));
    if (now.tray) redraw(this.list, ...now.jobs.map((job) => this.#job(say, now.language, job)));
    this.#announce(say, now.jobs, before.jobs ?? []);
  }

  #face(say, { jobs, language }) {
    const running = jobs.filter((job) => job.state === "running");
    const failed = jobs.filter((job) => job.state === "failed");
    const sign = running.length > 0 ? element("span", { class: "spinner" }) : icon(failed.length > 0 ? "alert" : "done", `icon ${failed.length > 0 ? "bad" : "good"}`);
    const share = running.length === 1 && running[0].total ? ` · ${percent(running[0].done / running[0].total, language)}` : "";
    const text = running.length > 0 ? say.jobsRunning(running.length) + share : failed.length > 0 ? say.jobsFailed(failed.length) : say.jobsDone;
    return [sign, element("span", { class: "figures", text })];
  }

  #job(say, language, job) {
    const title = word(say, "jobKinds", job.kind);
    const sign = { running: element("span", { class: "spinner" }), done: icon("done", "icon good"), failed: icon("bad", "icon bad") }[job.state];
    const close =
      job.state !== "running" &&
      button({ iconId: "close", className: "quiet icon-only small", "aria-label": say.close, testid: `close-${job.id}`, onPress: () => this.page.jobs.close(job.id) });
    return element(
      "article",
      { class: "job", testid: `job-${job.id}` },
      element("div", { class: "job-head" }, sign, element("b", { text: title }), close),
      job.what && job.what !== title && job.state !== "done" && element("p", { class: "soft", text: job.what }),
      ...this.#end(say, language, job),
    );
  }

  #end(say, language, job) {
    if (job.state === "running") return this.#progress(say, language, job);
    if (job.state === "failed") return [element("p", { class: "bad" }, prose(job.message ?? say.refusals.failed)), job.hint && element("p", {}, prose(job.hint))];
    return [job.message && element("p", { class: "soft", text: job.message })];
  }

  #progress(say, language, job) {
    if (!job.total) return [element("div", { class: "bar endless" }, element("i"))];
    const amount = (value) => (job.unit === "bytes" ? bytes(value, language) : number(value, language));
    const text = say.ofTotal(amount(job.done), amount(job.total), word(say, "jobUnits", job.unit));
    return [
      bar([{ share: job.done / job.total }]),
      element("div", { class: "job-numbers" }, element("span", { text }), element("span", { text: percent(job.done / job.total, language) })),
    ];
  }

  /** Ends are said aloud; steps are not. */
  #announce(say, jobs, before) {
    const ended = jobs.filter((job) => job.state !== "running" && before.find((old) => old.id === job.id)?.state === "running");
    if (ended.length > 0) this.said.textContent = ended.map((job) => `${word(say, "jobKinds", job.kind)}: ${job.state === "done" ? say.done : say.failed}`).join(". ");
  }
}

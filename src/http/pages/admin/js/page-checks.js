// The self-test: run, read what is wrong with its repair first, print.

import { element, icon } from "/shared/dom.js";
import { address } from "./api.js";
import { moment } from "./format.js";
import { Page } from "./page.js";
import { actButton, card, empty, note, prose, tag } from "./parts.js";
import { told } from "./strings.js";
import { CHECKS } from "./strings-checks.js";

const ORDER = ["bad", "warning", "good"];
const TONES = { bad: "bad", warning: "warn", good: "good" };
const SIGNS = { bad: "bad", warning: "alert", good: "done" };

export default class Checks extends Page {
  static words = CHECKS;

  async load() {
    this.checks = await this.api.get("checks").catch((refusal) => {
      if (refusal.status === 404) return null;
      throw refusal;
    });
  }

  body() {
    const { say, checks } = this;
    const isRunning = this.state.jobs.some((job) => job.kind === "checks" && job.state === "running");
    const run =
      this.may("technician") &&
      actButton({
        label: isRunning ? say.running : say.run,
        iconId: "play",
        className: "primary",
        disabled: isRunning,
        testid: "run-checks",
        onPress: () => this.#run(),
      });
    const report =
      checks?.at &&
      element(
        "a",
        { class: "button", href: `${address("checks/report")}?language=${this.language}`, target: "_blank", rel: "noopener", testid: "report" },
        icon("print"),
        element("span", { text: say.report }),
      );
    const head = this.head(say.pages.checks, say.lead, report, run);
    if (!checks?.at) return [head, card({}, empty("checks", say.never, say.neverNote))];
    return [head, this.#summary(say, checks), ...ORDER.map((health) => this.#group(say, checks, health))];
  }

  async #run() {
    const job = await this.attempt(() => this.app.jobs.run("POST", "checks/run", undefined, "checks"));
    if (job?.state === "done") this.app.tell(this.say.finished);
    if (job) await this.reload();
  }

  #summary(say, checks) {
    const count = (health) => checks.lines.filter((line) => line.health === health).length;
    const [bad, warning] = [count("bad"), count("warning")];
    const words = [bad > 0 && say.toRepair(bad), warning > 0 && say.toLook(warning)].filter(Boolean).join(", ") || say.allGood;
    return note(bad > 0 ? "bad" : warning > 0 ? "warn" : "good", words, `${say.at(moment(checks.at, this.language))} · ${say.goodOnes(count("good"))}`);
  }

  #group(say, checks, health) {
    const lines = checks.lines.filter((line) => line.health === health).map((line) => told(line, this.language));
    if (lines.length === 0) return null;
    const row = (line) =>
      element(
        "div",
        { class: "row check" },
        icon(SIGNS[health], `icon ${TONES[health]}`),
        element(
          "div",
          { class: "grow" },
          element("b", { class: "small", text: line.what }),
          prose(line.finding, { class: "small soft breaks" }),
          line.repair && health !== "good" && element("p", { class: "small repair" }, element("b", { text: `${say.repair}: ` }), prose(line.repair)),
        ),
        tag(say.health[health], TONES[health]),
      );
    return card({ className: "flush checks-group", testid: `checks-${health}` }, element("div", { class: "rows" }, ...lines.map(row)));
  }
}

// The live tests: one card each, with what was measured and how to mend it. A picture lives in this object alone and goes with the page.

import { element, icon } from "/shared/dom.js";
import { milliseconds, number } from "./format.js";
import { actButton, bar, note, prose, refusalWords, tag } from "./parts.js";
import { told } from "./strings.js";

const PARTS = ["sound", "microphone", "camera", "touch", "light"];
const TONES = { good: "good", warning: "warn", bad: "bad" };
const QUIET_DB = -60;

export class Tries {
  #results = new Map();
  #busy = null;

  constructor(page) {
    this.page = page;
  }

  cards() {
    return element("div", { class: "tries" }, ...PARTS.map((part) => this.#card(part)));
  }

  #card(part) {
    const { say } = this.page;
    const result = this.#results.get(part);
    const isOff = this.#busy !== null || (this.page.devices.pages === 0 && part !== "light");
    const label = this.#busy === part ? say.trying : result ? say.again : say.try;
    const act =
      this.page.may("technician") &&
      actButton({ label, className: "small", disabled: isOff, testid: `try-${part}`, "aria-label": `${label}: ${say.parts[part]}`, onPress: () => this.#try(part) });
    return element(
      "section",
      { class: `card try tested-${result?.health ?? "never"}`, testid: `part-${part}` },
      element(
        "header",
        { class: "try-head" },
        icon(part),
        element("div", {}, element("h3", { text: say.parts[part] }), element("p", { class: "fine soft", text: say.partNotes[part] })),
      ),
      this.#busy === part && element("div", { class: "bar endless" }, element("i")),
      result && this.#busy !== part && this.#outcome(say, result),
      act,
    );
  }

  async #try(part) {
    this.#busy = part;
    this.#results.delete(part);
    this.page.draw();
    const job = await this.page.app.jobs.run("POST", "devices/try", { part }, "try").catch((refusal) => ({ state: "failed", refusal }));
    this.#busy = null;
    this.#results.set(part, job.state === "done" ? (job.result ?? { health: "good" }) : failed(this.page.say, job));
    this.page.draw();
  }

  #outcome(say, tried) {
    const { language } = this.page;
    const result = told(tried, language);
    const level = result.level_db ?? null;
    const lines = [
      level !== null && [say.level, `${number(level, language)} dB`, bar([{ share: (level - QUIET_DB) / -QUIET_DB, tone: TONES[result.health] }])],
      result.delay_ms !== undefined && result.delay_ms !== null && [say.delay, milliseconds(result.delay_ms, language)],
      result.echo_return_db !== undefined && result.echo_return_db !== null && [say.echo, `${number(result.echo_return_db, language)} dB`],
      result.focus !== undefined && [
        say.focus,
        share(result.focus, language),
        typeof result.focus === "number" && bar([{ share: result.focus, tone: TONES[result.health] }]),
      ],
      result.exposure !== undefined && [say.exposure, share(result.exposure, language), typeof result.exposure === "number" && bar([{ share: result.exposure }])],
      result.reached !== undefined && [
        say.reached,
        `${number(result.reached, language)} / ${number(result.of, language)}`,
        bar([{ share: result.reached / result.of, tone: TONES[result.health] }]),
      ],
    ].filter(Boolean);
    const line = ([name, value, meter]) =>
      element("div", { class: "gauge" }, element("div", {}, element("span", { class: "soft", text: name }), element("b", { text: value })), meter);
    return element(
      "div",
      { class: "stack tight", role: "status" },
      element(
        "div",
        { class: "tags" },
        tag(say.health[result.health], TONES[result.health], result.health === "good" ? "done" : "alert"),
        result.finding && prose(result.finding, { class: "small breaks" }),
      ),
      ...lines.map(line),
      result.repair && result.health !== "good" && note(TONES[result.health], say.repair, result.repair),
      result.picture && picture(say, result.picture),
    );
  }
}

function picture(say, source) {
  return element("figure", { class: "seen" }, element("img", { src: source, alt: say.pictureAlt }), element("figcaption", { class: "fine soft", text: say.pictureNote }));
}

function failed(say, job) {
  if (job.refusal) {
    const { text, detail } = refusalWords(say, job.refusal);
    return { health: "bad", finding: text, repair: detail };
  }
  return { health: "bad", finding: job.message ?? say.failed, repair: job.hint };
}

/** A measure of 0..1 as per cent; anything else as it came. */
function share(value, language) {
  return typeof value === "number" ? `${number(value * 100, language)} %` : String(value);
}

// Health at a glance: ready or why not, what visitors get, and what stands behind it.

import { element, icon } from "/shared/dom.js";
import { bytes, duration, milliseconds, moment, number } from "./format.js";
import { linksCard } from "./links.js";
import { Page } from "./page.js";
import { card, gauge, goTo, note, prose, table, tag } from "./parts.js";
import { link } from "./routes.js";
import { told, word } from "./strings.js";
import { HEALTH } from "./strings-health.js";

const FRESH_MS = 5_000;
const LEVELS = ["full", "small_model", "approved", "touch", "contact"];
const HOT_C = 75;
const VERY_HOT_C = 82; // a Raspberry Pi 5 slows down from 80 to 85
const FULL_SHARE = 0.85;
const VERY_FULL_SHARE = 0.95;

export default class Health extends Page {
  static words = HEALTH;

  constructor(...given) {
    super(...given);
    this.every(FRESH_MS, () => this.reload(true));
  }

  async load() {
    this.health = await this.api.get("health");
    return this.health;
  }

  body() {
    const { say, health } = this;
    return [
      this.head(say.pages.health, say.lead),
      this.#verdict(say, health),
      this.#ladder(say, health),
      element(
        "div",
        { class: "columns even" },
        this.#board(say, health.board),
        element("div", { class: "stack" }, this.#checks(say, health.checks), linksCard(say, health.links, this.language)),
      ),
      this.#models(say, health.models),
    ];
  }

  #verdict(say, health) {
    const tone = !health.ready ? "bad" : health.level === "full" ? "good" : "warn";
    const title = { bad: say.notReady, good: say.ready, warn: say.degraded }[tone];
    const [why, remedy] = say.causes[health.level_cause] ?? [health.level_reason, health.level_repair];
    const reason = health.ready ? why : health.reason || why;
    const broken = health.models.map((model) => told(model, this.language)).find((model) => model.state !== "serving" && model.repair);
    const isWaiting = health.models.some((model) => model.state === "fetched");
    const repair = isWaiting ? say.restartRepair : remedy || broken?.repair;
    const line = [say.facts(duration(health.uptime_s, say.units), health.version), say.visits(health.visits), health.people !== null && say.people(health.people)].filter(Boolean);
    return element(
      "section",
      { class: `verdict ${tone}`, testid: "verdict" },
      element("span", { class: "verdict-sign" }, icon(tone === "good" ? "done" : tone === "warn" ? "alert" : "close")),
      element(
        "div",
        {},
        element("h2", { text: title }),
        tone !== "good" && reason && element("p", { class: "breaks" }, prose(reason)),
        tone !== "good" && repair && element("p", { class: "breaks" }, element("b", { text: `${say.repair}: ` }), prose(repair)),
        element("ul", { class: "verdict-facts" }, ...line.map((text) => element("li", { text }))),
      ),
    );
  }

  #ladder(say, health) {
    const at = LEVELS.indexOf(health.level);
    const step = (level, index) =>
      element(
        "li",
        { class: index === at ? "here" : index < at ? "lost" : "", "aria-current": index === at ? "step" : null },
        element("span", { class: "rung" }),
        element("b", { text: say.levels[level] }),
      );
    return card(
      { title: say.ladder, note: say.levelNotes[health.level], testid: "ladder" },
      element("ol", { class: `ladder ${at === 0 ? "good" : at < 0 ? "" : at < 3 ? "warn" : "bad"}` }, ...LEVELS.map(step)),
    );
  }

  #board(say, board) {
    const { language } = this;
    const memory = board.memory_used ?? board.memory_total - board.memory_available;
    const disk = board.disk_total - board.disk_free;
    const heat = board.temperature_c ?? null;
    const plain = [
      [say.load, number(board.load, language, 2)],
      heat !== null && [say.temperature, element("span", { class: toneOf(heat, HOT_C, VERY_HOT_C), text: `${number(heat, language, 1)} °C` })],
      board.throttled !== null && ["", tag(board.throttled ? say.throttled : say.notThrottled, board.throttled ? "warn" : "good")],
    ].filter(Boolean);
    return card(
      { title: say.board, note: board.name },
      board.read_only && note("bad", say.readOnlyDisk, say.readOnlyNote),
      board.clock_wrong && note("bad", say.wrongClock, say.wrongClockNote),
      element("dl", { class: "figures-row" }, ...plain.map(([name, value]) => element("div", {}, element("dt", { text: name }), element("dd", {}, value)))),
      gauge({
        label: say.memory,
        text: say.ofWhole(bytes(memory, language), bytes(board.memory_total, language)),
        share: memory / board.memory_total,
        tone: toneOf(memory / board.memory_total, FULL_SHARE, VERY_FULL_SHARE),
      }),
      gauge({
        label: say.disk,
        text: say.free(bytes(board.disk_free, language)),
        share: disk / board.disk_total,
        tone: toneOf(disk / board.disk_total, FULL_SHARE, VERY_FULL_SHARE),
      }),
    );
  }

  #checks(say, checks) {
    const act = goTo(link("checks"), say.toChecks);
    if (!checks.at) return card({ title: say.checks, acts: [act] }, note("warn", say.noChecks, say.noChecksNote));
    const count = (key, tone) =>
      element("div", { class: checks[key] > 0 ? tone : "soft" }, element("b", { text: number(checks[key], this.language) }), element("span", { text: say[key] }));
    return card(
      { title: say.checks, note: say.checksAt(moment(checks.at, this.language)), acts: [act], testid: "last-checks" },
      element("div", { class: "counts" }, count("good", "good"), count("warning", "warn"), count("bad", "bad")),
    );
  }

  #models(say, models) {
    const { language } = this;
    const tone = { serving: "good", missing: "warn", failed: "bad", fetched: "warn" };
    const columns = [
      { name: say.role, cell: (model) => element("b", { text: word(say, "modelRoles", model.role) }) },
      {
        name: say.model,
        className: "whole",
        cell: (model) => [
          element("span", { class: "mono", text: model.model }),
          model.repair && element("p", { class: `fine ${tone[model.state]}` }, prose(model.repair)),
        ],
      },
      { name: say.state, cell: (model) => tag(say.modelStates[model.state], tone[model.state]) },
      { name: say.memoryUse, className: "end", cell: (model) => bytes(model.memory_bytes, language) },
      { name: say.waits, className: "end", cell: (model) => number(model.waiting, language) },
      { name: say.runs, className: "end", cell: (model) => number(model.runs, language) },
      { name: say.median, className: "end", cell: (model) => milliseconds(model.median_ms, language) },
    ];
    return card(
      { title: say.models, className: "flush", acts: [goTo(link("models"), say.toModels)] },
      table({ label: say.models, columns, rows: models.map((model) => told(model, language)), testid: "models-table" }),
    );
  }
}

function toneOf(value, warn, bad) {
  return value >= bad ? "bad" : value >= warn ? "warn" : "";
}

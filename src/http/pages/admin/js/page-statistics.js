// What the kiosk did, in numbers: never words.

import { element, icon } from "/shared/dom.js";
import { chart } from "./chart.js";
import { timeLabel } from "./chart-scale.js";
import { milliseconds, number, percent } from "./format.js";
import { Page } from "./page.js";
import { card, empty, segments, table } from "./parts.js";
import { link } from "./routes.js";
import { LANGUAGES } from "./strings.js";
import { STATISTICS } from "./strings-statistics.js";

const SPANS = [1, 7, 30];
const ROUTE_TONES = { answer: 1, show: 2, errand: 3, clarify: 4, decline: 5, handoff: 6 };
const MOOD_TONES = { calm: 2, uneasy: 4, upset: 6 };
const HOUR_S = 3_600;

export default class Statistics extends Page {
  static words = STATISTICS;

  get days() {
    const asked = Number(this.rest[0]);
    return SPANS.includes(asked) ? asked : 1;
  }

  async load() {
    this.statistics = await this.api.get(`statistics?days=${this.days}`);
  }

  body() {
    const { say } = this;
    const choose = segments(
      say.span,
      SPANS.map((days) => ({ value: days, label: say.spans[days] })),
      this.days,
      (days) => {
        location.hash = link("statistics", days);
      },
    );
    const head = this.head(say.pages.statistics, say.lead, choose);
    if (this.statistics.series.every((one) => one.questions === 0)) return [head, card({}, empty("statistics", say.none, say.noneNote))];
    return [head, this.#strip(say), element("div", { class: "columns late" }, ...this.#plots(say))];
  }

  #strip(say) {
    const { series } = this.statistics;
    const { language } = this;
    const total = (pick) => series.reduce((sum, one) => sum + (pick(one) ?? 0), 0);
    const questions = total((one) => one.questions);
    const moods = total((one) => one.mood.calm + one.mood.uneasy + one.mood.upset);
    const pairs = [
      [say.questions, number(questions, language)],
      [say.answered, percent(total((one) => one.routes.answer + one.routes.show + one.routes.errand) / questions, language)],
      [
        say.handedOver,
        number(
          total((one) => one.handed_over),
          language,
        ),
      ],
      [
        say.refused,
        number(
          total((one) => one.refused),
          language,
        ),
      ],
      [say.firstWord, milliseconds(this.#typicalFirstWord(), language)],
      [say.calm, percent(total((one) => one.mood.calm) / moods, language)],
    ];
    return element(
      "dl",
      { class: "figures-strip", testid: "figures" },
      ...pairs.map(([name, value]) => element("div", {}, element("dd", { text: value }), element("dt", { text: name }))),
    );
  }

  /** The median of the steps' medians, weighed by their questions: near enough for a headline. */
  #typicalFirstWord() {
    const steps = this.statistics.series
      .filter((one) => one.first_word_ms)
      .map((one) => [one.first_word_ms.median, one.questions])
      .sort((one, other) => one[0] - other[0]);
    let left = steps.reduce((sum, [, weight]) => sum + weight, 0) / 2;
    return steps.find(([, weight]) => (left -= weight) <= 0)?.[0] ?? null;
  }

  #plots(say) {
    const { series, step_s: stepS } = this.statistics;
    const rows = (names, tones, pick) => Object.keys(tones).map((key) => ({ name: names[key], tone: tones[key], values: series.map((one) => pick(one)[key] ?? 0) }));
    const counts = (value) => number(value, this.language);
    const wait = (value) => milliseconds(value, this.language);
    const wide = this.#plot({
      title: stepS <= HOUR_S ? say.perHour : say.perDay,
      kind: "bars",
      series: rows(say.routes, ROUTE_TONES, (one) => one.routes),
      format: counts,
      testid: "plot-routes",
    });
    wide.classList.add("whole");
    return [
      wide,
      this.#plot({
        title: say.refusedOver,
        note: say.refusedNote,
        kind: "bars",
        series: [
          { name: say.handedOver, tone: 6, values: series.map((one) => one.handed_over) },
          { name: say.refused, tone: 7, values: series.map((one) => one.refused) },
        ],
        format: counts,
        testid: "plot-refused",
      }),
      this.#plot({
        title: say.firstWord,
        kind: "lines",
        isWhole: false,
        series: [
          { name: say.median, tone: 1, values: series.map((one) => one.first_word_ms?.median ?? null) },
          { name: say.p95, tone: 4, values: series.map((one) => one.first_word_ms?.p95 ?? null) },
        ],
        format: wait,
        testid: "plot-first-word",
      }),
      this.#plot({ title: say.mood, kind: "bars", series: rows(say.moods, MOOD_TONES, (one) => one.mood), format: counts, testid: "plot-mood" }),
    ];
  }

  #plot({ title, note, testid, ...plot }) {
    const { say } = this;
    const { step_s: stepS, series } = this.statistics;
    const times = series.map((one) => one.at);
    const { clock } = LANGUAGES[this.language];
    const total = plot.kind === "bars" ? plot.format(plot.series.reduce((sum, one) => sum + one.values.reduce((a, b) => a + b, 0), 0)) : "";
    const columns = [
      { name: say.time, cell: (index) => timeLabel(times[index], stepS, clock) },
      ...plot.series.map((one) => ({ name: one.name, className: "end", cell: (index) => plot.format(one.values[index]) })),
    ];
    const fold = element(
      "details",
      { class: "fold", testid: `${testid}-table` },
      element("summary", {}, icon("next", "icon turns"), element("span", { text: say.asTable })),
      table({ label: title, columns, rows: times.map((_, index) => index), stacked: false, className: "tight" }),
    );
    return card({ title, note }, chart({ ...plot, times, stepS, clock, label: say.summary(title, total), testid }), fold);
  }
}

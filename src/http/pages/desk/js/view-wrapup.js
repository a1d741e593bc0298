// How it ended: for the visitor, what was promised; for the site, what usher should have known.

import { button, element } from "/shared/dom.js";
import { differs } from "/shared/state.js";
import { View } from "/shared/view.js";
import { current, isEnding } from "./model.js";
import { strings } from "./strings.js";

const OUTCOMES = ["solved", "unsolved", "referred", "visitor_left"];
const LINES_MAX = 10; // the server's bound
const LINE_CHARS_MAX = 300;

export class WrapUp extends View {
  show(now, before) {
    const one = current(now);
    this.hidden = !one || !isEnding(one);
    if (this.hidden) return;
    const was = before.cases?.[one.id];
    const isNew = before.current !== now.current || !was || !isEnding(was) || was.state !== one.state;
    const count = (other) => other?.form.promises.length;
    const redrawn = isNew || differs(now, before, "language") || count(was) !== count(one);
    if (redrawn) this.#draw(strings(now.language), one);
    this.#mark(one);
    if (isNew) this.querySelector("h2").focus();
  }

  #draw(say, one) {
    const { desk } = this.page;
    const focused = document.activeElement?.dataset.testid;
    const hasGone = one.state === "wrap_up";
    const head = element("header", {}, element("h2", { tabindex: -1, text: say.wrapUp }), element("p", { class: "soft", text: hasGone ? say.wrapUpGone : say.wrapUpNote }));
    this.problem = element("p", { class: "problem", role: "alert", testid: "wrap-up-problem" });
    const acts = element("div", { class: "form-acts" }, !hasGone && button({ label: say.goBack, testid: "go-back", onPress: () => desk.ending(false) }), button({ label: say.finish, iconId: "done", className: "primary", type: "submit", testid: "finish" }));
    this.replaceChildren(element("form", { class: "wrap-up", testid: "wrap-up", on: { submit: (event) => this.#finish(event) } }, head, this.#outcome(say), this.#promises(say, one), this.#avoidable(say, one), this.problem, acts));
    if (focused) this.querySelector(`[data-testid="${CSS.escape(focused)}"]`)?.focus();
  }

  #outcome(say) {
    const { desk } = this.page;
    const choice = (outcome) => radio({ name: "outcome", value: outcome, label: say.outcomes[outcome], onPick: () => desk.fill({ outcome }) });
    return element("fieldset", {}, element("legend", { text: say.outcome }), element("div", { class: "choices" }, ...OUTCOMES.map(choice)));
  }

  #promises(say, one) {
    const { desk } = this.page;
    const lines = one.form.promises;
    const change = (place, text) => desk.patch((now) => ({ form: { ...now.form, promises: now.form.promises.with(place, text) } }));
    const remove = (place) => desk.patch((now) => ({ form: { ...now.form, promises: now.form.promises.toSpliced(place, 1) } }));
    const line = (text, place) => {
      const field = element("input", { value: text, maxlength: LINE_CHARS_MAX, dir: "auto", "aria-label": say.promise(place + 1), testid: `promise-${place}`, on: { input: () => change(place, field.value) } });
      return element("div", { class: "promise" }, field, lines.length > 1 && button({ label: say.removePromise, className: "quiet", testid: `remove-${place}`, onPress: () => remove(place) }));
    };
    const add = button({ label: say.addPromise, iconId: "plus", className: "quiet", testid: "add-promise", onPress: () => this.#add() });
    return element("fieldset", {}, element("legend", { text: say.promises }), element("p", { class: "soft fine", text: say.promisesNote }), ...lines.map(line), lines.length < LINES_MAX && add);
  }

  #add() {
    this.page.desk.patch((now) => ({ form: { ...now.form, promises: [...now.form.promises, ""] } }));
    setTimeout(() => this.querySelector(".promise:last-of-type input")?.focus());
  }

  #avoidable(say, one) {
    const { desk } = this.page;
    const choice = (value, label) => radio({ name: "avoidable", value: String(value), label, onPick: () => desk.fill({ avoidable: value }) });
    const field = element("input", { value: one.form.gap, maxlength: LINE_CHARS_MAX, dir: "auto", testid: "gap", on: { input: () => desk.fill({ gap: field.value }) } });
    this.gap = element("label", { class: "gap" }, element("span", { text: say.gap }), field, element("span", { class: "soft fine", text: say.gapNote }));
    return element("fieldset", {}, element("legend", { text: say.avoidable }), element("div", { class: "choices" }, choice(false, say.no), choice(true, say.yes)), this.gap);
  }

  #mark({ form }) {
    const chosen = { outcome: form.outcome, avoidable: form.avoidable === null ? null : String(form.avoidable) };
    for (const field of this.querySelectorAll("input[type=radio]")) field.checked = chosen[field.name] === field.value;
    this.gap.hidden = form.avoidable !== true;
  }

  #finish(event) {
    event.preventDefault();
    const { desk, state } = this.page;
    const { form } = current(state.now);
    if (desk.finish()) return;
    const say = strings(state.now.language);
    this.problem.textContent = !form.outcome ? say.chooseOutcome : form.avoidable && !form.gap.trim() ? say.writeGap : say.linkLost;
    const missing = this.querySelector(!form.outcome ? "input[name=outcome]" : "[data-testid=gap]");
    if (this.problem.textContent !== say.linkLost) missing.focus();
  }
}

function radio({ name, value, label, onPick }) {
  return element("label", { class: "choice" }, element("input", { type: "radio", name, value, testid: `${name}-${value}`, on: { change: onPick } }), element("span", { text: label }));
}

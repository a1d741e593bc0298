// The first start: the secret from the kiosk's own screen, then a name and a password. And the frame that it shares with signing in.

import { button, element, icon } from "/shared/dom.js";
import { differs } from "/shared/state.js";
import { View } from "/shared/view.js";
import { redraw } from "./redraw.js";
import { localised, strings } from "./strings.js";

/** As the server asks for it; the page only says it beforehand. */
const PASSWORD_MIN = 10;
const SECRET_FORM = "[A-Za-z0-9]{4}-?[A-Za-z0-9]{4}";

export class First extends View {
  show(now, before) {
    this.hidden = now.view !== "first";
    if (this.hidden) return;
    if (differs(now, before, "language", "view")) redraw(this, gateFrame(this.page, strings(now.language), this.#card(strings(now.language), now)));
    if (differs(now, before, "view")) this.secret.focus();
    showProblem(this, now);
  }

  #card(say, now) {
    const kept = { secret: this.secret?.value ?? "", name: this.name?.value ?? "" };
    this.secret = element("input", {
      class: "input secret",
      required: true,
      pattern: SECRET_FORM,
      maxlength: 9,
      placeholder: "ABCD-EFGH",
      value: kept.secret,
      autocomplete: "one-time-code",
      autocapitalize: "characters",
      spellcheck: "false",
      "aria-describedby": "where-secret",
      testid: "first-secret",
      on: { input: () => this.#shape() },
    });
    this.name = element("input", {
      class: "input",
      required: true,
      maxlength: 64,
      value: kept.name,
      autocomplete: "username",
      autocapitalize: "none",
      spellcheck: "false",
      testid: "first-name",
    });
    this.password = element("input", {
      class: "input",
      type: "password",
      required: true,
      minlength: PASSWORD_MIN,
      maxlength: 200,
      autocomplete: "new-password",
      testid: "first-password",
    });
    this.submit = button({ label: say.firstSubmit, className: "primary large wide", type: "submit", testid: "first" });
    const step = (number, title, ...inside) =>
      element(
        "fieldset",
        { class: "step" },
        element("legend", {}, element("span", { class: "step-number", text: String(number) }), element("span", { text: title })),
        ...inside,
      );
    return element(
      "form",
      { class: "gate-card", on: { submit: (event) => this.#send(event) } },
      element("h1", { text: say.firstTitle }),
      element("p", { class: "soft", text: say.firstLead(localised(now.setup?.kiosk, now.language)) }),
      step(
        1,
        say.firstSecret,
        element(
          "div",
          { class: "where", id: "where-secret" },
          drawnKiosk(),
          element("p", {}, element("span", { text: say.firstWhere }), element("code", { text: "journalctl -u usher" })),
        ),
        labelled(say.secret, this.secret),
      ),
      step(2, say.firstPerson, labelled(say.name, this.name), labelled(say.password, this.password, say.passwordRule(PASSWORD_MIN))),
      problemLine(),
      this.submit,
    );
  }

  /** The hyphen comes by itself. */
  #shape() {
    const letters = this.secret.value
      .toUpperCase()
      .replace(/[^A-Z0-9]/g, "")
      .slice(0, 8);
    this.secret.value = letters.length > 4 ? `${letters.slice(0, 4)}-${letters.slice(4)}` : letters;
  }

  async #send(event) {
    event.preventDefault();
    this.submit.disabled = true;
    await this.page.gate.first(this.secret.value, this.name.value.trim(), this.password.value);
    this.submit.disabled = false;
  }
}

/** What stands around both ways in: the mark, the kiosk's name, the language. */
export function gateFrame(page, say, card) {
  const { setup, language } = page.state.now;
  const place = element(
    "header",
    { class: "gate-brand" },
    icon("mark"),
    element("b", { text: localised(setup?.site, language) || "usher" }),
    element("span", { class: "soft", text: localised(setup?.kiosk, language) }),
  );
  const swap = button({
    label: say.otherLanguage,
    className: "quiet",
    testid: "gate-language",
    lang: language === "en" ? "zh-Hans" : "en",
    title: say.otherLanguageLabel,
    onPress: () => page.setLanguage(language === "en" ? "zh" : "en"),
  });
  const plain = setup && !setup.tls && !["localhost", "127.0.0.1"].includes(location.hostname) ? element("p", { class: "gate-plain fine", text: say.noTls }) : null;
  return element(
    "main",
    { class: "gate" },
    place,
    card,
    element("footer", { class: "gate-foot" }, element("span", { class: "soft fine", text: setup ? `usher ${setup.version}` : "" }), swap),
    plain,
  );
}

export function labelled(label, input, hint) {
  return element("label", { class: "field" }, element("span", { class: "label", text: label }), input, hint && element("span", { class: "fine soft", text: hint }));
}

export function problemLine() {
  return element("p", { class: "problem", role: "alert", testid: "gate-problem" });
}

/** Says what was refused. */
export function showProblem(view, now) {
  const line = view.querySelector(".problem");
  if (!line) return;
  const say = strings(now.language);
  const { problem } = now;
  const known = problem && (say.gateProblems[problem.kind] ?? say.gateProblems[problem.status]);
  line.textContent = !problem || problem.until ? "" : (known ?? [problem.message, problem.hint].filter(Boolean).join(" "));
}

/** Where to look: a kiosk with a code on its screen. */
function drawnKiosk() {
  return icon("kiosk", "where-kiosk");
}

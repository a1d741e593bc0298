// The way in: a name and a password, and a countdown after too many tries.

import { button, element } from "/shared/dom.js";
import { differs } from "/shared/state.js";
import { View } from "/shared/view.js";
import { redraw } from "./redraw.js";
import { strings } from "./strings.js";
import { gateFrame, labelled, problemLine, showProblem } from "./view-first.js";

export class Login extends View {
  #timer = null;

  show(now, before) {
    this.hidden = now.view !== "login";
    if (this.hidden) return clearInterval(this.#timer);
    if (differs(now, before, "language", "view", "setup")) redraw(this, gateFrame(this.page, strings(now.language), this.#card(strings(now.language))));
    if (differs(now, before, "view")) (this.name.value ? this.password : this.name).focus();
    showProblem(this, now);
    if (differs(now, before, "problem", "language", "view")) this.#count();
  }

  #card(say) {
    this.name = element("input", {
      class: "input",
      required: true,
      maxlength: 64,
      value: this.name?.value ?? "",
      autocomplete: "username",
      autocapitalize: "none",
      spellcheck: "false",
      testid: "login-name",
    });
    this.password = element("input", { class: "input", type: "password", required: true, maxlength: 200, autocomplete: "current-password", testid: "login-password" });
    this.submit = button({ label: say.signIn, className: "primary large wide", type: "submit", testid: "login" });
    this.wait = element("p", { class: "gate-wait", testid: "login-wait", "aria-live": "polite", hidden: true });
    return element(
      "form",
      { class: "gate-card", on: { submit: (event) => this.#send(event) } },
      element("h1", { text: say.signInTitle }),
      labelled(say.name, this.name),
      labelled(say.password, this.password),
      problemLine(),
      this.wait,
      this.submit,
    );
  }

  async #send(event) {
    event.preventDefault();
    this.submit.disabled = true;
    await this.page.gate.signIn(this.name.value.trim(), this.password.value);
    this.password.value = "";
    this.#count();
    if (!this.hidden) this.password.focus();
  }

  /** While tries are refused the button waits with the reader. */
  #count() {
    clearInterval(this.#timer);
    const tick = () => {
      const { problem, language } = this.page.state.now;
      const left = problem?.until ? Math.ceil((problem.until - Date.now()) / 1000) : 0;
      this.wait.hidden = left <= 0;
      this.submit.disabled = left > 0;
      if (left > 0) this.wait.textContent = strings(language).tooMany(left);
      else clearInterval(this.#timer);
    };
    tick();
    if (!this.wait.hidden) this.#timer = setInterval(tick, 500);
  }
}

// The way in: a name and a password.

import { button, element } from "/shared/dom.js";
import { differs } from "/shared/state.js";
import { View } from "/shared/view.js";
import { strings } from "./strings.js";

export class Login extends View {
  build() {
    const field = (attributes) => element("input", { required: true, maxlength: 200, ...attributes });
    this.heading = element("h1");
    this.lead = element("p", { class: "lead" });
    this.nameLabel = element("span");
    this.name = field({ autocomplete: "username", autocapitalize: "none", spellcheck: "false", testid: "login-name" });
    this.passwordLabel = element("span");
    this.password = field({ type: "password", autocomplete: "current-password", testid: "login-password" });
    this.problem = element("p", { class: "problem", role: "alert", testid: "login-problem" });
    this.submit = button({ label: "", className: "primary large", type: "submit", testid: "login" });
    this.language = button({ label: "", className: "quiet", testid: "login-language", onPress: () => this.#switch() });
    const form = element("form", { class: "card", on: { submit: (event) => this.#signIn(event) } }, this.heading, this.lead,
      element("label", {}, this.nameLabel, this.name), element("label", {}, this.passwordLabel, this.password), this.problem, this.submit);
    this.append(element("main", { class: "login" }, form, this.language));
  }

  show(now, before) {
    this.hidden = now.view !== "login";
    if (differs(now, before, "language")) this.#name(strings(now.language));
    if (differs(now, before, "problem", "language")) {
      const { problem } = now;
      const text = problem && strings(now.language)[problem.key];
      this.problem.textContent = typeof text === "function" ? text(problem.seconds) : text ?? "";
    }
    if (differs(now, before, "view") && !this.hidden) this.name.focus();
  }

  #name(say) {
    this.heading.textContent = say.signInTitle;
    this.lead.textContent = say.signInNote;
    this.nameLabel.textContent = say.name;
    this.passwordLabel.textContent = say.password;
    this.submit.lastElementChild.textContent = say.signIn;
    this.language.lastElementChild.textContent = say.language;
    this.language.title = say.languageLabel;
  }

  async #signIn(event) {
    event.preventDefault();
    this.submit.disabled = true;
    await this.page.gate.signIn(this.name.value.trim(), this.password.value);
    this.submit.disabled = false;
    this.password.value = "";
    if (!this.hidden) this.password.focus();
  }

  #switch() {
    const { desk, state } = this.page;
    desk.setLanguage(state.now.language === "en" ? "zh" : "en");
  }
}

// Who may look after the kiosk, and as what.

import { button, element } from "/shared/dom.js";
import { confirm, formWindow } from "./dialogs.js";
import { day } from "./format.js";
import { Page } from "./page.js";
import { card, facts, field, refusalWords, table, tag } from "./parts.js";
import { PEOPLE } from "./strings-people.js";

const ROLES = ["viewer", "technician", "owner"];
const PASSWORD_MIN = 10;

export default class People extends Page {
  static words = PEOPLE;

  async load() {
    this.people = await this.api.get("people");
  }

  body() {
    const { say, people } = this;
    const may = this.may("owner");
    const add = may && button({ label: say.addPerson, iconId: "plus", className: "primary", testid: "add-person", onPress: () => this.#add() });
    const acts = (one) =>
      element(
        "div",
        { class: "acts end" },
        button({
          iconId: "key",
          className: "quiet small icon-only",
          "aria-label": say.newPasswordFor(one.name),
          title: say.setPassword,
          testid: `password-${one.name}`,
          onPress: () => this.#password(one),
        }),
        button({
          iconId: "trash",
          className: "quiet small icon-only",
          "aria-label": `${say.remove}: ${one.name}`,
          title: say.remove,
          testid: `remove-${one.name}`,
          onPress: () => this.#remove(one),
        }),
      );
    const columns = [
      { name: say.name, cell: (one) => element("div", { class: "tags" }, element("b", { text: one.name }), one.name === this.state.me.name && tag(say.you, "accent")) },
      { name: say.role, cell: (one) => (may ? this.#roleOf(one) : say.roles[one.role]) },
      { name: say.since, cell: (one) => day(one.since, this.language) },
      may && { name: "", unseen: say.actions, className: "act", cell: acts },
    ].filter(Boolean);
    return [
      this.head(say.pages.people, say.lead, add),
      this.readerNote("owner"),
      card({ className: "flush plain" }, table({ label: say.pages.people, columns, rows: people, testid: "people" })),
      card({ title: say.whatRoles }, facts(ROLES.map((role) => [say.roles[role], say.roleNotes[role]]))),
    ];
  }

  #roleOf(one) {
    const { say } = this;
    const choose = roleSelect(say, one.role, {
      "aria-label": `${say.role}: ${one.name}`,
      testid: `role-${one.name}`,
      on: { change: () => this.#change(one, { role: choose.value }, say.roleChanged(one.name, say.roles[choose.value])) },
    });
    return choose;
  }

  async #change(one, patch, done) {
    const reply = await this.attempt(() => this.#say409(this.api.send("PUT", `people/${encodeURIComponent(one.name)}`, patch)));
    if (reply !== undefined) this.app.tell(done);
    await this.reload();
  }

  /** The reason of a refusal that only this page knows, in the reader's language. */
  #say409(call) {
    return call.catch((refusal) => {
      refusal.message = this.say.refusalsHere[refusal.kind] ?? refusal.message;
      throw refusal;
    });
  }

  async #add() {
    const { say } = this;
    const name = element("input", {
      class: "input",
      required: true,
      maxlength: 64,
      autocomplete: "off",
      autocapitalize: "none",
      spellcheck: "false",
      testid: "person-name",
    });
    const password = element("input", {
      class: "input",
      type: "password",
      required: true,
      minlength: PASSWORD_MIN,
      autocomplete: "new-password",
      testid: "person-password",
    });
    const role = roleSelect(say, "technician", { testid: "person-role" });
    const done = await formWindow(
      { say, title: say.addPerson, yes: say.add, testid: "person-window" },
      [field(say.name, name), field(say.role, role), field(say.password, password, say.passwordRule(PASSWORD_MIN))],
      () => this.#send("POST", "people", { name: name.value.trim(), role: role.value, password: password.value }),
    );
    if (done) this.app.tell(say.added(name.value.trim()));
    await this.reload();
  }

  async #password(one) {
    const { say } = this;
    const password = element("input", {
      class: "input",
      type: "password",
      required: true,
      minlength: PASSWORD_MIN,
      autocomplete: "new-password",
      testid: "person-password",
    });
    const done = await formWindow(
      { say, title: say.newPasswordFor(one.name), yes: say.setPassword, testid: "password-window" },
      [field(say.newPassword, password, say.passwordRule(PASSWORD_MIN))],
      () => this.#send("PUT", `people/${encodeURIComponent(one.name)}`, { password: password.value }),
    );
    if (done) this.app.tell(say.passwordSet(one.name));
  }

  async #send(method, path, body) {
    try {
      await this.#say409(this.api.send(method, path, body));
      return true;
    } catch (refusal) {
      const { text, detail } = refusalWords(this.say, refusal);
      return [text, detail].filter(Boolean).join(". ");
    }
  }

  async #remove(one) {
    const { say } = this;
    if (!(await confirm({ say, title: say.removeTitle(one.name), text: say.removeText, yes: say.remove, danger: true }))) return;
    if ((await this.attempt(() => this.#say409(this.api.send("DELETE", `people/${encodeURIComponent(one.name)}`)))) !== undefined) this.app.tell(say.removed(one.name));
    await this.reload();
  }
}

function roleSelect(say, current, attributes) {
  return element(
    "select",
    { class: "input", ...attributes },
    ...ROLES.map((role) => element("option", { value: role, selected: role === current, text: say.roles[role] })),
  );
}

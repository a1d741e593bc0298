// The reader's own account: another password.

import { element } from "/shared/dom.js";
import { formWindow } from "./dialogs.js";
import { field, refusalWords } from "./parts.js";
import { strings } from "./strings.js";

const PASSWORD_MIN = 10;

export async function openAccount(app) {
  const { me, language } = app.state.now;
  const say = strings(language);
  const box = (autocomplete, testid) =>
    element("input", { class: "input", type: "password", required: true, autocomplete, testid, minlength: autocomplete === "new-password" ? PASSWORD_MIN : null });
  const old = box("current-password", "old-password");
  const next = box("new-password", "new-password");
  const fields = [
    element("p", { class: "soft", text: say.signedInAs(me.name, say.roles[me.role]) }),
    field(say.oldPassword, old),
    field(say.newPassword, next, say.passwordRule(PASSWORD_MIN)),
  ];
  const done = await formWindow({ say, title: say.account, yes: say.changePassword, testid: "account-window" }, fields, async () => {
    try {
      await app.api.send("POST", "me/password", { old: old.value, new: next.value });
      return true;
    } catch (refusal) {
      const { text, detail } = refusalWords(say, refusal);
      return [text, detail].filter(Boolean).join(". ");
    }
  });
  if (done) app.tell(say.passwordChanged);
}

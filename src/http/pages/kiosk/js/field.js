// A text field at a kiosk: a touch brings the on-screen keyboard, a real key sends it away. Knows not what is typed.

const KIOSK_WIDTH = "(width >= 700px)"; // narrower screens are phones, which bring their own keyboard

/** Joins `input`, by its `name`, with the keyboard of `state`. */
export function joinKeyboard(input, state) {
  input.addEventListener("pointerdown", (event) => expectKeys(input, event));
  input.addEventListener("click", () => input.inputMode === "none" && state.set({ keyboard: input.name }));
  input.addEventListener("keydown", (event) => event.isTrusted && event.key !== "Tab" && state.set({ keyboard: null }));
  state.watch((now, before) => {
    if (before.keyboard === input.name && now.keyboard !== input.name) input.removeAttribute("inputmode");
  });
}

/** The field that the keyboard types into. */
export function joinedField(name) {
  return document.querySelector(`input[name="${name}"]`);
}

/** Before the focus, so that the system's keyboard stays away; ours comes with the click, when nothing under the finger can move. */
function expectKeys(input, event) {
  if (event.pointerType === "touch" && matchMedia(KIOSK_WIDTH).matches) input.inputMode = "none";
}

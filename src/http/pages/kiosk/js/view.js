// What every part of the kiosk's screen is.

export { View } from "/shared/view.js";

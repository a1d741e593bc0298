// Names of settings in both languages. What stands here is friendlier than the file's own word; a setting that is not known yet is shown by that.

import { FIELDS, OPTIONS, SECTIONS } from "./settings-words-list.js";

const UNITS = [
  [/_ms$/, { en: "ms", zh: "毫秒" }],
  [/(_seconds|_s)$/, { en: "s", zh: "秒" }],
  [/_minutes$/, { en: "min", zh: "分钟" }],
  [/_hours$/, { en: "h", zh: "小时" }],
  [/_days$/, { en: "days", zh: "天" }],
  [/_mb$/, { en: "MiB", zh: "MiB" }],
  [/_gb$/, { en: "GiB", zh: "GiB" }],
  [/tokens(_max)?$/, { en: "tokens", zh: "个词元" }],
  [/fps(_max)?$/, { en: "pictures a second", zh: "帧/秒" }],
  [/_db$/, { en: "dB", zh: "dB" }],
  [/_celsius$/, { en: "°C", zh: "°C" }],
];

/** `{label, about}` of a setting. In Chinese the description is our own where there is one, else the schema's. */
export function fieldWords(path, node, language) {
  const known = candidates(path)
    .map((one) => FIELDS[one])
    .find(Boolean);
  const label = known?.[language] ?? humanised(path.split(".").at(-1));
  const own = language === "zh" ? known?.zhAbout : known?.enAbout;
  return { label, about: own ?? plain(node.description) };
}

export function sectionWords(id, language, node) {
  const known = SECTIONS[id];
  return { title: known?.[language] ?? humanised(id), about: (language === "zh" ? known?.zhAbout : known?.enAbout) ?? plain(node?.description) };
}

/** `{label, description}` of one value of an enumeration. */
export function optionWords(path, option, language) {
  const known =
    candidates(path)
      .map((one) => OPTIONS[one]?.[option.value])
      .find(Boolean) ?? OPTIONS["*"][option.value];
  return { label: known?.[language] ?? humanised(String(option.value)), description: (language === "zh" ? known?.zhAbout : null) ?? plain(option.description) };
}

export function unitOf(path, language) {
  return UNITS.find(([form]) => form.test(path))?.[1][language] ?? null;
}

/** `camera.hold-3.title` also as `camera.*.title`, `handoff.hours.0.from` as `handoff.hours.*.from`. */
function candidates(path) {
  const names = path.split(".");
  return [path, ...names.map((_, index) => names.map((name, other) => (other === index ? "*" : name)).join("."))];
}

function humanised(name) {
  const words = name.replaceAll(/[_-]/g, " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The schema's words in one line; what stands between backticks is drawn as code. */
function plain(text) {
  return (text ?? "").replaceAll("\n", " ");
}

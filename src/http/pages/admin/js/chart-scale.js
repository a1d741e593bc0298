// The arithmetic of plots: round ticks, and which times are written below.

const STEPS = [1, 2, 2.5, 5, 10];
const HOUR_S = 3_600;

/** Round ticks from 0 to at least `max`, about `wanted` of them. Whole numbers only when `isWhole`. */
export function ticks(max, wanted = 4, isWhole = true) {
  const rough = Math.max(max, isWhole ? wanted : 1e-9) / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  let step = power * STEPS.find((one) => one * power >= rough * 0.999);
  if (isWhole) step = Math.max(1, Math.ceil(step));
  const count = Math.max(1, Math.ceil(max / step - 1e-9));
  return Array.from({ length: count + 1 }, (_, index) => index * step);
}

/** The words below a point of time: hours in a day's plot, days in a longer one. */
export function timeLabel(at, stepS, clock) {
  const when = new Date(at);
  return stepS <= HOUR_S ? when.toLocaleTimeString(clock, { hour: "2-digit", minute: "2-digit" }) : when.toLocaleDateString(clock, { day: "numeric", month: "short" });
}

/** The indices that get a label, so many that they do not touch. */
export function labelled(count, width, labelWidth = 58) {
  const room = Math.max(2, Math.floor(width / labelWidth));
  const every = Math.max(1, Math.ceil(count / room));
  return Array.from({ length: count }, (_, index) => index).filter((index) => index % every === 0);
}

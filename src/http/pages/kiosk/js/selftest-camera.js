// The self-test of the camera: two frames a moment apart, so that a picture that stands still is found out. Keeps neither.

import { shrunk } from "./picture.js";
import { pause, until } from "./selftest-pause.js";

const SETTLE_MS = 1_800; // exposure and focus settle within this
const BETWEEN_MS = 500;
const FRAME_SIDE_MAX = 1_280; // px
const FRAME_QUALITY = 0.92;

/** `{frames: [JPEG in base64, ...]}`. */
export async function tryCamera({ camera, signal, show }) {
  const lost = new DOMException("the camera was unplugged", "NotFoundError");
  let onLost = () => {};
  const gone = until((done) => void (onLost = done), signal).then(() => {
    throw lost;
  });
  gone.catch(() => {}); // it is awaited below only while the camera is on
  try {
    if (!(await camera.hold("selftest", () => onLost()))) throw lost;
    show("looking", { seconds: (SETTLE_MS + BETWEEN_MS) / 1000 });
    return { frames: await Promise.race([frames(camera.video, signal), gone]) };
  } finally {
    camera.release("selftest");
  }
}

async function frames(video, signal) {
  await pause(SETTLE_MS, signal);
  const first = await shrunk(video, FRAME_SIDE_MAX, FRAME_QUALITY);
  await pause(BETWEEN_MS, signal);
  const second = await shrunk(video, FRAME_SIDE_MAX, FRAME_QUALITY);
  return [first, second].filter((frame) => frame !== null);
}

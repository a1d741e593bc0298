// Pictures as JPEG in base64, for the socket. Knows neither the camera nor the protocol.

const QUALITIES = [0.9, 0.8, 0.65]; // a grainy picture is sent coarser rather than not at all
const FILE_BYTES_MAX = 48 << 20; // what a telephone's largest photograph takes

/** `source` (a video or an ImageBitmap), its longer side at most `sideMax` px; null while there is nothing to see. */
export async function shrunk(source, sideMax, quality) {
  const { width, height } = sizeOf(source);
  if (width === 0 || height === 0) return null;
  const scale = Math.min(1, sideMax / Math.max(width, height));
  const size = { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
  return jpeg(size, quality, (pen) => pen.drawImage(source, 0, 0, size.width, size.height));
}

/** As `shrunk`, in at most `charsMax` characters of base64; null when even the coarsest is longer. */
export async function shrunkWithin(source, sideMax, charsMax) {
  for (const quality of QUALITIES) {
    const image = await shrunk(source, sideMax, quality);
    if (image === null || image.length <= charsMax) return image;
  }
  return null;
}

/** All of `source` in the middle of `width` x `height` px: nothing is cut off, nothing is stretched. */
export async function boxed(source, width, height, quality) {
  const own = sizeOf(source);
  if (own.width === 0 || own.height === 0) return null;
  const scale = Math.min(width / own.width, height / own.height);
  const [wide, high] = [own.width * scale, own.height * scale];
  return jpeg({ width, height }, quality, (pen) => pen.drawImage(source, (width - wide) / 2, (height - high) / 2, wide, high));
}

/** The picture in a file, upright. Rejects with RangeError when the file is too large, otherwise as the browser does. */
export async function openFile(file) {
  if (file.size > FILE_BYTES_MAX) throw new RangeError(`${file.size} bytes`);
  return createImageBitmap(file);
}

function sizeOf(source) {
  return { width: source.videoWidth ?? source.width, height: source.videoHeight ?? source.height };
}

async function jpeg({ width, height }, quality, draw) {
  const canvas = new OffscreenCanvas(width, height);
  const pen = canvas.getContext("2d", { alpha: false });
  pen.fillStyle = "#fff"; // what is transparent in a PNG is paper
  pen.fillRect(0, 0, width, height);
  draw(pen);
  return base64(await canvas.convertToBlob({ type: "image/jpeg", quality }));
}

function base64(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(reader.result.slice(reader.result.indexOf(",") + 1)));
    reader.addEventListener("error", () => reject(reader.error));
    reader.readAsDataURL(blob);
  });
}

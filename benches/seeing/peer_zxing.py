"""The peer: PyPI zxing-cpp over a pipe. A path a line in; a JSON line out: time in ms and what was read, as hex.

Default options but for plain text (the default writes GS1 content in brackets). Decoding the file is not timed.
"""
import json
import sys
import time

import zxingcpp
from PIL import Image, ImageOps

FIVE = [zxingcpp.BarcodeFormat.Aztec, zxingcpp.BarcodeFormat.DataMatrix, zxingcpp.BarcodeFormat.ITF,
        zxingcpp.BarcodeFormat.PDF417, zxingcpp.BarcodeFormat.QRCode]


def opened(path):
    picture = ImageOps.exif_transpose(Image.open(path))
    if picture.mode in ("RGBA", "LA", "P", "PA"):
        picture = picture.convert("RGBA")
        picture = Image.alpha_composite(Image.new("RGBA", picture.size, "white"), picture)
    return picture.convert("L")


def read(picture, **options):
    start = time.perf_counter()
    found = zxingcpp.read_barcodes(picture, text_mode=zxingcpp.TextMode.Plain, **options)
    ms = (time.perf_counter() - start) * 1000
    return ms, [{"format": str(one.format), "text": one.text.encode("utf-8", "surrogatepass").hex(), "bytes": bytes(one.bytes).hex()} for one in found]


for line in sys.stdin:
    picture = opened(line.rstrip("\n"))
    ms, found = read(picture)
    _, five = read(picture, formats=FIVE)
    print(json.dumps({"ms": ms, "found": found, "five": five}), flush=True)

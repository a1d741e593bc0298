//! The room through its door: real files, sizes that lie, and what is done to pixels.

use super::limits::PICTURE_SIDE_KEPT;
use super::*;

/// Red above green, blue right of red: each corner of a 16 x 8 picture tells where it went.
fn corners() -> Picture {
    let colour = |x: u32, y: u32| match (x < 8, y < 4) {
        (true, true) => [255, 0, 0],
        (false, true) => [0, 0, 255],
        (true, false) => [0, 255, 0],
        (false, false) => [0, 0, 0],
    };
    let rgb = (0..8).flat_map(|y| (0..16).flat_map(move |x| colour(x, y))).collect();
    Picture::new(16, 8, rgb).unwrap()
}

fn pixel(picture: &Picture, x: u32, y: u32) -> [u8; 3] {
    let at = (y * picture.width() + x) as usize * 3;
    picture.rgb()[at..at + 3].try_into().unwrap()
}

fn near(one: [u8; 3], other: [u8; 3]) -> bool {
    one.iter().zip(other).all(|(one, other)| one.abs_diff(other) < 40)
}

/// A JPEG with an EXIF segment that holds one tag, the orientation.
fn oriented_jpeg(orientation: u8) -> Vec<u8> {
    let plain = to_jpeg(&corners(), 95).unwrap();
    let exif = [
        b"\xFF\xE1\x00\x22Exif\0\0MM\0\x2A\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0".as_slice(),
        &[orientation, 0, 0, 0, 0, 0, 0],
    ];
    [&plain[..2], &exif.concat(), &plain[2..]].concat()
}

#[test]
fn every_exif_orientation_is_undone() {
    let (red, green, blue) = ([255, 0, 0], [0, 255, 0], [0, 0, 255]);
    // What the stored picture's top left, top right, bottom left become when shown (CIPA DC-008, 4.6.4).
    let shown = [
        (1, red, blue, green),
        (2, blue, red, [0; 3]),
        (3, [0; 3], green, blue),
        (4, green, [0; 3], red),
        (5, red, green, blue),
        (6, green, red, [0; 3]),
        (7, [0; 3], blue, green),
        (8, blue, [0; 3], red),
    ];
    for (orientation, top_left, top_right, bottom_left) in shown {
        let picture = open(&oriented_jpeg(orientation)).unwrap();
        let (right, bottom) = (picture.width() - 2, picture.height() - 2);
        assert_eq!(picture.width() > picture.height(), orientation < 5, "{orientation}");
        assert!(near(pixel(&picture, 1, 1), top_left), "{orientation}: {:?}", pixel(&picture, 1, 1));
        assert!(near(pixel(&picture, right, 1), top_right), "{orientation}: {:?}", pixel(&picture, right, 1));
        assert!(near(pixel(&picture, 1, bottom), bottom_left), "{orientation}");
    }
}

#[test]
fn png_survives_without_loss_and_every_cut_of_it_is_refused() {
    let bytes = to_png(&corners()).unwrap();
    assert!(open(&bytes).unwrap() == corners());
    for length in 0..bytes.len() - 12 {
        assert!(open(&bytes[..length]).is_err(), "cut to {length}");
    }
}

#[test]
fn a_jpeg_cut_anywhere_is_refused() {
    let bytes = to_jpeg(&corners(), 90).unwrap();
    for length in 3..bytes.len() {
        assert!(matches!(open(&bytes[..length]), Err(PictureError::Truncated)), "cut to {length}");
    }
}

#[test]
fn alpha_lies_on_white_and_sixteen_bits_become_eight() {
    use image::{DynamicImage, ImageFormat, Rgba, RgbaImage};
    let glass = RgbaImage::from_pixel(2, 2, Rgba([0, 0, 0, 128]));
    for image in [DynamicImage::from(glass.clone()), DynamicImage::from(glass).into_rgba16().into()] {
        let mut bytes = std::io::Cursor::new(Vec::new());
        image.write_to(&mut bytes, ImageFormat::Png).unwrap();
        assert_eq!(pixel(&open(bytes.get_ref()).unwrap(), 1, 1), [127; 3]);
    }
}

#[test]
fn gif_bmp_and_webp_open() {
    for format in [image::ImageFormat::Gif, image::ImageFormat::Bmp, image::ImageFormat::WebP] {
        let image = image::RgbImage::from_raw(16, 8, corners().rgb().to_vec()).unwrap();
        let mut bytes = std::io::Cursor::new(Vec::new());
        image::DynamicImage::from(image).write_to(&mut bytes, format).unwrap();
        let picture = open(bytes.get_ref()).unwrap();
        assert!(near(pixel(&picture, 14, 1), [0, 0, 255]), "{format:?}");
        assert!(open(&bytes.get_ref()[..bytes.get_ref().len() / 2]).is_err(), "half a {format:?}");
    }
}

#[test]
fn four_inks_in_progressive_scans_become_colours() {
    let picture = open(include_bytes!("samples/cmyk_progressive.jpg")).unwrap();
    for (x, y, colour) in [(2, 1, [255, 0, 0]), (13, 1, [0, 0, 255]), (2, 6, [0, 255, 0]), (13, 6, [0; 3])] {
        assert!(near(pixel(&picture, x, y), colour), "{x} {y}: {:?}", pixel(&picture, x, y));
    }
}

#[test]
fn a_moving_picture_is_its_first_frame() {
    let frames: [&[u8]; 3] = [
        include_bytes!("samples/moving.png"),
        include_bytes!("samples/moving.webp"),
        include_bytes!("samples/moving.gif"),
    ];
    for (kind, bytes) in frames.into_iter().enumerate() {
        let picture = open(bytes).unwrap();
        assert!(near(pixel(&picture, 13, 1), [0, 0, 255]) && near(pixel(&picture, 13, 6), [0; 3]), "{kind}");
    }
}

/// The header of a PNG of any size, with no pixels behind it.
fn png_header(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = b"\x89PNG\r\n\x1A\n".to_vec();
    let mut chunk = |kind: &[u8], body: &[u8]| {
        let named = [kind, body].concat();
        bytes.extend((body.len() as u32).to_be_bytes());
        bytes.extend(&named);
        bytes.extend(crc32(&named).to_be_bytes());
    };
    chunk(b"IHDR", &[&width.to_be_bytes()[..], &height.to_be_bytes(), &[8, 2, 0, 0, 0]].concat());
    chunk(b"IDAT", &[0x78, 0x9C]);
    bytes
}

/// PNG's, ISO 3309.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| (crc >> 1) ^ (0xEDB8_8320 * (crc & 1)))
    })
}

#[test]
fn too_large_is_said_with_what_would_fit() {
    let said = |bytes: &[u8]| open(bytes).unwrap_err().to_string();
    assert_eq!(said(&png_header(10_000, 10_000)), "the picture is 10000 x 10000 pixels; up to 40 million pixels fit");
    assert_eq!(said(&png_header(100_000, 1)), "the picture is 100000 x 1 pixels; sides of up to 16384 fit");
    assert_eq!(said(&vec![0; 17 << 20]), "the file has 17825792 bytes; a picture of up to 16 MiB fits");
}

#[test]
fn what_is_no_picture_is_told_apart() {
    assert!(matches!(open(b""), Err(PictureError::NotAPicture)));
    assert!(matches!(open(b"%PDF-1.7 ..."), Err(PictureError::NotAPicture)));
    let drawing = b"\xEF\xBB\xBF<?xml version='1.0'?>\n<!-- a --><svg xmlns='http://www.w3.org/2000/svg'/>";
    assert!(matches!(open(drawing), Err(PictureError::Drawing)));
}

#[test]
fn random_bytes_behind_every_signature_never_panic() {
    let signatures: [&[u8]; 6] =
        [b"\xFF\xD8\xFF\xE0", b"\x89PNG\r\n\x1A\n", b"GIF89a", b"BM", b"RIFF\0\0\0\0WEBPVP8 ", b"RIFF\0\0\0\0WEBPVP8X"];
    let mut state = 1_u64;
    for round in 0..300 {
        let noise = std::iter::repeat_with(|| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            (state >> 56) as u8
        });
        let bytes: Vec<u8> = signatures[round % 6].iter().copied().chain(noise.take(200)).collect();
        assert!(open(&bytes).is_err());
    }
}

#[test]
fn a_long_side_shrinks_to_what_is_kept_and_white_stays_white() {
    let wide = Picture::new(8_192, 10, vec![255; 8_192 * 30]).unwrap();
    let picture = open(&to_png(&wide).unwrap()).unwrap();
    assert_eq!((picture.width(), picture.height()), (PICTURE_SIDE_KEPT, 5));
    assert!(picture.rgb().iter().all(|&value| value == 255));
}

#[test]
fn shrinking_averages_areas() {
    let stripes = Picture::new(6, 1, [[0; 3], [90; 3], [255; 3]].concat().repeat(2)).unwrap();
    assert_eq!(scaled_to_fit(stripes, 2).rgb(), [115; 6]);
}

#[test]
fn a_crop_is_cut_at_the_edges() {
    let cut = crop(&corners(), Region { left: 12, top: 2, width: 100, height: 3 }).unwrap();
    assert_eq!((cut.width(), cut.height()), (4, 3));
    assert_eq!((pixel(&cut, 0, 0), pixel(&cut, 0, 2)), ([0, 0, 255], [0, 0, 0]));
    assert!(crop(&corners(), Region { left: 16, top: 0, width: 1, height: 1 }).is_none());
}

#[test]
fn four_quarter_turns_come_home_and_one_does_not() {
    let once = rotated_90(&corners());
    assert_eq!((once.width(), once.height(), pixel(&once, 7, 0)), (8, 16, [255, 0, 0]));
    assert!(rotated_90(&rotated_90(&rotated_90(&once))) == corners());
    assert!(turned(&once, Turn::Left) == corners());
}

#[test]
fn a_blurred_region_keeps_nothing_fine_and_the_rest_untouched() {
    let checks: Vec<u8> = (0..64 * 64).flat_map(|i| [if (i / 64 + i) % 2 == 0 { 0 } else { 255 }; 3]).collect();
    let mut picture = Picture::new(64, 64, checks.clone()).unwrap();
    blur_region(&mut picture, Region { left: 8, top: 8, width: 48, height: 100 });
    let inside = crop(&picture, Region { left: 8, top: 8, width: 48, height: 56 }).unwrap();
    assert!(look(&inside).variance < 4.0, "{:?}", look(&inside));
    assert_eq!(&picture.rgb()[..8 * 64 * 3], &checks[..8 * 64 * 3]);
    assert_eq!(pixel(&picture, 7, 20), [255; 3]);
}

#[test]
fn black_is_dark_and_even() {
    let flat = |value: u8| Picture::new(640, 480, vec![value; 640 * 480 * 3]).unwrap();
    assert!(is_black(&flat(5)));
    assert!(!is_black(&flat(80)));
    let mut lamp = flat(5);
    lamp.rgb_mut()[..100_000].fill(250);
    assert!(!is_black(&lamp));
}

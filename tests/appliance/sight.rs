//! Reading and finding faces with the real models. The pictures are the shared ones where they are beside the checkout; without
//! them print that Chromium draws is read, and faces are not looked for, for this project has no picture of a person.

use std::path::Path;

use usher::base::Stop;
use usher::domain::Picture;
use usher::engine::sight::{ReadingFiles, open_ppocr, open_ultra_light};
use usher::engine::{EngineError, FaceFinder, TextReader};

use crate::seeing_pages::print;
use crate::support::{models_dir, runtime, shared};

fn reader() -> Box<dyn TextReader> {
    let folder = models_dir().join("ppocr-v4");
    let files = ReadingFiles {
        detector: &folder.join("ch_PP-OCRv4_det_infer.onnx"),
        recogniser: &folder.join("ch_PP-OCRv4_rec_infer.onnx"),
        orienter: &folder.join("ch_ppocr_mobile_v2.0_cls_infer.onnx"),
    };
    open_ppocr(&runtime(), files).expect("run `usher models pull`")
}

fn finder(models: &Path) -> Box<dyn FaceFinder> {
    open_ultra_light(&runtime(), &models.join("version-RFB-320.onnx")).expect("the face detector opens")
}

/// A shared picture, opened as a visitor's would be.
fn picture(folder: &Path, name: &str) -> Picture {
    let bytes = std::fs::read(folder.join(name)).expect("the picture can be read");
    usher::picture::open(&bytes).expect("it is a picture")
}

fn upside_down(picture: &Picture) -> Picture {
    let turned = picture.rgb().rchunks_exact(3).flatten().copied().collect();
    Picture::new(picture.width(), picture.height(), turned).unwrap()
}

fn texts(picture: &Picture) -> Vec<String> {
    reader().read(picture, &Stop::new()).expect("it is read").into_iter().map(|line| line.text).collect()
}

#[tokio::test]
async fn print_in_both_languages_is_read_line_by_line_with_its_spaces() {
    let page = "<meta charset=utf-8><body style='font:40px Noto Sans CJK SC;padding:60px;background:white;line-height:1.8'>\
        Please bring your passport<br>请携带护照前往服务台</body>";
    let read = texts(&usher::picture::open(&print(page).await).expect("it is a picture"));
    assert_eq!(read, ["Please bring your passport", "请携带护照前往服务台"]);
}

#[test]
fn a_single_cropped_line_of_chinese_is_read_either_way_up() {
    let Some(folder) = shared("images/ocr") else { return };
    let line = picture(&folder, "test_without_det.jpg");
    assert_eq!(texts(&line), ["在中国作家协会第三届儿童文学"]);
    let turned = reader().read(&upside_down(&line), &Stop::new()).unwrap();
    assert_eq!(turned[0].text, "在中国作家协会第三届儿童文学");
    assert!(turned[0].corners[0].0 > turned[0].corners[1].0, "it begins at the right: {:?}", turned[0].corners);
}

#[test]
fn the_machine_readable_zone_is_read_and_checked() {
    let Some(folder) = shared("images/mrz") else { return };
    let read = texts(&picture(&folder, "100_pass-uto.jpg"));
    assert!(read.contains(&"P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<".to_owned()), "{read:?}");
    let today = jiff::civil::date(2026, 11, 23);
    let document = usher::reading::mrz::parse(&read, today).expect("every check digit is right");
    assert_eq!((document.surname.as_str(), document.has_expired(today)), ("ERIKSSON", true));
}

#[test]
fn odd_pictures_give_no_text_and_no_panic() {
    let mut reader = reader();
    for (w, h) in [(1, 1), (3, 2000), (2000, 3), (64, 64)] {
        let noise = (0..w * h * 3).map(|i: u32| (i.wrapping_mul(2_654_435_761) >> 24) as u8).collect();
        let read = reader.read(&Picture::new(w, h, noise).unwrap(), &Stop::new()).unwrap();
        assert!(read.len() < 3, "{w}x{h}: {read:?}");
    }
    let long = Picture::new(12_001, 1, vec![0; 36_003]).unwrap();
    assert!(matches!(reader.read(&long, &Stop::new()), Err(EngineError::Input(_))));
}

#[test]
fn a_reading_nobody_waits_for_ends() {
    let stop = Stop::new();
    stop.request();
    let page = Picture::new(640, 480, vec![200; 640 * 480 * 3]).unwrap();
    assert!(matches!(reader().read(&page, &stop), Err(EngineError::Stopped)));
}

#[test]
fn faces_are_found_where_they_are_and_none_in_print() {
    let (Some(models), Some(faces)) = (shared("models/face"), shared("images/faces")) else { return };
    let mut finder = finder(&models);
    let found = finder.faces(&picture(&faces, "two_people.jpg")).unwrap();
    assert_eq!(found.len(), 2);
    let mut middles = found.iter().map(|f| f.x + f.width / 2.0).collect::<Vec<_>>();
    middles.sort_by(f32::total_cmp);
    assert!((middles[0] - 0.27).abs() < 0.03 && (middles[1] - 0.77).abs() < 0.03, "{middles:?}");
    let print = picture(&shared("images/ocr").expect("beside the faces"), "tesseract-test1.jpg");
    assert!(finder.faces(&print).unwrap().is_empty());
}

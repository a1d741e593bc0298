//! Faces found: `cargo bench --bench seeing -- faces MODELS FACE.onnx FOLDER..`. A row a picture: how many at a glance and thoroughly, how sure, how long.

use std::path::{Path, PathBuf};
use std::time::Instant;

use usher::domain::Picture;
use usher::engine::sight::open_ultra_light;

const RUNS: usize = 9;

pub fn run(arguments: &[String]) {
    let [models, model, folders @ ..] = arguments else { super::used_wrongly() };
    let runtime = Path::new(models).join("onnxruntime/libonnxruntime.so");
    let mut finder = open_ultra_light(&runtime, Path::new(model)).unwrap();
    for folder in folders {
        let (mut pictures, mut glance, mut thorough) = (0, 0, 0);
        println!("{folder}");
        for path in pictures_in(Path::new(folder)) {
            let Ok(picture) = usher::picture::open(&std::fs::read(&path).unwrap()) else { continue };
            let faces = finder.faces(&picture).unwrap();
            let (whole_ms, whole_cpu) = least(|| drop(finder.faces(&picture)));
            let clock = Instant::now();
            let all = finder.faces_thorough(&picture).unwrap();
            let (all_ms, sure) = (clock.elapsed().as_secs_f64() * 1e3, |f: &[usher::engine::Face]| {
                f.first().map_or(0.0, |f| f.confidence)
            });
            println!(
                "  {:40} {:>4}x{:<4} glance {} ({:.2}) {whole_ms:5.1} ms, cpu {whole_cpu:4.1}; thorough {} ({:.2}) {all_ms:.0} ms",
                path.file_name().unwrap().to_string_lossy(),
                picture.width(),
                picture.height(),
                faces.len(),
                sure(&faces),
                all.len(),
                sure(&all)
            );
            if std::env::var_os("SHOW").is_some() {
                println!("      {faces:.2?}\n      {all:.2?}");
            }
            pictures += 1;
            glance += faces.len();
            thorough += all.len();
        }
        println!("  {pictures} pictures: {glance} faces at a glance, {thorough} thoroughly");
    }
    let frame = Picture::new(320, 240, (0..320 * 240 * 3).map(|i| (i * 7919 % 251) as u8).collect()).unwrap();
    println!("a frame of 320x240: {:?} ms (wall, cpu), least of {RUNS}", least(|| drop(finder.faces(&frame))));
}

/// The least wall and processor time: what the work costs when nobody disturbs it.
fn least(mut work: impl FnMut()) -> (f64, f64) {
    let times = (0..RUNS).map(|_| {
        let (clock, cpu) = (Instant::now(), cpu_ms());
        work();
        (clock.elapsed().as_secs_f64() * 1e3, cpu_ms() - cpu)
    });
    times.fold((f64::MAX, f64::MAX), |a, b| (a.0.min(b.0), a.1.min(b.1)))
}

fn cpu_ms() -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    stat.split(' ').next().unwrap().parse::<f64>().unwrap() / 1e6
}

fn pictures_in(folder: &Path) -> Vec<PathBuf> {
    let mut found = std::fs::read_dir(folder).unwrap().map(|e| e.unwrap().path()).collect::<Vec<_>>();
    found.retain(|p| p.extension().is_some_and(|e| e == "png" || e == "jpg"));
    found.sort();
    found
}

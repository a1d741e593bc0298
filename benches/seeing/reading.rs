//! Print read beside RapidOCR: `cargo bench --bench seeing -- reading MODELS PYTHON PEER.py FOLDER..`, each folder with pictures and
//! `ground_truth.json` or `mrz.json`. A row a picture: characters wrong (with spaces; without), wall and processor time of ours and theirs. PYTHON `-`: ours alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use serde_json::Value;
use usher::base::Stop;
use usher::domain::Picture;
use usher::engine::TextReader;
use usher::engine::sight::{ReadingFiles, open_ppocr};

const RUNS: usize = 3;

#[derive(Default, Clone)]
struct Reading {
    text: String,
    lines: Vec<String>,
    wall_ms: f64,
    cpu_ms: f64,
}

pub fn run(arguments: &[String]) {
    let [models, python, peer, folders @ ..] = arguments else { super::used_wrongly() };
    let models = Path::new(models);
    let folder = models.join("ppocr-v4");
    let files = ReadingFiles {
        detector: &folder.join("ch_PP-OCRv4_det_infer.onnx"),
        recogniser: &folder.join("ch_PP-OCRv4_rec_infer.onnx"),
        orienter: &folder.join("ch_ppocr_mobile_v2.0_cls_infer.onnx"),
    };
    let mut reader = open_ppocr(&models.join("onnxruntime/libonnxruntime.so"), files).unwrap();
    for folder in folders {
        println!(
            "{folder}\n{:34} {:>13} {:>13}  {:>11} {:>11}  ratio wall cpu",
            "", "ours wrong", "peer wrong", "ours ms cpu", "peer ms cpu"
        );
        let (mut wrong, mut walls, mut cpus) = ([0; 4], Vec::new(), Vec::new());
        let mut sums = [0.0; 2];
        for (picture, truth) in truths(Path::new(folder)) {
            let ours = ours(reader.as_mut(), &picture);
            let theirs = if python == "-" { Reading::default() } else { theirs(python, peer, &picture) };
            let w = [
                errors(&truth, &ours.text, true),
                errors(&truth, &ours.text, false),
                errors(&truth, &theirs.text, true),
                errors(&truth, &theirs.text, false),
            ];
            let (wall, cpu) = (ours.wall_ms / theirs.wall_ms, ours.cpu_ms / theirs.cpu_ms);
            println!(
                "{:34} {:>6} {:>6} {:>6} {:>6}  {:>5.0} {:>5.0} {:>5.0} {:>5.0}   {wall:.2} {cpu:.2}",
                picture.file_name().unwrap().to_string_lossy(),
                w[0],
                w[1],
                w[2],
                w[3],
                ours.wall_ms,
                ours.cpu_ms,
                theirs.wall_ms,
                theirs.cpu_ms
            );
            if std::env::var_os("SHOW").is_some() {
                println!("    {:?}\n    {:?}", ours.lines, theirs.lines);
            }
            (0..4).for_each(|i| wrong[i] += w[i]);
            walls.push(wall);
            cpus.push(cpu);
            sums[0] += ours.cpu_ms;
            sums[1] += theirs.cpu_ms;
        }
        println!(
            "all: ours {} ({} without spaces), peer {} ({}); median ratio wall {:.2} cpu {:.2}; sum cpu {:.0} / {:.0} = {:.2}\n",
            wrong[0],
            wrong[1],
            wrong[2],
            wrong[3],
            median(&mut walls),
            median(&mut cpus),
            sums[0],
            sums[1],
            sums[0] / sums[1]
        );
    }
}

fn truths(folder: &Path) -> BTreeMap<PathBuf, Vec<String>> {
    let lines = |v: &Value| v.as_array().unwrap().iter().map(|s| s.as_str().unwrap().to_owned()).collect::<Vec<_>>();
    let read = |name| std::fs::read(folder.join(name)).ok().map(|b| serde_json::from_slice::<Value>(&b).unwrap());
    if let Some(truth) = read("ground_truth.json") {
        return truth.as_object().unwrap().iter().map(|(k, v)| (folder.join(k), lines(v))).collect();
    }
    let truth = read("mrz.json").expect("ground_truth.json or mrz.json");
    let of = |kind: &str| {
        truth["strings"].as_array().unwrap().iter().find(|s| s["type"] == kind).map(|s| lines(&s["lines"])).unwrap()
    };
    truth["pictures"]
        .as_object()
        .unwrap()
        .iter()
        .map(|(k, v)| (folder.join(k), of(&v.as_str().unwrap()[..3])))
        .collect()
}

fn open(path: &Path) -> Picture {
    usher::picture::open(&std::fs::read(path).expect("the picture can be read")).expect("it is a picture")
}

fn ours(reader: &mut dyn TextReader, path: &Path) -> Reading {
    let (mut walls, mut cpus, mut lines) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..RUNS {
        let (wall, cpu) = (Instant::now(), cpu_ms());
        lines = reader.read(&open(path), &Stop::new()).unwrap();
        walls.push(wall.elapsed().as_secs_f64() * 1e3);
        cpus.push(cpu_ms() - cpu);
    }
    let lines = lines.into_iter().map(|l| l.text).collect::<Vec<_>>();
    Reading { text: lines.join(" "), lines, wall_ms: median(&mut walls), cpu_ms: median(&mut cpus) }
}

fn theirs(python: &str, peer: &str, path: &Path) -> Reading {
    let out = Command::new(python).arg(peer).arg(path).output().unwrap();
    let v: Value = serde_json::from_slice(&out.stdout).unwrap();
    let lines = v["lines"].as_array().unwrap().iter().map(|l| l.as_str().unwrap().to_owned()).collect::<Vec<_>>();
    Reading { text: lines.join(" "), lines, wall_ms: v["ms"].as_f64().unwrap(), cpu_ms: v["cpu_ms"].as_f64().unwrap() }
}

/// Processor time of this thread, which does all of our work.
fn cpu_ms() -> f64 {
    let stat = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    stat.split(' ').next().unwrap().parse::<f64>().unwrap() / 1e6
}

/// Characters wrong: for each line of the truth, the edits to the stretch of `read` that is nearest to it.
fn errors(truth: &[String], read: &str, spaces: bool) -> usize {
    let clean = |s: &str| {
        let joined = s.split_whitespace().collect::<Vec<_>>().join(if spaces { " " } else { "" });
        joined
            .chars()
            .map(|c| match c {
                '，' => ',',
                '：' => ':',
                '（' => '(',
                '）' => ')',
                '！' => '!',
                c => c,
            })
            .collect::<Vec<_>>()
    };
    let read = clean(read);
    truth.iter().map(|line| nearest(&clean(line), &read)).sum()
}

fn nearest(line: &[char], read: &[char]) -> usize {
    let mut row = vec![0; read.len() + 1];
    for (i, a) in line.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, b) in read.iter().enumerate() {
            let next = (diagonal + usize::from(a != b)).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = row[j + 1];
            row[j + 1] = next;
        }
    }
    row.into_iter().min().unwrap_or(0)
}

fn median(values: &mut [f64]) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(0.0)
}

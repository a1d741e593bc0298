use crate::support::*;
use usher::base::Stop;
use usher::domain::Audio;
use usher::engine::speech;

#[test]
fn experiment() {
    let mut t = transcriber();
    let n = 32_000;
    let am: Vec<f32> = (0..n)
        .map(|i| {
            let t = i as f32 / 16000.0;
            (t * 150.0 * 6.283).sin() * (t * 4.0 * 6.283).sin() * 0.4
        })
        .collect();
    for (name, s) in [
        ("am", am),
        ("silence", vec![0.0; n]),
        ("noise", noise(n)),
        ("quiet noise", noise(n).iter().map(|x| x * 0.05).collect::<Vec<_>>()),
    ] {
        let r = t.transcribe(&Audio::new(s, 16000), None, &Stop::new()).unwrap();
        println!("{name}: {:?}", r.text);
    }
    for d in ["noise", "noise/speechbrain", "speech/zh_sentences"] {
        let mut files: Vec<_> = std::fs::read_dir(shared(d).unwrap())
            .unwrap()
            .map(|e| e.unwrap().path())
            .filter(|p| p.extension().is_some_and(|e| e == "wav" || e == "mp3"))
            .collect();
        files.sort();
        for f in files.into_iter().take(14) {
            let a = match speech::decode(&std::fs::read(&f).unwrap()) {
                Ok(a) => a,
                Err(e) => {
                    println!("{f:?} {e}");
                    continue;
                }
            };
            let a = Audio::new(a.samples[..a.samples.len().min(16000 * 15)].to_vec(), 16000);
            let r = t.transcribe(&a, None, &Stop::new()).unwrap();
            println!("{}: {:?}", f.file_name().unwrap().to_str().unwrap(), r.text);
        }
    }
}

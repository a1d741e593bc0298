//! What usher sees, beside other programs on the same pictures in the same run: codes, print, faces.

mod codes;
mod faces;
mod reading;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    match arguments.split_first() {
        Some((what, rest)) if what == "codes" => codes::run(rest),
        Some((what, rest)) if what == "reading" => reading::run(rest),
        Some((what, rest)) if what == "faces" => faces::run(rest),
        _ => used_wrongly(),
    }
}

/// Says what may be asked for, and ends.
fn used_wrongly() -> ! {
    eprintln!(
        "codes IMAGES PYTHON [BUDGET_MS] [-v] | reading MODELS PYTHON PEER.py FOLDER.. | faces MODELS FACE.onnx FOLDER.."
    );
    std::process::exit(2)
}

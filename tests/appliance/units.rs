//! The systemd units and the browser's policy, examined as they ship.

use std::process::Command;

use serde_json::Value;

fn read(path: &str) -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn systemd_finds_no_fault_and_little_exposure() {
    let script = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy/verify-units.sh");
    let said = Command::new(script).output().expect("bash is installed");
    let text = format!("{}{}", String::from_utf8_lossy(&said.stdout), String::from_utf8_lossy(&said.stderr));
    assert!(said.status.success(), "{text}");
    assert!(text.contains("usher.service: verified") && text.contains("usher-kiosk.service: verified"), "{text}");
}

/// What is granted to the page is granted to its one origin, and the waiting page leads to the same.
#[test]
fn the_policy_the_script_and_the_waiting_page_name_one_origin() {
    let policy: Value = serde_json::from_str(&read("deploy/kiosk/chromium-policy.json")).unwrap();
    let origin = "http://127.0.0.1:8080";
    assert_eq!(policy["AudioCaptureAllowedUrls"], serde_json::json!([origin]));
    assert_eq!(policy["VideoCaptureAllowedUrls"], serde_json::json!([origin]));
    assert_eq!(policy["URLBlocklist"], serde_json::json!(["*"]));
    assert_eq!(policy["URLAllowlist"][0], origin);
    for file in ["deploy/kiosk/usher-kiosk", "deploy/kiosk/wait.html", "deploy/kiosk/kiosk.env"] {
        assert!(read(file).contains(&format!("{origin}/")), "{file}");
    }
    assert!(!read("deploy/kiosk/usher-kiosk").contains("--use-fake-ui"));
}

/// Both programs have visitors' words in memory; the browser keeps its profile and its temporary files there, too.
#[test]
fn nothing_of_a_visit_is_swapped_dumped_or_kept_by_the_browser() {
    for unit in ["deploy/usher.service", "deploy/usher-kiosk.service"] {
        let unit = read(unit);
        assert_eq!(unit.lines().filter(|line| *line == "MemorySwapMax=0").count(), 1);
        assert_eq!(unit.lines().filter(|line| *line == "LimitCORE=0").count(), 1);
    }
    let (unit, script) = (read("deploy/usher-kiosk.service"), read("deploy/kiosk/usher-kiosk"));
    let folder = "/run/usher-kiosk";
    assert!(unit.contains("RuntimeDirectory=usher-kiosk"));
    for variable in ["HOME", "TMPDIR", "XDG_RUNTIME_DIR"] {
        assert!(unit.contains(&format!("{variable}={folder}")), "{variable}");
    }
    assert!(script.contains("profile=${RUNTIME_DIRECTORY:?is set by systemd}/profile"));
    assert!(script.contains("--user-data-dir=\"$profile\""));
}

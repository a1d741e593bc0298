//! The power is cut before every single step of an installation, of a start, of a pass and of a return, on a disk that then
//! has all, some or nothing of what was not synced. The kiosk must start every time, with a whole version and the database
//! that belongs to it, and go on to a good end.

use super::*;

const CUTS: [Cut; 3] = [Cut::Kept, Cut::NamesOnly, Cut::Lost];

/// Runs `work` on a fresh kiosk with the power cut at each step in turn, and `after` on what is left. Returns the steps.
fn at_every_step(prepare: impl Fn(&Maker) -> Kiosk, work: impl Fn(&Kiosk), after: impl Fn(&Kiosk, &str)) -> usize {
    let maker = Maker::new();
    let whole = prepare(&maker);
    whole.disk.power_on(Cut::Kept);
    work(&whole);
    let steps = whole.disk.steps();
    for cut in CUTS {
        for step in 0..=steps {
            let kiosk = prepare(&maker);
            kiosk.disk.power_on(Cut::Kept);
            kiosk.disk.cut_at(step);
            work(&kiosk);
            kiosk.disk.power_on(cut);
            after(&kiosk, &format!("{cut:?} before step {step} of {steps}"));
        }
    }
    steps
}

/// A kiosk that lives with 0.2.0 and its database.
fn living(maker: &Maker) -> Kiosk {
    let kiosk = Kiosk::new(maker);
    kiosk.live_with(&whole(maker, "0.2.0"));
    kiosk.bring_up("shape 2");
    kiosk.boot();
    kiosk
}

fn about_to_try(maker: &Maker) -> Kiosk {
    let kiosk = living(maker);
    kiosk.apply(&whole(maker, "0.3.0")).unwrap();
    kiosk
}

fn on_trial(maker: &Maker) -> Kiosk {
    let kiosk = about_to_try(maker);
    kiosk.boot();
    kiosk.bring_up("shape 3");
    kiosk
}

/// The started version is whole, and the database is one that it can read.
fn starts_well(kiosk: &Kiosk, at: &str) -> String {
    let start = kiosk.boot();
    let version = start.version.to_string();
    let program = std::io::read_to_string(kiosk.disk.open(&start.program).unwrap()).unwrap();
    assert_eq!(program, format!("program {version}"), "{at}");
    let fits: &[&str] = if version == "0.3.0" { &["shape 2", "shape 3"] } else { &["shape 2"] };
    assert!(fits.contains(&kiosk.database().as_str()), "{at}: {version} with {}", kiosk.database());
    version
}

#[test]
fn an_installation_that_is_cut_leaves_the_old_version_or_the_new_one_chosen() {
    let bundle = std::cell::OnceCell::new();
    let prepare = |maker: &Maker| {
        bundle.get_or_init(|| whole(maker, "0.3.0"));
        living(maker)
    };
    let install = |kiosk: &Kiosk| drop(kiosk.apply(bundle.get().unwrap()));
    let steps = at_every_step(prepare, install, |kiosk, at| {
        let version = starts_well(kiosk, at);
        assert!(["0.2.0", "0.3.0"].contains(&version.as_str()), "{at}: {version}");
        // And the command can be given again.
        if version == "0.2.0" {
            kiosk.apply(bundle.get().unwrap()).unwrap_or_else(|error| panic!("{at}: {error}"));
            assert_eq!(starts_well(kiosk, at), "0.3.0", "{at}");
        }
        assert!(kiosk.updates().passed().unwrap(), "{at}");
    });
    assert!(steps > 25, "only {steps} steps were cut");
}

#[test]
fn a_first_start_that_is_cut_keeps_the_database_of_the_old_version() {
    let steps = at_every_step(
        about_to_try,
        |kiosk| drop(kiosk.boot()),
        |kiosk, at| {
            assert_eq!(starts_well(kiosk, at), "0.3.0", "{at}");
            kiosk.bring_up("shape 3");
            kiosk.updates().failed("no answer").unwrap();
            assert_eq!(starts_well(kiosk, at), "0.2.0", "{at}");
        },
    );
    assert!(steps > 15, "only {steps} steps were cut");
}

#[test]
fn a_pass_that_is_cut_is_a_pass_or_a_trial() {
    at_every_step(
        on_trial,
        |kiosk| drop(kiosk.updates().passed()),
        |kiosk, at| {
            assert_eq!(starts_well(kiosk, at), "0.3.0", "{at}");
        },
    );
}

#[test]
fn a_return_that_is_cut_ends_with_the_old_version_and_its_database() {
    let prepare = |maker: &Maker| {
        let kiosk = on_trial(maker);
        kiosk.updates().failed("no answer").unwrap();
        kiosk
    };
    let steps = at_every_step(
        prepare,
        |kiosk| drop(kiosk.boot()),
        |kiosk, at| {
            assert_eq!(starts_well(kiosk, at), "0.2.0", "{at}");
            assert!(kiosk.boot().trial.is_none(), "{at}");
        },
    );
    assert!(steps > 8, "only {steps} steps were cut");
}

#[test]
fn a_persons_return_that_is_cut_never_mixes_the_databases() {
    let prepare = |maker: &Maker| {
        let kiosk = on_trial(maker);
        kiosk.updates().passed().unwrap();
        kiosk.boot();
        kiosk.updates().go_back(true).unwrap();
        kiosk
    };
    at_every_step(
        prepare,
        |kiosk| drop(kiosk.boot()),
        |kiosk, at| {
            assert_eq!(starts_well(kiosk, at), "0.2.0", "{at}");
            kiosk.updates().failed("no answer").unwrap();
            assert_eq!((starts_well(kiosk, at).as_str(), kiosk.database().as_str()), ("0.3.0", "shape 3"), "{at}");
        },
    );
}

//! Kiosk and desk in two real browsers: request, ring, briefing, video with frames on both sides, text both ways, a pushed map, the end
//! and the wipe. With the desk in the same program, over WebSocket and TLS, and over NATS.

use std::fs;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;
use tokio::sync::Mutex;

use crate::browser::Browser;
use crate::desk;
use crate::nats::Bus;
use crate::server::Server;
use crate::support::{self, own_data};

/// One call at a time: each is two browsers that code pictures.
static CALL: Mutex<()> = Mutex::const_new(());

/// A call that has no picture by then was given up by both pages.
const CALL_TRIED_FOR: Duration = Duration::from_secs(60);

/// A desk page that took no choice by then takes none.
const DESK_OPENS_MAX: Duration = Duration::from_secs(120);

/// Frames that prove a picture: a second of a slow machine's video.
const FRAMES_MIN: u32 = 10;

#[tokio::test]
async fn a_visitor_and_a_person_meet_on_two_screens() {
    let data = own_data("airport");
    desk::add(data.path(), "airport", "anna", "en,zh");
    let server = Server::start_in(data.path(), "airport");
    let at = format!("http://{}", server.address);
    meet(&at, &at, true).await;
}

/// The same with the desk in another process, over TLS, with a certificate that the desk made and a device key.
#[tokio::test]
async fn a_visitor_meets_a_person_at_a_desk_elsewhere() {
    let (kiosk, far) = (own_data("airport"), own_data("airport"));
    desk::add(far.path(), "airport", "anna", "en,zh");
    let desk = Server::desk(far.path(), &["--tls"], "airport");
    let key = support::usher_in(far.path(), "airport", &["desk", "kiosk", "add", "airport-1", "--json"]).document();
    let file = kiosk.path().join("kiosk.key");
    fs::write(&file, key["key"].as_str().expect("the key is shown once")).expect("the key can be kept");
    let certificate = far.path().join("sites/airport/desk.crt");
    let address = &desk.address;
    let link = format!(
        "{{ link = \"websocket\", url = \"wss://{address}/api/desk/kiosk\", key = {file:?}, certificate = {certificate:?} }}"
    );
    let site = support::site_with_desk(kiosk.path(), &link);
    let server = Server::with_config(kiosk.path(), &site);
    meet(&format!("http://{}", server.address), &format!("https://{}", desk.address), false).await;
}

/// The same with a desk that shares its queue over a bus.
#[tokio::test]
async fn a_visitor_meets_a_person_over_a_bus() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let bus = Bus::start();
    let site = support::site_with_desk(folder.path(), &bus.link());
    let (kiosk, far) = (folder.path().join("kiosk"), folder.path().join("desk"));
    desk::add_with(&far, ["--config", site.to_str().expect("the path is text")], "anna", "en,zh");
    let desk = Server::at(0, &far, "desk", &site);
    let server = Server::at(0, &kiosk, "serve", &site);
    meet(&format!("http://{}", server.address), &format!("http://{}", desk.address), false).await;
}

async fn meet(kiosk: &str, desk: &str, pictures: bool) {
    let _alone = CALL.lock().await;
    let agent = Browser::open(1440, 900, None).await;
    agent.goto(&format!("{desk}/desk")).await;
    agent.fill("login-name", "anna").await;
    agent.fill("login-password", desk::PASSWORD).await;
    agent.touch("login").await;
    // The page takes no choice before its socket is open: on a busy machine it is made again.
    let free = "document.querySelector('[data-testid=state-free]').getAttribute('aria-pressed') === 'true'";
    let since = Instant::now();
    while !agent.comes(free, Duration::from_secs(1)).await {
        assert!(since.elapsed() < DESK_OPENS_MAX, "the desk never took the agent's choice");
        agent.touch("state-free").await;
    }
    let visitor = Browser::open(1080, 1920, None).await;
    visitor.goto(&format!("{kiosk}/")).await;
    visitor.holds("document.documentElement.dataset.state === 'greeting'").await;
    visitor.fill("ask-input", "where can my zebra sleep tonight").await;
    visitor.touch("ask-send").await;
    visitor.holds("['decline', 'clarify'].includes(document.documentElement.dataset.route)").await;
    visitor.touch("person").await;
    stands(&visitor, "ringing").await;
    if pictures {
        visitor.picture("handoff-ringing").await;
        agent.picture("desk-ringing").await;
    }
    agent.touch("accept").await;
    stands(&visitor, "briefing").await;
    agent.holds("document.querySelector('desk-briefing').innerText.includes('zebra')").await;
    if pictures {
        agent.picture("desk-briefing").await;
        agent.accessible("desk-briefing").await;
    }
    agent.touch("ready").await;
    stands(&visitor, "live").await;
    agent.fill("composer", "Hello, this is Anna.").await;
    agent.touch("send").await;
    visitor.holds("document.querySelector('#handoff').innerText.includes('this is Anna')").await;
    visitor.fill("handoff-message", "Thank you").await;
    agent.holds("document.body.innerText.includes('Thank you')").await;
    visitor.touch("handoff-send").await;
    video(&visitor, &agent, pictures).await;
    show_the_way(&visitor, &agent, pictures).await;
    end(&visitor, &agent, pictures).await;
}

/// Waits until the visitor's page stands at `state`.
async fn stands(visitor: &Browser, state: &str) {
    visitor.holds(&format!("document.querySelector('#handoff').dataset.state === '{state}'")).await;
}

async fn video(visitor: &Browser, agent: &Browser, pictures: bool) {
    let frames =
        |element: &str| format!("Number(document.querySelector('{element}')?.dataset.frames ?? 0) >= {FRAMES_MIN}");
    for attempt in 0..2 {
        agent.touch("offer-video").await;
        visitor.touch("handoff-video").await;
        // A call that two crowded browsers gave up is tried again, as people would: both screens are back at writing then.
        if attempt > 0 || visitor.comes(&frames("#handoff-remote"), CALL_TRIED_FOR).await {
            break;
        }
    }
    visitor.holds(&frames("#handoff-remote")).await;
    agent.holds(&frames("[data-testid=their-video]")).await;
    // Real-time text goes over the call's own connection now.
    agent.fill("composer", "I can see you").await;
    visitor.holds("document.body.innerText.includes('I can see you')").await;
    agent.touch("send").await;
    if pictures {
        visitor.picture("handoff-video").await;
        agent.picture("desk-video").await;
    }
}

async fn show_the_way(visitor: &Browser, agent: &Browser, pictures: bool) {
    agent.touch("tool-search").await;
    agent.fill("search-field", "lost property\n").await;
    let place = "[...document.querySelectorAll('[data-testid^=\"show-\"]')].find((node) => node.closest('[data-kind=map]'))?.dataset.testid ?? ''";
    agent.holds(&format!("({place}) !== ''")).await;
    let show = agent.value(place).await;
    agent.touch(show.as_str().expect("the button has an id")).await;
    visitor.holds("document.querySelector('.handoff-shown[data-kind=map] img')?.naturalWidth > 0").await;
    if pictures {
        visitor.picture("handoff-map").await;
        visitor.accessible("handoff-map").await;
        agent.picture("desk-search").await;
    }
    visitor.touch("handoff-shown-close").await;
}

async fn end(visitor: &Browser, agent: &Browser, pictures: bool) {
    agent.touch("end").await;
    agent.touch("outcome-solved").await;
    agent.fill("promise-0", "A call before noon").await;
    agent.touch("avoidable-false").await;
    if pictures {
        agent.picture("desk-wrap-up").await;
        agent.accessible("desk-wrap-up").await;
    }
    agent.touch("finish").await;
    stands(visitor, "wrap_up").await;
    visitor.holds("document.querySelector('#handoff-promises').innerText.includes('before noon')").await;
    visitor.holds("document.querySelector('#handoff-stars button[data-stars=\"5\"]').click() === undefined").await;
    if pictures {
        visitor.picture("handoff-end").await;
        visitor.accessible("handoff-end").await;
    }
    visitor.touch("handoff-done").await;
    stands(visitor, "bot").await;
    let left: Value = visitor.value("document.body.innerHTML.includes('this is Anna')").await;
    assert_eq!(left, false, "the conversation is still on the page");
    agent.holds("!document.body.innerText.includes('Thank you')").await;
}

/// Nothing is listened to beyond the loopback by default, and a desk without TLS says so to nobody: the address is its own.
#[test]
fn a_desk_listens_on_the_loopback_by_default() {
    let help = Command::new(support::usher()).args(["desk", "--help"]).output().expect("usher runs");
    assert!(String::from_utf8_lossy(&help.stdout).contains("[default: 127.0.0.1:8090]"));
}

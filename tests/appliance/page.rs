//! The kiosk page in a real browser, on a fresh start: typed, touched and spoken questions end with the right answer on the
//! screen, captions, and sound.

use std::collections::BTreeSet;
use std::fs;
use std::time::{Duration, Instant};

use crate::browser::Browser;
use crate::server::Server;
use crate::support;

/// Sound that must have been scheduled for the answer, milliseconds.
const PLAYED_MS_MIN: u32 = 800;

/// How long a question is said again and again until it is understood.
const MISHEARD_MAX: Duration = Duration::from_secs(180);

#[tokio::test]
async fn a_typed_question_is_answered_on_the_screen_and_aloud() {
    let server = Server::start("airport");
    let browser = Browser::open(1080, 1920, None).await;
    browser.goto(&format!("http://{}/", server.address)).await;
    browser.holds("document.documentElement.dataset.state === 'greeting'").await;
    // The site's time, whatever the machine's zone is.
    let clock =
        "new Date().toLocaleTimeString('en-GB', {hour: '2-digit', minute: '2-digit', timeZone: 'Asia/Singapore'})";
    browser.holds(&format!("document.querySelector('.time').textContent === {clock}")).await;
    browser.picture("kiosk-greeting").await;
    browser.accessible("kiosk-greeting").await;
    browser.type_into("ask-input", "Where is the lost property office?").await;
    browser.touch("ask-send").await;
    answered(&browser, "lost property office").await;
    browser.picture("kiosk-answer").await;
    browser.accessible("kiosk-answer").await;
}

#[tokio::test]
async fn a_touched_topic_is_answered_in_chinese() {
    let server = Server::start("bank");
    let browser = Browser::open(1080, 1920, None).await;
    browser.goto(&format!("http://{}/", server.address)).await;
    browser.touch("language-zh").await;
    let topic = browser.value("document.querySelector('[data-testid^=topic-]').dataset.testid").await;
    browser.touch(topic.as_str().expect("the page has topics")).await;
    browser.holds("document.documentElement.dataset.state === 'topic'").await;
    browser.picture("kiosk-topic-zh").await;
    browser.accessible("kiosk-topic-zh").await;
    let question = browser.value("document.querySelector('[data-testid^=question-]').dataset.testid").await;
    browser.touch(question.as_str().expect("the topic has questions")).await;
    let text = browser.reads("answer", "。").await;
    assert!(text.chars().any(usher::domain::is_han), "{text}");
    browser.holds(&format!("window.usherPage.playedMs() > {PLAYED_MS_MIN}")).await;
    browser.picture("kiosk-answer-zh").await;
}

#[tokio::test]
async fn a_spoken_question_is_heard_answered_and_spoken() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let file = folder.path().join("question.wav");
    // The fake microphone says it again and again: on a busy machine it loses samples, and who is misheard asks once more.
    let pause = vec![0; 8 * 48_000];
    let sound = [support::said("Where is the lost property office?", 48_000), pause].concat();
    fs::write(&file, support::wav(&sound, 48_000)).expect("the recording can be kept");
    let server = Server::start("airport");
    let browser = Browser::open(1080, 1920, Some(&file)).await;
    browser.goto(&format!("http://{}/", server.address)).await;
    browser.touch("hands-free").await;
    let right = "document.querySelector('[data-testid=answer]')?.textContent.includes('lost property office')";
    let mut heard = BTreeSet::new();
    let since = Instant::now();
    while !browser.comes(right, Duration::from_secs(1)).await {
        heard.insert(browser.value("document.querySelector('.question')?.textContent").await.to_string());
        assert!(since.elapsed() < MISHEARD_MAX, "the office was never told; heard: {heard:?}");
    }
    answered(&browser, "lost property office").await;
    browser.picture("kiosk-spoken").await;
}

#[tokio::test]
async fn a_person_can_be_asked_for_in_the_same_corner_of_every_screen() {
    let server = Server::start("bank");
    let browser = Browser::open(1080, 1920, None).await;
    browser.goto(&format!("http://{}/", server.address)).await;
    browser.holds("document.documentElement.dataset.state === 'greeting'").await;
    let corner = "JSON.stringify(document.querySelector('[data-testid=person]').getBoundingClientRect())";
    let at_first = browser.value(corner).await;
    browser.type_into("ask-input", "Which volcano erupted in 1883?").await;
    browser.touch("ask-send").await;
    browser.holds("document.documentElement.dataset.route === 'decline'").await;
    assert_eq!(browser.value(corner).await, at_first);
    browser.picture("kiosk-decline").await;
    browser.touch("person").await;
    browser.reads("contact-card", "555").await;
    browser.picture("kiosk-person").await;
    browser.accessible("kiosk-person").await;
}

#[tokio::test]
async fn the_page_fits_a_phone_and_works_without_models() {
    let data = tempfile::tempdir().expect("a folder can be made");
    let server = Server::start_in(data.path(), "airport");
    let browser = Browser::open(390, 844, None).await;
    browser.goto(&format!("http://{}/", server.address)).await;
    browser.reads("notice", "usher models pull").await;
    let overflow = "document.documentElement.scrollWidth <= document.documentElement.clientWidth";
    browser.holds(overflow).await;
    browser.picture("phone-greeting").await;
    browser.type_into("ask-input", "lost property").await;
    browser.touch("ask-send").await;
    browser.reads("answer", "lost property").await;
    browser.holds(overflow).await;
    browser.picture("phone-answer").await;
}

#[tokio::test]
async fn an_idle_visit_is_warned_and_wiped() {
    let folder = tempfile::tempdir().expect("a folder can be made");
    let text = fs::read_to_string(support::sites().join("airport.toml")).expect("the site is there");
    let file = folder.path().join("site.toml");
    let knowledge = format!("knowledge = {:?}", support::sites().join("airport"));
    let quick = text.replace("knowledge = \"airport\"", &format!("{knowledge} #")) + "\n[visit]\nidle_seconds = 20\n";
    fs::write(&file, quick).expect("the site file can be kept");
    let server = Server::with_config(support::data_dir("airport"), &file);
    let browser = Browser::open(1080, 1920, None).await;
    browser.goto(&format!("http://{}/", server.address)).await;
    browser.type_into("ask-input", "wifi").await;
    browser.touch("ask-send").await;
    browser.holds("document.documentElement.dataset.state === 'answer' || document.documentElement.dataset.state === 'speaking'").await;
    browser.holds("document.documentElement.dataset.state === 'idle-warning'").await;
    browser.picture("kiosk-idle").await;
    browser.holds("document.documentElement.dataset.state === 'greeting'").await;
    assert_eq!(browser.value("document.querySelector('[data-testid=ask-input]').value").await, "");
}

async fn answered(browser: &Browser, part: &str) {
    browser.holds("['answer', 'speaking'].includes(document.documentElement.dataset.state)").await;
    browser.reads("answer", part).await;
    browser.holds("document.querySelector('[data-testid=captions]').textContent.length > 10").await;
    browser.holds("document.querySelector('[data-testid=sources]') !== null").await;
    browser.holds(&format!("window.usherPage.playedMs() > {PLAYED_MS_MIN}")).await;
}

//! Ready means: a golden question was answered after the start, spoken by the voice and heard by the ears where both are here.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use crate::conversation::{Sound, Visit};
use crate::domain::{Audio, HEARING_RATE_HZ, Language, Question, Route, Way};
use crate::engine::speech;
use crate::http::App;
use crate::telemetry::{Notifier, START_EXTENSION, keep_alive};

/// Between two tries to become ready.
const ASK_AGAIN: Duration = Duration::from_secs(START_EXTENSION.as_secs() / 3);

/// Asks golden questions, the site's own topics, aloud where voice and ears allow; the first one answered makes the appliance ready.
/// Asks again until one is, for knowledge may be imported later; then feeds systemd's watchdog for as long as turns are answered.
pub(super) async fn prove_ready(app: Arc<App>, notifier: Arc<Notifier>) {
    let way = loop {
        match golden(&app).await {
            Ok(way) => break way,
            Err(error) => told(&app, &notifier, format!("{error:#}")),
        }
        tokio::time::sleep(ASK_AGAIN).await;
    };
    app.ready.store(true, Ordering::Release);
    tracing::info!(?way, "ready: a golden question was answered");
    notifier.ready("serving");
    keep_alive(&notifier, &app.telemetry.heart, &app.stopping, || ask_typed(&app)).await;
}

fn told(app: &App, notifier: &Notifier, reason: String) {
    notifier.starting(&format!("not ready: {reason}"));
    if let Ok(mut unready) = app.unready.lock()
        && *unready != reason
    {
        tracing::warn!(reason, "not ready");
        *unready = reason;
    }
}

/// A golden question, typed: knowledge and the whole path, and no model that a visitor may just be using.
async fn ask_typed(app: &App) -> Result<(), String> {
    let language = app.terms().site.languages[0];
    for (id, phrasing) in phrasings(app, language).await.map_err(|error| format!("{error:#}"))? {
        let question = Question { item: Some(id), ..Question::typed(phrasing, language) };
        let mut visit = Visit::begin(language);
        let turn = app.conversation.turn(&mut visit, question, &mut |_| {}).await.map_err(|error| error.to_string())?;
        if turn.answer.route == Route::Answer {
            return Ok(());
        }
    }
    Err("no golden question was answered".into())
}

/// The first phrasing of each topic's first item, with the item.
async fn phrasings(app: &App, language: Language) -> anyhow::Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    for id in app.terms().site.topics.iter().filter_map(|topic| topic.items.first()) {
        let item = id.clone();
        let asked =
            app.conversation.knowledge.call(move |knowledge, _| knowledge.item(&item, language))?.await?.value?;
        found.extend(asked.and_then(|item| item.questions.into_iter().next()).map(|phrasing| (id.clone(), phrasing)));
    }
    Ok(found)
}

/// Asks golden questions until one is answered.
///
/// # Errors
/// When none is.
pub(super) async fn golden(app: &App) -> anyhow::Result<Way> {
    let language = app.conversation.engines.hears().first().copied().unwrap_or(app.terms().site.languages[0]);
    let phrasings = phrasings(app, language).await?;
    let tried = phrasings.len();
    for (_, phrasing) in phrasings {
        let heard = spoken(app, &phrasing, language).await?;
        let way = if heard.is_some() { Way::Spoken } else { Way::Typed };
        let question = Question { text: heard.unwrap_or(phrasing), language, way, item: None, doubtful: false };
        let mut visit = Visit::begin(language);
        let Ok(turn) = app.conversation.turn(&mut visit, question, &mut |_| {}).await else { continue };
        if turn.answer.route == Route::Answer {
            return Ok(way);
        }
    }
    anyhow::bail!("none of {tried} golden questions was answered; import the site's knowledge, then run `usher doctor`")
}

/// `phrasing` as the ears hear the voice say it; `None` where one of them is not installed.
async fn spoken(app: &App, phrasing: &str, language: Language) -> anyhow::Result<Option<String>> {
    if app.conversation.engines.voice.is_none() || !app.conversation.engines.hears().contains(&language) {
        return Ok(None);
    }
    let mut voice = app.conversation.speak(phrasing, language)?;
    let mut samples = Vec::new();
    while let Some(sound) = voice.next().await? {
        if let Sound::Samples(piece) = sound {
            samples.extend(piece);
        }
    }
    let rate = crate::conversation::SPOKEN_RATE_HZ;
    let heard = speech::resample(&speech::to_f32(&samples), rate, HEARING_RATE_HZ)?;
    Ok(Some(app.conversation.hear(Audio::new(heard, HEARING_RATE_HZ), language).await?.text))
}

//! Ready means: a golden question was answered after the start, spoken by the voice and heard by the ears where both are here.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use crate::conversation::{Sound, Visit};
use crate::domain::{Audio, HEARING_RATE_HZ, Language, Question, Route, Way};
use crate::engine::speech;
use crate::http::App;

/// Asks golden questions, the site's own topics, aloud where voice and ears allow; the first one answered makes the appliance ready.
pub(super) async fn prove_ready(app: Arc<App>) {
    match golden(&app).await {
        Ok(way) => {
            app.ready.store(true, Ordering::Release);
            tracing::info!(?way, "ready: a golden question was answered");
        }
        Err(error) => {
            let reason = format!("{error:#}");
            tracing::warn!(reason, "not ready");
            if let Ok(mut unready) = app.unready.lock() {
                *unready = reason;
            }
        }
    }
}

async fn golden(app: &App) -> anyhow::Result<Way> {
    let language = app.conversation.engines.hears().first().copied().unwrap_or(app.site.languages[0]);
    let mut tried = 0;
    for id in app.site.topics.iter().filter_map(|topic| topic.items.first()) {
        let item = id.clone();
        let asked =
            app.conversation.knowledge.call(move |knowledge, _| knowledge.item(&item, language))?.await?.value?;
        let Some(phrasing) = asked.and_then(|item| item.questions.into_iter().next()) else { continue };
        tried += 1;
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

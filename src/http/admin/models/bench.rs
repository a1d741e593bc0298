//! How fast this appliance answers now: the site's own topics, asked one after the other with the models that serve.

use std::time::Instant;

use serde_json::{Value, json};
use tokio::runtime::Handle;

use crate::admin::Progress;
use crate::admin::jobs::Failed;
use crate::conversation::{Sound, Visit};
use crate::domain::{Language, Question};
use crate::http::App;

/// Questions that are asked.
const QUESTIONS_MAX: usize = 40;

/// Times of one kind, milliseconds.
#[derive(Default)]
struct Times(Vec<f64>);

impl Times {
    fn add(&mut self, since: Instant) {
        self.0.push(since.elapsed().as_secs_f64() * 1000.0);
    }

    fn shown(mut self) -> Value {
        self.0.sort_by(f64::total_cmp);
        let at = |share: f64| self.0.get(((self.0.len() as f64 * share) as usize).min(self.0.len().saturating_sub(1)));
        json!({"median": at(0.5), "p95": at(0.95)})
    }
}

/// Asks the topics' questions and speaks the first sound of each answer. Blocking; visitors go on being served between them.
///
/// # Errors
/// When there is nothing to ask.
pub fn measure(app: &App, runtime: &Handle, progress: &Progress) -> Result<Value, Failed> {
    let questions = questions(app, runtime);
    if questions.is_empty() {
        let hint = "import the site's knowledge";
        return Err(Failed { message: "the site's topics name no known item".into(), hint: hint.into() });
    }
    let total = questions.len() as u64;
    let (mut answers, mut sounds, mut refused) = (Times::default(), Times::default(), 0);
    for (done, (text, language)) in (0..).zip(questions) {
        if progress.stop().is_requested() {
            break;
        }
        progress.at(done, Some(total));
        progress.say(&text);
        let started = Instant::now();
        let mut visit = Visit::begin(language);
        let question = Question::typed(text, language);
        match runtime.block_on(app.conversation.turn(&mut visit, question, &mut |_| {})) {
            Ok(turn) => {
                answers.add(started);
                if runtime.block_on(first_sound(app, &turn.answer.text, turn.answer.language)) {
                    sounds.add(started);
                }
            }
            Err(error) => {
                tracing::debug!(%error, "a question of the benchmark had no answer");
                refused += 1;
            }
        }
    }
    progress.at(total, Some(total));
    Ok(json!({
        "questions": total, "failed": refused, "answer_ms": answers.shown(), "first_sound_ms": sounds.shown(),
        "models": app.conversation.engines.names.list().into_iter().map(|(role, name)| json!({"role": role, "model": name})).collect::<Vec<_>>(),
    }))
}

/// The first phrasing of every item that a topic names, in each language.
fn questions(app: &App, runtime: &Handle) -> Vec<(String, Language)> {
    let items: Vec<String> = app.terms().site.topics.iter().flat_map(|topic| topic.items.clone()).collect();
    let languages = app.terms().site.languages.clone();
    let asked = app.conversation.knowledge.call(move |knowledge, _| {
        let wanted = items.iter().flat_map(|id| languages.iter().map(move |language| (id, *language)));
        let found = wanted.filter_map(|(id, language)| {
            let item = knowledge.item(id, language).ok()??;
            Some((item.questions.into_iter().next()?, language))
        });
        found.take(QUESTIONS_MAX).collect::<Vec<_>>()
    });
    let Ok(pending) = asked else { return Vec::new() };
    runtime.block_on(pending).map(|timed| timed.value).unwrap_or_default()
}

async fn first_sound(app: &App, text: &str, language: Language) -> bool {
    let Ok(mut spoken) = app.conversation.speak(text, language) else { return false };
    while let Ok(Some(sound)) = spoken.next().await {
        if matches!(sound, Sound::Samples(_)) {
            return true;
        }
    }
    false
}

//! Fifth step: a decision becomes words. Approved answers are copied; sentences are picked; generated ones are guarded,
//! sentence by sentence, before anybody sees them.

use std::ops::ControlFlow;
use std::sync::atomic::Ordering;
use std::time::Instant;

use tokio::sync::mpsc;

use super::gather::Gathered;
use super::{Conversation, Decision, Look, Sentence, TurnError, Understood, Visit, Writer, guard, milliseconds};
use crate::domain::{Answer, Item, Language, Origin, Passage, Route, Show, Source, Timings};
use crate::engine::{Message, Role};
use crate::telemetry::Level;

/// Longest worded answer: two spoken sentences are about forty words.
const ANSWER_TOKENS_MAX: usize = 96;

const INSTRUCTION: &str =
    "Answer the question in one or two short sentences, using only the text. Copy numbers, times and names exactly.";
const INSTRUCTION_CHINESE: &str = "只根据给出的文字，用一两句简短的中文回答问题。数字、时间和名称必须原样照抄。";

/// A decision's ground: who asked what, with what is at hand.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub visit: &'a Visit,
    pub understood: &'a Understood,
    pub gathered: &'a Gathered,
    pub look: Option<&'a Look>,
    pub started: Instant,
}

impl Conversation {
    pub(super) async fn answer(
        &self,
        asked: Asked<'_>,
        decision: Decision<'_>,
        timings: &mut Timings,
        on_sentence: &mut (dyn FnMut(&str) + Send),
    ) -> Result<Answer, TurnError> {
        let language = asked.understood.language;
        Ok(match decision {
            Decision::Person => self.with_contact(Route::Handoff, language, Sentence::Person.text(language)),
            Decision::Decline => self.with_contact(Route::Decline, language, Sentence::Decline.text(language)),
            Decision::Clarify(choices) => {
                let sentence = if choices.len() == 1 { Sentence::ClarifyOne } else { Sentence::Clarify };
                Answer { choices, ..Answer::plain(Route::Clarify, language, sentence.text(language)) }
            }
            Decision::Live(system) => {
                let answer = self.live(asked.visit, system, language).await;
                told_with(asked.look, answer)
            }
            Decision::Seen => self.seen(asked.look, language),
            Decision::Approved(passage) => self.approved(asked, passage).await?,
            Decision::FromDocuments(passages) => {
                self.told_from_documents(asked, &passages, timings, on_sentence).await?
            }
        })
    }

    fn with_contact(&self, route: Route, language: Language, text: &str) -> Answer {
        Answer { handoff: Some(self.contact.clone()), ..Answer::plain(route, language, text) }
    }

    /// What was held up, told as it is; a text about which nothing is approved is declined.
    fn seen(&self, look: Option<&Look>, language: Language) -> Answer {
        match look.and_then(|look| Some((look, look.told.as_deref()?))) {
            Some((look, told)) => {
                let show = vec![Show::Seen(look.seen.clone())];
                Answer { show, ..Answer::plain(Route::Show, language, told) }
            }
            None => self.with_contact(Route::Decline, language, Sentence::SeenUnknown.text(language)),
        }
    }

    /// The approved words, and the item for the screen; an item that stands for a business system lets it speak when it can.
    async fn approved(&self, asked: Asked<'_>, passage: &Passage) -> Result<Answer, TurnError> {
        let item = self.item_of(passage).await?;
        if let Some(item) = &item
            && let Some(answer) = self.live_item(asked.visit, item, passage.language).await
        {
            return Ok(answer);
        }
        Ok(Answer {
            sources: vec![source(passage, passage.text.clone())],
            show: item.into_iter().map(|item| Show::Item(Box::new(item))).collect(),
            ..Answer::plain(Route::Answer, passage.language, &passage.text)
        })
    }

    async fn item_of(&self, passage: &Passage) -> Result<Option<Item>, TurnError> {
        let Origin::Item { id } = &passage.origin else { return Ok(None) };
        let (id, language) = (id.clone(), passage.language);
        Ok(self.knowledge.call(move |knowledge, _| knowledge.item(&id, language))?.await?.value?)
    }

    async fn told_from_documents(
        &self,
        asked: Asked<'_>,
        passages: &[&Passage],
        timings: &mut Timings,
        on_sentence: &mut (dyn FnMut(&str) + Send),
    ) -> Result<Answer, TurnError> {
        let language = asked.understood.language;
        let picked = picked(asked.gathered, passages);
        let worded = if asked.visit.may_word {
            self.worded(asked.understood, passages, asked.started, timings, on_sentence).await?
        } else {
            None
        };
        let text = worded.unwrap_or_else(|| join(&picked[0], language));
        let sources =
            passages.iter().zip(&picked).map(|(passage, sentences)| source(passage, join(sentences, language)));
        Ok(Answer { sources: sources.collect(), ..Answer::plain(Route::Answer, language, text) })
    }

    /// The answer in the language model's words, as far as the guard lets it pass; `None` where picked sentences must do.
    async fn worded(
        &self,
        understood: &Understood,
        passages: &[&Passage],
        started: Instant,
        timings: &mut Timings,
        on_sentence: &mut (dyn FnMut(&str) + Send),
    ) -> Result<Option<String>, TurnError> {
        // On a lower rung sentences are picked, which takes no memory and no heat.
        let words = |writer: &&Writer| writer.words_answers.load(Ordering::Relaxed) && self.level() == Level::Full;
        let Some(writer) = self.engines.writer.as_ref().filter(words) else { return Ok(None) };
        let texts: Vec<String> = passages.iter().map(|passage| passage.text.clone()).collect();
        let messages = prompt(understood, &texts);
        // One message a sentence, and no answer has more sentences than tokens: sending never waits.
        let (sentences, mut inbox) = mpsc::channel::<String>(ANSWER_TOKENS_MAX + 1);
        let Ok(pending) = writer.worker.call(move |generator, stop| {
            let mut told = Guarded { passages: texts, open: String::new(), sentences };
            let made = generator.generate(&messages, ANSWER_TOKENS_MAX, stop, &mut |piece| told.take(piece));
            told.finish();
            made
        }) else {
            return Ok(None);
        };
        let mut text = String::new();
        while let Some(sentence) = inbox.recv().await {
            timings.first_token.get_or_insert_with(|| milliseconds(started));
            on_sentence(&sentence);
            text.push_str(&sentence);
        }
        if let Ok(done) = pending.await
            && let Err(error) = done.value
        {
            tracing::warn!(%error, "the language model failed; picked sentences are shown");
        }
        let text = text.trim().to_string();
        Ok((!text.is_empty()).then_some(text))
    }
}

/// Collects pieces into sentences and lets each pass only when its passages say it. The first that does not ends the answer.
struct Guarded {
    passages: Vec<String>,
    open: String,
    sentences: mpsc::Sender<String>,
}

impl Guarded {
    fn take(&mut self, piece: &str) -> ControlFlow<()> {
        self.open.push_str(piece);
        while let Some(end) = sentence_end(&self.open) {
            let rest = self.open.split_off(end);
            let sentence = std::mem::replace(&mut self.open, rest);
            self.pass(sentence)?;
        }
        ControlFlow::Continue(())
    }

    fn finish(&mut self) {
        // What the token limit cut in the middle is no sentence and is not told.
        if self.open.trim_end().ends_with(['.', '!', '?', '。', '！', '？']) {
            let sentence = std::mem::take(&mut self.open);
            let _ = self.pass(sentence);
        }
    }

    fn pass(&mut self, sentence: String) -> ControlFlow<()> {
        let passages: Vec<&str> = self.passages.iter().map(String::as_str).collect();
        match guard::check(&sentence, &passages) {
            Ok(()) if self.sentences.try_send(sentence).is_ok() => ControlFlow::Continue(()),
            Ok(()) => ControlFlow::Break(()),
            Err(_) => {
                tracing::info!("a worded sentence was not in its passages and was kept back");
                self.open.clear();
                ControlFlow::Break(())
            }
        }
    }
}

/// The byte after the first sentence, when another character already follows it ("7.30" and "B.2" end nothing).
fn sentence_end(text: &str) -> Option<usize> {
    let mut chars = text.char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let after = at + c.len_utf8();
        match (c, chars.peek()) {
            ('。' | '！' | '？', _) => return Some(after),
            ('.' | '!' | '?', Some((_, next))) if next.is_whitespace() => return Some(after),
            _ => {}
        }
    }
    None
}

/// Passages come before the question, so that a second question on them reuses the cache.
fn prompt(understood: &Understood, texts: &[String]) -> Vec<Message> {
    let (instruction, label) = match understood.language {
        Language::English => (INSTRUCTION, "Question"),
        Language::Chinese => (INSTRUCTION_CHINESE, "问题"),
    };
    vec![
        Message { role: Role::System, text: instruction.into() },
        Message { role: Role::User, text: format!("{}\n\n{label}: {}", texts.join("\n\n"), understood.text) },
    ]
}

/// What was held up is told before the news that nothing is on record of it.
fn told_with(look: Option<&Look>, answer: Answer) -> Answer {
    match look.and_then(|look| look.told.as_ref()).filter(|_| answer.route == Route::Decline) {
        Some(told) => {
            let between = if answer.language == Language::Chinese { "" } else { " " };
            Answer { text: format!("{told}{between}{}", answer.text), ..answer }
        }
        None => answer,
    }
}

/// The picked sentences of each of `passages`; a passage from which none could be picked is given whole.
fn picked(gathered: &Gathered, passages: &[&Passage]) -> Vec<Vec<String>> {
    let of = |passage: &Passage| {
        let at = gathered.passages.iter().position(|candidate| std::ptr::eq(candidate, passage));
        at.and_then(|at| gathered.picked.get(at)).filter(|sentences| !sentences.is_empty()).cloned()
    };
    passages.iter().map(|passage| of(passage).unwrap_or_else(|| vec![passage.text.clone()])).collect()
}

fn join(sentences: &[String], language: Language) -> String {
    let between = if language == Language::Chinese { "" } else { " " };
    sentences.iter().map(|sentence| sentence.trim()).collect::<Vec<_>>().join(between)
}

fn source(passage: &Passage, quote: String) -> Source {
    let (document, section) = match &passage.origin {
        Origin::Item { id } => (id.clone(), passage.title.clone()),
        Origin::Document { file, section } => (file.clone(), section.clone()),
    };
    Source { document, section, quote, score: passage.score }
}

#[cfg(test)]
mod tests {
    use super::sentence_end;

    #[test]
    fn a_sentence_ends_where_another_begins() {
        assert_eq!(sentence_end("Open from 7.30 to 9. Then closed"), Some(20));
        assert_eq!(sentence_end("Open from 7.30 to 9."), None);
        assert_eq!(sentence_end("七点开门。八点"), Some("七点开门。".len()));
    }
}

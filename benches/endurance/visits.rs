//! Visits as they come: what is asked, in both languages, by typing and aloud.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::server::Socket;

/// Answered, declined, asked back, shown: every route a day has.
pub const QUESTIONS: [(&str, &str); 10] = [
    ("en", "Is there free wifi?"),
    ("zh", "请问药店在哪里？"),
    ("en", "Where can I leave my suitcase for a few hours?"),
    ("en", "How is my pet doing?"),
    ("zh", "登机口B22怎么走"),
    ("en", "What is the capital of Mongolia?"),
    ("zh", "可以带多少液体"),
    ("en", "Where is gate B22?"),
    ("en", "My card was swallowed"),
    ("zh", "打车去市中心多少钱"),
];

/// One visit of some questions; how long each answer took from the asking to its end.
pub async fn visit(socket: &mut Socket, first: usize, questions: usize) -> Vec<Duration> {
    let mut times = Vec::new();
    for number in first..first + questions {
        let (language, text) = QUESTIONS[number % QUESTIONS.len()];
        socket.say(json!({"type": "session.update", "session": {"usher": {"language": language}}})).await;
        let began = Instant::now();
        socket.ask(text).await;
        socket.first("the end of an answer", is_over).await;
        times.push(began.elapsed());
    }
    socket.say(json!({"type": "usher.end"})).await;
    socket.first("the end of the visit", |event| event["type"] == "usher.ended").await;
    times
}

fn is_over(event: &Value) -> bool {
    event["type"] == "response.done"
}

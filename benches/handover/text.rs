//! How soon a person reads what a visitor types, and how soon a touch is answered: kiosk and desk as two programs.

use std::time::Instant;

use serde_json::json;

use crate::kills::Pair;
use crate::quantiles;
use crate::server::Socket;

const LINES: usize = 1_000;
const TOUCHES: usize = 100;

pub async fn measure(is_quick: bool) {
    let share = if is_quick { 10 } else { 1 };
    let pair = Pair::open(None);
    let mut agent = pair.agent().await;
    let mut visitor = pair.kiosk().open().await;
    visitor.until("session.created").await;
    // The first wish waits for the kiosk to hear who is there.
    while !touch(&mut visitor).await {}
    let case = agent.take().await;
    visitor.handoff("live").await;
    let mut lines = Vec::new();
    for number in 0..LINES / share {
        let text = format!("where is gate {number}");
        let began = Instant::now();
        visitor.say(json!({"type": "usher.handoff.typing", "text": text})).await;
        agent.socket.first("the line", |event| event["type"] == "typing" && event["text"] == text).await;
        lines.push(began.elapsed());
    }
    agent.end(&case, &[]).await;
    visitor.handoff("wrap_up").await;
    visitor.say(json!({"type": "usher.handoff.done"})).await;
    visitor.handoff("bot").await;
    agent.say(json!({"type": "state", "state": "busy"})).await;
    let mut touches = Vec::new();
    for _ in 0..TOUCHES / share {
        let began = Instant::now();
        assert!(touch(&mut visitor).await, "nobody is there any more");
        touches.push(began.elapsed());
        visitor.say(json!({"type": "usher.handoff.cancel"})).await;
        visitor.handoff("bot").await;
    }
    println!("text: a visitor's typing at the agent's page: {}", quantiles(&mut lines));
    println!("text: touch to 'requested', written to disk: {}", quantiles(&mut touches));
}

/// Whether the wish was taken.
async fn touch(visitor: &mut Socket) -> bool {
    visitor.say(json!({"type": "usher.person"})).await;
    let told = visitor
        .first("an answer", |event| {
            event["type"] == "usher.handoff" && (event["state"] == "requested" || event["state"] == "unavailable")
        })
        .await;
    if told["state"] == "unavailable" {
        visitor.say(json!({"type": "usher.handoff.done"})).await;
        visitor.handoff("bot").await;
        tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    }
    told["state"] == "requested"
}

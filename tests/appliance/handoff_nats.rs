//! Two desks that share one queue over a bus, and a kiosk: what happens when one of the three dies.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::desk::{self, Agent};
use crate::nats::Bus;
use crate::server::{Server, Socket};
use crate::support;

/// A dead desk's cases ring elsewhere within this; a desk is believed for four seconds.
const TAKEN_OVER_WITHIN: Duration = Duration::from_secs(60);

/// A bus, a kiosk, and two desks with one agent each.
struct Scene {
    bus: Bus,
    desks: Vec<Option<Server>>,
    agents: Vec<Agent>,
    _kiosk: Server,
    visitor: Socket,
    folder: tempfile::TempDir,
    file: PathBuf,
}

impl Scene {
    async fn open() -> Self {
        let folder = tempfile::tempdir().expect("a folder can be made");
        let bus = Bus::start();
        let file = support::site_with_desk(folder.path(), &bus.link());
        let (mut desks, mut agents) = (Vec::new(), Vec::new());
        for name in ["anna", "ben"] {
            let data = folder.path().join(name);
            desk::add_with(&data, ["--config", file.to_str().unwrap()], name, "en,zh");
            let server = Server::at(0, &data, "desk", &file);
            agents.push(Agent::come(&server, name).await);
            desks.push(Some(server));
        }
        let kiosk = Server::at(0, &folder.path().join("kiosk"), "serve", &file);
        let visitor = kiosk.open().await;
        Self { bus, desks, agents, _kiosk: kiosk, visitor, folder, file }
    }

    /// Asks until the kiosk knows that somebody is there.
    async fn ask(&mut self) -> Value {
        ask(&mut self.visitor).await
    }

    /// Who is called.
    async fn rung(&mut self) -> (usize, String) {
        let [anna, ben] = &mut self.agents[..] else { unreachable!("two agents") };
        tokio::select! {
            case = anna.rung() => (0, case),
            case = ben.rung() => (1, case),
        }
    }

    async fn live(&mut self) -> (usize, String) {
        self.ask().await;
        let (who, case) = self.rung().await;
        self.take(who, &case).await;
        (who, case)
    }

    async fn take(&mut self, who: usize, case: &str) -> Value {
        self.agents[who].say(json!({"type": "accept", "case": case})).await;
        let whole = self.agents[who].told("case").await;
        self.agents[who].say(json!({"type": "ready", "case": case})).await;
        self.visitor.handoff("live").await;
        whole
    }

    /// A line of each to the other.
    async fn talk(&mut self, who: usize, case: &str, text: &str) {
        self.agents[who].say(json!({"type": "message", "case": case, "text": format!("agent: {text}")})).await;
        let is_it =
            |event: &Value| event["type"] == "usher.handoff.message" && event["text"] == format!("agent: {text}");
        self.visitor.first("the agent's line", is_it).await;
        self.visitor.say(json!({"type": "usher.handoff.message", "text": text})).await;
        let is_it = |event: &Value| event["type"] == "message" && event["from"] == "visitor" && event["text"] == text;
        self.agents[who].socket.first("the visitor's line", is_it).await;
    }

    /// Nobody is called before they say so.
    async fn pause(&mut self) {
        for agent in &mut self.agents {
            agent.say(json!({"type": "state", "state": "busy"})).await;
            agent
                .socket
                .first("a busy agent", |event| event["type"] == "board" && event["agents"][0]["state"] == "busy")
                .await;
        }
    }

    /// Waits until every agent's board `is_it`.
    async fn boards(&mut self, what: &str, is_it: impl Fn(&Value) -> bool) {
        for agent in &mut self.agents {
            agent.socket.first(what, |event| event["type"] == "board" && is_it(event)).await;
        }
    }

    fn records(&self, name: &str) -> Value {
        records(&self.folder.path().join(name), &self.file)
    }
}

/// The hand-overs that a desk knows to be over.
pub fn records(data: &Path, file: &Path) -> Value {
    support::usher_in(data, "", &["desk", "records", "--json", "--config", file.to_str().unwrap()]).document()
}

/// Asks for a person until the kiosk knows that one is there.
pub async fn ask(visitor: &mut Socket) -> Value {
    let since = Instant::now();
    loop {
        visitor.say(json!({"type": "usher.person"})).await;
        let asked = |event: &Value| {
            event["type"] == "usher.handoff" && (event["state"] == "requested" || event["state"] == "unavailable")
        };
        let told = visitor.first("an answer to the wish", asked).await;
        if told["state"] == "requested" {
            return told;
        }
        assert!(since.elapsed() < TAKEN_OVER_WITHIN, "nobody is there: {told}");
        visitor.say(json!({"type": "usher.handoff.done"})).await;
        visitor.handoff("bot").await;
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

fn is_empty(list: &Value) -> bool {
    list.as_array().is_some_and(Vec::is_empty)
}

#[tokio::test]
async fn a_hand_over_goes_through_the_bus_and_every_desk_has_its_record() {
    let mut scene = Scene::open().await;
    let (who, case) = scene.live().await;
    scene.talk(who, &case, "hello").await;
    scene.visitor.say(json!({"type": "usher.handoff.typing", "text": "thank"})).await;
    scene.agents[who].told("typing").await;
    scene.agents[who].end(&case, &["a call before noon"]).await;
    assert_eq!(scene.visitor.handoff("wrap_up").await["promises"], json!(["a call before noon"]));
    scene.visitor.say(json!({"type": "usher.handoff.rate", "stars": 4})).await;
    let since = Instant::now();
    for name in ["anna", "ben"] {
        while scene.records(name)[0]["stars"] != 4 {
            assert!(since.elapsed() < TAKEN_OVER_WITHIN, "{name}'s desk has {}", scene.records(name));
        }
        let records = scene.records(name);
        assert_eq!((records.as_array().unwrap().len(), &records[0]["case"]), (1, &json!(case)));
    }
}

#[tokio::test]
async fn a_desk_killed_in_mid_conversation_loses_neither_the_visitor_nor_a_word() {
    let mut scene = Scene::open().await;
    let (who, case) = scene.live().await;
    scene.talk(who, &case, "one").await;
    scene.talk(who, &case, "two").await;
    let since = Instant::now();
    scene.desks[who] = None;
    let other = 1 - who;
    assert_eq!(scene.agents[other].rung().await, case);
    assert!(since.elapsed() < TAKEN_OVER_WITHIN, "taken over after {:?}", since.elapsed());
    let whole = scene.take(other, &case).await;
    let said: Vec<&str> =
        whole["case"]["messages"].as_array().unwrap().iter().map(|line| line["text"].as_str().unwrap()).collect();
    // A line that the desk had not kept when it died is the kiosk's to say again.
    assert!(said.starts_with(&["agent: one", "one"]), "{said:?}");
    if !said.contains(&"two") {
        scene.agents[other].socket.first("the visitor's last line", |event| event["text"] == "two").await;
    }
    scene.talk(other, &case, "three").await;
    scene.agents[other].end(&case, &[]).await;
    scene.visitor.handoff("wrap_up").await;
}

#[tokio::test]
async fn a_bus_killed_while_somebody_waits_and_while_they_talk_is_only_a_pause() {
    let mut scene = Scene::open().await;
    scene.ask().await;
    let (who, case) = scene.rung().await;
    scene.agents[who].say(json!({"type": "state", "state": "busy"})).await;
    scene.agents[1 - who].say(json!({"type": "state", "state": "busy"})).await;
    scene.visitor.handoff("queued").await;
    scene.bus.kill();
    scene.bus.again();
    let free = 1 - who;
    scene.agents[free].say(json!({"type": "state", "state": "free"})).await;
    assert_eq!(scene.agents[free].rung().await, case);
    scene.take(free, &case).await;
    scene.talk(free, &case, "before").await;
    scene.bus.kill();
    scene.visitor.say(json!({"type": "usher.handoff.message", "text": "meanwhile"})).await;
    scene.bus.again();
    scene.agents[free]
        .socket
        .first("what was said meanwhile", |event| event["type"] == "message" && event["text"] == "meanwhile")
        .await;
    scene.talk(free, &case, "after").await;
    scene.agents[free].end(&case, &[]).await;
    scene.visitor.handoff("wrap_up").await;
}

#[tokio::test]
async fn a_booked_call_is_on_every_board_until_it_is_made() {
    let mut scene = Scene::open().await;
    scene.pause().await;
    scene.ask().await;
    scene.visitor.handoff("queued").await;
    scene.visitor.say(json!({"type": "usher.handoff.callback", "name": "Mei", "phone": "+65 5550 0100"})).await;
    scene.visitor.handoff("callback_booked").await;
    scene.boards("a booked call", |board| board["callbacks"][0]["phone"] == "+65 5550 0100").await;
    scene.agents[0].say(json!({"type": "state", "state": "away"})).await;
    let board = scene.agents[0].socket.first("a board", |event| event["type"] == "board").await;
    scene.agents[0].say(json!({"type": "called", "id": board["callbacks"][0]["id"]})).await;
    scene.boards("no call", |board| is_empty(&board["callbacks"])).await;
}

#[tokio::test]
async fn who_no_longer_waits_is_gone_from_every_board_and_counted_once() {
    let mut scene = Scene::open().await;
    scene.pause().await;
    scene.ask().await;
    scene.boards("a waiting visitor", |board| !is_empty(&board["waiting"])).await;
    scene.visitor.say(json!({"type": "usher.handoff.cancel"})).await;
    scene.boards("nobody waiting", |board| is_empty(&board["waiting"])).await;
    let since = Instant::now();
    while is_empty(&scene.records("anna")) || is_empty(&scene.records("ben")) {
        assert!(since.elapsed() < TAKEN_OVER_WITHIN, "the record is missing");
    }
    assert_eq!(scene.records("anna").as_array().unwrap().len(), 1);
}

/// Further kiosks on the scene's bus, each with a visitor.
async fn more_kiosks(scene: &Scene, count: usize) -> Vec<(Server, Socket)> {
    let mut kiosks = Vec::new();
    for number in 0..count {
        let folder = scene.folder.path().join(format!("kiosk-{number}"));
        std::fs::create_dir(&folder).expect("the folder can be made");
        let link = format!("{}\nkiosk = \"kiosk-{number}\"", scene.bus.link());
        let kiosk = Server::at(0, &folder, "serve", &support::site_with_desk(&folder, &link));
        let visitor = kiosk.open().await;
        kiosks.push((kiosk, visitor));
    }
    kiosks
}

#[tokio::test]
async fn two_desks_never_call_two_people_for_one_visitor() {
    const KIOSKS: usize = 3;
    const ROUNDS: usize = 4;
    let mut scene = Scene::open().await;
    let mut kiosks = more_kiosks(&scene, KIOSKS).await;
    let mut rung: Vec<String> = Vec::new();
    for round in 1..=ROUNDS {
        for (_, visitor) in &mut kiosks {
            ask(visitor).await;
        }
        while rung.len() < KIOSKS * round {
            let (who, case) = scene.rung().await;
            scene.agents[who].say(json!({"type": "accept", "case": case})).await;
            scene.agents[who].told("case").await;
            scene.agents[who].end(&case, &[]).await;
            rung.push(case);
        }
        for (_, visitor) in &mut kiosks {
            visitor.handoff("wrap_up").await;
            visitor.say(json!({"type": "usher.handoff.done"})).await;
            visitor.handoff("bot").await;
        }
    }
    let calls = rung.len();
    rung.sort();
    rung.dedup();
    assert_eq!(rung.len(), calls, "a case rang twice");
}

//! Knowledge through its door, with the real embedding model.

mod embedding;
mod importing;
mod searching;
mod small;
mod storing;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use jiff::civil::{DateTime, datetime};
use tempfile::TempDir;
use usher::base::worker::Worker;
use usher::domain::{Language, Origin, Passage};
use usher::engine::open_embedder;
use usher::knowledge::{Found, Imported, Knowledge, KnowledgeError, SharedEmbedder};

use crate::support::models_dir;

/// A noon on which the dated items of these tests are valid.
const NOON: DateTime = datetime(2026, 12, 1, 12, 0, 0, 0);

fn embedder() -> SharedEmbedder {
    Arc::new(Worker::start("embedder", 8, open_embedder(&models_dir().join("all-minilm-l6-v2")).unwrap()))
}

/// A site in a folder of its own.
struct Site {
    folder: TempDir,
    knowledge: Knowledge,
}

impl Site {
    /// Without the model, as on a box whose pack was not fetched.
    fn plain() -> Self {
        Self::open(None)
    }

    fn with_model() -> Self {
        Self::open(Some(embedder()))
    }

    fn open(embedder: Option<SharedEmbedder>) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("site")).unwrap();
        let knowledge = Knowledge::open(&folder.path().join("knowledge.db"), embedder).unwrap();
        Self { folder, knowledge }
    }

    fn path(&self) -> PathBuf {
        self.folder.path().join("site")
    }

    fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    fn import(&mut self) -> Result<Imported, KnowledgeError> {
        let path = self.path();
        self.knowledge.import(&[path], &mut |_| ())
    }

    fn names(&mut self) -> Vec<String> {
        self.knowledge.list().unwrap().into_iter().map(|one| format!("{} {}", one.name, one.language)).collect()
    }

    fn search(&mut self, question: &str) -> Found {
        let language = Language::of_text(question).unwrap_or(Language::English);
        self.knowledge.search(question, language, NOON).unwrap()
    }

    /// What the best passage is: an item's id, or a document's file and section.
    fn best(&mut self, question: &str) -> Option<String> {
        self.search(question).passages.first().map(name_of)
    }

    /// The best passage that is sure enough to be answered with.
    fn answer(&mut self, question: &str) -> Option<String> {
        self.search(question).answer().map(name_of)
    }
}

fn name_of(passage: &Passage) -> String {
    match &passage.origin {
        Origin::Item { id } => id.clone(),
        Origin::Document { file, section } => format!("{file}#{section}"),
    }
}

/// A line of an items file.
fn item(id: &str, language: &str, questions: &[&str], answer: &str) -> String {
    let line = serde_json::json!({"id": id, "language": language, "questions": questions, "answer": answer});
    format!("{line}\n")
}

/// The same line with one more key.
fn with(line: &str, key: &str, value: &str) -> String {
    let mut line: serde_json::Value = serde_json::from_str(line).unwrap();
    line[key] = value.into();
    format!("{line}\n")
}

/// The whole text of an error's chain.
fn chain(error: &dyn std::error::Error) -> String {
    let source = error.source().map(|source| format!(": {}", chain(source))).unwrap_or_default();
    format!("{error}{source}")
}

/// A small airport in both languages: gates, their like, and things that are near in words but not in meaning.
fn airport(site: &Site) -> &Path {
    let english = [
        item(
            "gate-b22",
            "en",
            &["Where is gate B22?", "way to B22"],
            "Gate B22 is in Terminal 1, eleven minutes after security.",
        ),
        item(
            "gate-c14",
            "en",
            &["Where is gate C14?", "way to C14"],
            "Gate C14 is in Terminal 2; take the train from level 2.",
        ),
        item(
            "gates-a",
            "en",
            &["Where are gates A1 to A20?", "the A pier"],
            "Gates A1 to A20 are left of passport control.",
        ),
        item(
            "toilets",
            "en",
            &["Where are the toilets?", "restroom", "I need the loo"],
            "Toilets are behind check-in island D.",
        ),
        item(
            "wifi",
            "en",
            &["Is there free Wi-Fi?", "internet password", "wireless network"],
            "Choose the network Free-Air; no password.",
        ),
        item(
            "left-luggage",
            "en",
            &["Where can I leave my suitcase for the day?", "luggage storage"],
            "Left luggage is on level B1, $12 a day.",
        ),
        item(
            "delayed-bag",
            "en",
            &["My suitcase did not arrive", "bag missing at the carousel"],
            "Go to the baggage desk by belt 6.",
        ),
        item("taxi", "en", &["Where do I get a taxi?", "cab to the city"], "Taxis wait outside exit 5 on level 1."),
        item("pharmacy", "en", &["Is there a pharmacy?", "I need headache tablets"], "The pharmacy is beside exit 3."),
        item(
            "prayer-room",
            "en",
            &["prayer room", "Where can I pray?"],
            "The prayer room is on level 4 beside lift 6.",
        ),
    ];
    let chinese = [
        item("gate-b22", "zh", &["B22登机口在哪里？", "去B22怎么走"], "B22登机口在1号航站楼，安检后步行11分钟。"),
        item("gate-c14", "zh", &["C14登机口在哪里？", "去C14怎么走"], "C14登机口在2号航站楼，请在二层乘捷运。"),
        item("toilets", "zh", &["洗手间在哪里？", "我想上厕所"], "洗手间在D岛后面。"),
        item("wifi", "zh", &["有免费的无线网络吗？", "上网密码是多少"], "请选择网络Free-Air，不需要密码。"),
        item("left-luggage", "zh", &["哪里可以寄存行李？", "行李存放一天多少钱"], "行李寄存在B1层，每天$12。"),
        item("delayed-bag", "zh", &["我的行李没有到", "转盘上没有我的箱子"], "请到6号转盘旁的行李服务台。"),
        item("taxi", "zh", &["在哪里坐出租车？", "打车去市区"], "出租车在一层5号出口外。"),
        item("pharmacy", "zh", &["有药店吗？", "我头疼想买药"], "药店在3号出口旁。"),
        item("prayer-room", "zh", &["祈祷室在哪里？", "哪里可以做礼拜"], "祈祷室在四层6号电梯旁。"),
    ];
    site.write("items.en.jsonl", english.concat());
    site.write("items.zh.jsonl", chinese.concat());
    site.write(
        "documents/pets.en.md",
        "# Travelling with pets\n\n## The crate\n\nThe animal must be able to stand and turn round in its crate. A water bowl must be fixed inside \
         the door.\n\n## What a pet costs\n\n| weight with crate | fee |\n|---|---|\n| up to 10 kg | $90 |\n| over 10 kg | $160 |\n\n\
         Birds and rabbits travel as cargo only.\n",
    );
    site.write(
        "documents/pets.zh.md",
        "# 携带宠物\n\n## 航空箱\n\n动物必须能在航空箱里站立和转身。箱门内侧必须固定水碗。\n\n## 宠物收费\n\n| 含箱重量 | 费用 |\n|---|---|\n\
         | 10公斤以内 | $90 |\n| 10公斤以上 | $160 |\n\n鸟类和兔子只能作为货物运输。\n",
    );
    Path::new("site")
}

//! Sites of one page, of three items and of ten: what a word tells must not hang on how much else the site has.

use std::fs;

use serde_json::json;
use usher::knowledge::CLARIFY_SCORE_MIN;

use super::{Site, item};
use crate::support::{self, usher_in};

/// Everyday questions of a kiosk, none of which the small sites answer.
const ELSEWHERE: [&str; 6] = [
    "what is the capital of France",
    "where can I rent a surfboard",
    "who won the football match last night",
    "明天东京天气怎么样",
    "总统是谁",
    "哪里可以租冲浪板",
];

const TEN: [(&str, &str, &str, &str); 10] = [
    ("opening", "When do you open?", "几点开门？", "At nine. 九点。"),
    ("tickets", "How much is a ticket?", "门票多少钱？", "Eight dollars. 八元。"),
    ("cloakroom", "Where can I leave my coat?", "大衣可以寄存在哪里？", "Beside the door. 在门旁。"),
    ("tours", "Is there a guided tour?", "有导览吗？", "Every hour. 每小时一次。"),
    ("cafe", "Where is the café?", "咖啡厅在哪里？", "On the roof. 在楼顶。"),
    ("photos", "May I take photographs?", "可以拍照吗？", "Without flash. 不开闪光灯即可。"),
    ("lift", "Is there a lift?", "有电梯吗？", "Behind the stairs. 在楼梯后面。"),
    ("toilets", "Where are the toilets?", "洗手间在哪里？", "In the basement. 在地下室。"),
    ("shop", "Do you sell postcards?", "有明信片卖吗？", "At the till. 在收银台。"),
    ("dogs", "Can I bring my dog?", "可以带狗进来吗？", "Only guide dogs. 只许导盲犬。"),
];

fn site_of(count: usize) -> Site {
    let mut site = Site::with_model();
    let lines = TEN[..count]
        .iter()
        .map(|(id, english, chinese, answer)| item(id, "en", &[english], answer) + &item(id, "zh", &[chinese], answer));
    site.write("items.jsonl", lines.collect::<String>());
    site.import().unwrap();
    site
}

/// A page of the airport's documents, and nothing else.
fn page(name: &str) -> Site {
    let mut site = Site::with_model();
    let text = fs::read_to_string(support::sites().join("airport/documents").join(name)).unwrap();
    site.write(name, text);
    site.import().unwrap();
    site
}

#[test]
fn a_single_page_answers_what_it_tells_and_nothing_else() {
    for (name, questions) in [
        (
            "pets.en.md",
            [
                ("what does a pet of 8 kg cost", "What a pet costs"),
                ("what must the crate be made of", "The crate"),
                ("where is the pet hotel", "Leaving a pet at the airport"),
            ],
        ),
        (
            "pets.zh.md",
            [
                ("宠物收费是多少", "宠物收费"),
                ("航空箱有什么要求", "航空箱要求"),
                ("可以把宠物留在机场吗", "把宠物留在机场"),
            ],
        ),
    ] {
        let mut site = page(name);
        for (question, section) in questions {
            let answer = site.answer(question);
            assert!(answer.as_ref().is_some_and(|answer| answer.contains(section)), "{question}: {answer:?}");
        }
        for question in ELSEWHERE.into_iter().chain(["where is gate B22", "无线网密码是多少"]) {
            assert_eq!(site.answer(question), None, "{question}");
        }
    }
}

#[test]
fn sites_of_three_and_ten_items_answer_their_own_questions_in_other_words() {
    let reworded = [
        ("opening", "what time do you open tomorrow", "早上几点开门"),
        ("tickets", "what does a ticket cost", "一张门票要多少钱"),
        ("cloakroom", "somewhere to leave my coat", "大衣能放在哪里寄存"),
        ("tours", "are there guided tours", "请问有没有导览"),
        ("cafe", "is there a café here", "请问咖啡厅在什么地方"),
        ("photos", "can I take photos", "里面能不能拍照"),
        ("lift", "where's the lift", "电梯在哪儿"),
        ("toilets", "toilet please", "厕所在哪里"),
        ("shop", "where can I buy postcards", "哪里卖明信片"),
        ("dogs", "are dogs allowed", "能带小狗进来吗"),
    ];
    for count in [1, 3, 10] {
        let mut site = site_of(count);
        for (id, english, chinese) in &reworded[..count] {
            for question in [english, chinese] {
                let best = site.search(question).passages.into_iter().next();
                let offered = best.filter(|best| best.score >= CLARIFY_SCORE_MIN);
                assert_eq!(offered.as_ref().map(super::name_of).as_deref(), Some(*id), "{question} of {count}");
            }
        }
        let answers = |questions: &[&str], site: &mut Site| {
            questions.iter().filter(|question| site.answer(question).is_some()).count()
        };
        let asked: Vec<&str> =
            reworded[..count].iter().flat_map(|(_, english, chinese)| [*english, *chinese]).collect();
        let answered = answers(&asked, &mut site);
        assert!(answered * 4 >= asked.len() * 3, "{answered} of {} answered with {count} items", asked.len());
        assert_eq!(answers(&ELSEWHERE, &mut site), 0, "of {count}");
    }
}

#[test]
fn a_site_of_three_items_answers_at_the_command_line() {
    let data = tempfile::tempdir().unwrap();
    support::link_models(data.path());
    let lines = TEN[..3]
        .iter()
        .map(|(id, english, chinese, answer)| item(id, "en", &[english], answer) + &item(id, "zh", &[chinese], answer));
    let file = data.path().join("items.jsonl");
    fs::write(&file, lines.collect::<String>()).unwrap();
    let imported = usher_in(data.path(), "", &["knowledge", "import", file.to_str().unwrap(), "--json"]).document();
    assert_eq!(imported["items"], json!(6));
    for (question, source) in [("How much does a ticket cost?", "tickets"), ("大衣寄存在哪里", "cloakroom")] {
        let answer = usher_in(data.path(), "", &["ask", question, "--json"]).document();
        assert_eq!(
            (&answer["route"], &answer["sources"][0]["document"]),
            (&json!("answer"), &json!(source)),
            "{answer}"
        );
    }
    let unknown = usher_in(data.path(), "", &["ask", "Where can I rent a surfboard?", "--json"]).document();
    assert_ne!(unknown["route"], "answer", "{unknown}");
}

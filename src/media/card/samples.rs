//! Facts at their worst, for trying templates: words without end, nothing where something may be, markup, full tables.

use super::{
    BagFacts, CameraFacts, CardKind, End, Facts, FeeFacts, FlightFacts, Icon, PlaceFacts, Status, StepFacts, TextFacts,
    TitleFacts,
};

/// Texts that a template has to lay out, each for every part of a card.
const TEXTS: [&str; 6] = [
    "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft Rindfleischetikettierungsüberwachung",
    "在航站楼三层值机岛旁边的自助行李托运设备上扫描登机牌和护照后按照屏幕提示把行李放到传送带上等待称重并打印行李牌，\
     然后请妥善保管收据，直到在目的地取到行李为止；如有疑问，请随时向问询台的工作人员咨询，他们全天为您服务。",
    "<script>alert(1)</script> & \"quoted\" 'text' </text></svg> {{ 7 * 7 }}",
    "Please keep your boarding pass and passport ready, follow the signs to level 3, and ask any member of staff in a green \
     scarf when something is not clear; they speak English and Chinese and are glad to walk with you to the right counter.",
    "WWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWWW",
    "A",
];

/// Every kind of card with every text, full and bare.
pub(super) fn all() -> Vec<Facts> {
    TEXTS.iter().flat_map(|text| full(text)).chain(bare()).collect()
}

fn full(text: &str) -> Vec<Facts> {
    let some = || Some(text.to_owned());
    let many = |count: usize| vec![text.to_owned(); count];
    let status = |is_good| Some(Status { text: text.into(), is_good });
    let end = || End { code: text.into(), city: some() };
    let steps = StepFacts {
        icon: Icon::List,
        title: text.into(),
        steps: many(CardKind::STEPS_MAX + 3),
        now: Some(1),
        note: some(),
    };
    let title = TitleFacts { icon: Icon::Plane, title: text.into(), subtitle: some() };
    vec![
        Facts::Card(PlaceFacts {
            icon: Icon::Clock,
            picture: None,
            title: text.into(),
            lines: many(CardKind::LINES_MAX + 2),
            status: status(false),
            place: some(),
            hours: some(),
            fee: some(),
            note: some(),
        }),
        Facts::Steps(steps.clone()),
        Facts::ClipSteps(steps),
        Facts::Fees(FeeFacts {
            title: text.into(),
            head: many(CardKind::COLUMNS_MAX + 1),
            rows: vec![many(CardKind::COLUMNS_MAX + 1); CardKind::ROWS_MAX + 3],
            status: status(true),
            place: some(),
            note: some(),
        }),
        Facts::Flight(FlightFacts {
            flight: text.into(),
            airline: some(),
            from: end(),
            to: end(),
            date: some(),
            gate: some(),
            boarding: some(),
            departs: some(),
            seat: some(),
            group: some(),
            terminal: some(),
            status: status(false),
            note: some(),
        }),
        Facts::Bag(BagFacts {
            is_animal: true,
            name: text.into(),
            tag: some(),
            flight: some(),
            status: status(true),
            place: some(),
            time: some(),
            temperature: some(),
            as_of: some(),
            is_stale: true,
            note: some(),
        }),
        Facts::Text(TextFacts { title: text.into(), lines: many(CardKind::READ_MAX + 4), note: some() }),
        Facts::ClipTitle(title.clone()),
        Facts::ClipMap(title),
        Facts::ClipCamera(CameraFacts {
            icon: Icon::Paw,
            title: text.into(),
            place: text.into(),
            time: text.into(),
            is_live: true,
            status: status(true),
            values: vec![(text.into(), text.into()); CardKind::VALUES_MAX + 2],
        }),
    ]
}

/// Nothing but what every card has, and empty texts.
fn bare() -> Vec<Facts> {
    let title = || "A".to_owned();
    let titled = || TitleFacts { title: title(), ..TitleFacts::default() };
    let listed = || StepFacts { title: title(), steps: vec![title()], ..StepFacts::default() };
    let fees = |rows| FeeFacts { title: title(), rows, ..FeeFacts::default() };
    vec![
        Facts::Card(PlaceFacts { title: title(), ..PlaceFacts::default() }),
        Facts::Card(PlaceFacts::default()),
        Facts::Steps(listed()),
        Facts::Steps(StepFacts::default()),
        Facts::ClipSteps(listed()),
        Facts::ClipSteps(StepFacts::default()),
        Facts::Fees(fees(vec![vec![title()]])),
        Facts::Fees(fees(vec![vec![title(), title(), title()], vec![title()], Vec::new()])),
        Facts::Fees(FeeFacts::default()),
        Facts::Flight(FlightFacts { flight: title(), ..FlightFacts::default() }),
        Facts::Bag(BagFacts { name: title(), ..BagFacts::default() }),
        Facts::Text(TextFacts { title: title(), ..TextFacts::default() }),
        Facts::ClipTitle(titled()),
        Facts::ClipMap(titled()),
        Facts::ClipCamera(CameraFacts { title: title(), ..CameraFacts::default() }),
    ]
}

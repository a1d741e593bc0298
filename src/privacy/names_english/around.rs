//! What the words before and after a possible name say about it. Knows cues, not names.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use crate::privacy::cue::before;
use crate::privacy::pattern;
use crate::privacy::words::{known, plain};

/// How far the words before and after are read.
const REACH_BYTES: usize = 48;

const ANNOUNCED: i32 = 5;
const INTRODUCED: i32 = 2;
const PERSON_BEFORE: i32 = 1;
const PERSON_AFTER: i32 = 1;
const PLACE_BEFORE: i32 = -3;
const TOWARDS: i32 = -1;
const ARTICLE_BEFORE: i32 = -1;
const THING_AFTER: i32 = -4;

/// "my name is", "Mr": what follows is a name whatever it looks like.
static NAME: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)(?:\bnames?(?:\ is|'s|\ was|\ are|\ of|\ as|\ should\ be|\ to|\ under|(?:\ \p{Ll}+){1,4}\ (?:is|are|was|be|reads?|says?))?\s?:?|\b(?:called|named|(?:surname|last\ name|family\ name|first\ name|given\ names?|maiden\ name)(?:\ is|'s|\ was)?:?)
        |\b(?:mr|mrs|ms|miss|mx|dr|prof|professor|captain|capt|sheikh|shaikh|imam|rabbi|señor|señora|monsieur|herr|frau|signora?|mister|doctor|madam|sgt|rev|mr\ and\ mrs)\.?(?:\ \p{L}\.?){0,2}
        |我叫|我是|他叫|她叫|姓名(?:是|为)?:?|名字(?:是|叫)?:?|英文名(?:是|叫)?|乘客:?|旅客:?|乘机人:?|持卡人:?|户名:?|收款人:?|联系人:?|预订人(?:是)?:?)\s?$",
    )
});

/// What mostly is followed by a name, and often by something else: "I'm Anna", "I'm Italian".
static INTRODUCTION: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r#"(?ix)(?:\b(?:i\ am|i'm|i\ m|this\ is|it's|that's|he's|she's|speaking|passengers?:?|guests?|customers?|holder:?|beneficiary:?|payee:?|contact:?|attn:?|signed,?
        |regards,?|dear|hi,?|hello,?|hey,?|thanks,?|thank\ you,?|for|by|with|under|husband,?|wife,?|son,?|daughter,?|mother,?|father,?|brother,?|sister,?|friend,?|colleague,?|boss,?|uncle,?|aunt,?|cousin,?|child,?|sir|lady|president|minister|nurse|officer|agent|teacher|novelist|singer|actor|actress|author|writer|judge|queen|king|prince|princess|coach|senator|governor|mayor|chancellor|general|colonel|major|lieutenant|sergeant
        |detective|inspector|bishop|pope|pastor|grandma|grandpa|chef|artist|rapper|drummer|guitarist|bassist|producer|director|composer|founders?|ceo|chairman|chairwoman|manager|host|photographer|journalist|editor|lawyer|player|pilot|driver|guardian|accountant|engineer|user
        |(?:speak|talk|talking|spoke|spoken|belongs?|transfer|pay|paid|sent|send|give|gave|given|written|married|addressed|issued|next|introduce)(?:\ \w+){0,3}\ to|looking\ for|ask\ for|waiting\ for)|[找给和叫是])\ ?["']?$"#,
    )
});

static SPEAKING: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?i)\b(?:i am|i'm|this is|it's|it is|hi,|hello,|dear) ?$"));

static PERSON: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:and|ask|tell|told|call|meet|met|see|me|like|unlike|add|adding|invite|know|knows|page|paging|remove|via mr|than|contact|that|why is|why does|is|does|did|was|has|when|where is|commenter|says|said|asks|asked|adds|added|writes|wrote|replies|replied|explains|explained|according to),? ?$",
    )
});

static PLACE: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)\b(?:in|at|near|into|towards?|around|outside|through|across|via|visit(?:s|ed|ing)?|explor(?:e|ed|ing)|tour(?:ed|ing)?|beyond|year's|originally\ from|inside|leaving|depart(?:s|ing)?|north|south|east|west|downtown)(?:\ the)?\ ?$",
    )
});

/// Where people work, travel to and live.
static FIRM_OR_JOURNEY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)\b(?:(?:work(?:s|ed|ing)?|jobs?|employ\w*|career|interview\w*|invest\w*|shares?|stocks?|customers?|clients?|compan(?:y|ies)|manufactured|owned|founded|hired|produced|developed|provided|acquired|partner\w*|accounts?|contract|subscri\w+|products?|services?|offices?|branch(?:es)?|stores?|website|bought|purchased?|ordered|shop\w*|insured|insurance|loan|mortgage|studied|studies|graduat\w+|degree|headquarters)(?:\ \w+)?\ (?:for|at|by|in|of|like|with|from)
        |(?:on\ the\ way|en\ route|connect\w*|transit|transfer|i\ am|i'm|am|we're|we\ are|comes?|came|coming|came\ back|hails?|originally|straight|native|grew\ up|raised|goes|went|going|go|flights?|fl(?:y|ies|ew|ying)|travel\w*|trips?|holidays?|vacation|live|lives|lived|living|born|based|located|headquartered|mov(?:e|ed|es|ing)|return\w*|arriv\w*|sail\w*|driv\w*|bus|train|roads?|capital|city|town|country|president|government|people|population)(?:\ \w+)?\ (?:to|in|from|at|of|for)|\b(?:leav\w+|depart\w*|head\w*|bound|left|set\ off)\ (?:for|from))(?:\ the)?\ ?$",
    )
});

static TO: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\b(?:to|from|of|on) ?$"));

static ARTICLE: LazyLock<Regex> = LazyLock::new(|| pattern(r"(?i)\b(?:the|an?) ?$"));

static PERSON_GOES_ON: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)^(?:'s?\b|[,]?\ (?:said|says|asked|told|wrote|writes|thinks|wants|wanted|needs|lost|left|called|calls|lives|lived|works|worked|listed|points|pointed|who|whose|speaking|here|is\ so|sang|sings|plays|played|died|born|married|has|had|is|was|will|would|can|could|does|did|seems?|looks?|loves?|likes?|does|gave|sent|met|found|knows|thought|played|forgot|bought|can't|cannot|hasn't|didn't|told|came|went|got|became|made|took|probably|literally|also|really|already|just|always|never|still|actually|often|usually|hates|knew|keeps|kept|needed|tells|gives|gets|shows|stands|spent|forgets|won|would've|should|\p{Ll}{3,}ed)\b|,\ (?:the|my|our|an?|aged|who)\ )",
    )
});

static THING_GOES_ON: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)^(?:\ (?:(?:country|golf|yacht|tennis|football|cricket)\ club|bridge|streets?|st|road|avenue|airports?|city|hotel|stations?|terminal|river|islands?|lake|park|square|county|province|tower|malls?|beach|museum|palace|university|government|gates?|new\ year|year|flights?|airlines?|airways|banks?|cards?|apps?|stores?|shops?|coffee|lounges?|lines?|library|suite|desk|counter|restaurant|caf[eé]|burgers?|sandwich(?:es)?|theat(?:re|er)|stadium|festival|parade|hospital|church|school|college|marathon|trophy|day|salads?|soups?|juice|cocktails?|whisky|whiskey|wine|beer|tea|cakes?|tickets?|tribute|concert|musical|night|holiday|time|currency|dollars?|visa|office|branch|website|region|district|embassy|consulate|team|club)\b
        |(?:'s)?\ (?:is|are|was|were|has|have|offers?|provides?|makes?|sells?)\ (?:the\ |an?\ |our\ |your\ |one\ of\ )?(?:[\w-]+\ ){0,2}(?:compan(?:y|ies)|agency|firm|brands?|bank|business|startup|start-up|brainchild|organi[sz]ation|corporation|provider|airline|products?|software|city|country|capital|town|island)\b
        |,?\ (?:inc|corp|ltd|llc|gmbh|plc)\b)",
    )
});

/// What is bought under a name: "a Lang jacket". Behind "my daughter Anna" it is hers.
static CARRIED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^ (?:purse|handbag|bag|backpack|rucksack|suitcase|jacket|coat|pen|watch|perfume|sunglasses|wallet|shoes|scarf)\b",
    )
});

/// What firms do in the news, and persons seldom.
static FIRM_DOES: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^ (?:has |have |had )?(?:invest(?:s|ed)|acquire[sd]|merge[sd]|manufacture[sd]|launche[sd]|employs|shareholders?|shares|stocks?)\b",
    )
});

/// "the company Moss": its kind stands before its name.
static KIND_OF_THING: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:the|an?|our|their|its|this) (?:company|firm|bank|brand|band|airline|hotel|restaurant|start-?up|town|city|village|island|river|team|club|app) ?$",
    )
});

/// "the address of Quantrix": firms are asked for so, and persons by their whole name.
static PLACE_OF: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?i)\b(?:address|location|headquarters|head office|website|opening hours|branch(?:es)?|offices?|shares?) of ?$",
    )
});

/// "the Moss novel", "a Lang song": works have an author.
static WORK: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^ (?:novel|novella|poem|symphony|sonata|concerto|painting|sculpture|biography|memoir|album|song|cover|film|movie|play)s?\b",
    )
});

/// "the Lang party": whoever comes together.
static PARTY: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^ (?:party|family|families|wedding|household|residence|booking|reservation|account|children|twins|brothers|sisters|couple)\b",
    )
});

/// What the name of a place begins with: its second word alone looks like a person's.
static PLACE_HEAD: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"\b(?:New|North|South|East|West|Upper|Lower|Great|Old|Port|Fort|Lake|Mount|Mt\.?|Saint|St\.?|San|Santa|Santo|Los|Las|Bad|Sankt|Puerto|Cape|Isle of|Bay of|NEW|NORTH|SOUTH|EAST|WEST|PORT|FORT|LAKE|MOUNT|ST\.?)(?: O')? ?$",
    )
});

static DAY: LazyLock<Regex> = LazyLock::new(|| pattern(r"^ (?:the )?[0-9]{1,2}(?:st|nd|rd|th)?\b"));

static SAINT: LazyLock<Regex> = LazyLock::new(|| pattern(r"\b(?:Saint|St\.?|Sainte|Ste\.?) $"));

/// "a band called", "the company named": a thing's name comes.
static THING_CALLED: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"(?ix)\b(?:compan(?:y|ies)|firm|bank|brand|business|start-?up|agency|band|group|team|club|song|album|book|novel|film|movie|show|series|game|app|website|site|product|ship|boat|place|town|city|village|island|street|hotel|restaurant|bar|cafe|shop|store|school|university|hospital|airport|station|church|dog|cat|drug|disease|domain|file|service|project|thing|something)\ (?:is\ |was\ )?(?:called|named)\ ?$",
    )
});

/// "in Lund, Sweden", "Kiel in Germany", "Ames, IA", and on the next line of an address: a place is followed by what it lies in.
static LIES_IN: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(?:,| in|,? ?\n)[ >]*(?P<region>\p{Lu}\p{L}+)"));

/// "Meyer, Lang and Sons", "Reed & Co": partners of a firm.
static PARTNERS: LazyLock<Regex> = LazyLock::new(|| {
    pattern(
        r"^(?:(?:,? (?:and|&) |, | |-)\p{Lu}[\p{L}'-]*){0,3},? (?:(?:(?:and|&) )?(?:Inc|Corp|Ltd|LLC|PLC|Plc|GmbH|AG|Co|Sons|Brothers|Bros|Partners|Associates|Group|Holdings|Company)\b|(?:is|are|was) (?:the |an? |our )?(?:[\w-]+ ){0,2}(?:company|agency|firm|business|bank|start-?up)\b)",
    )
});

/// What stands around a possible name.
pub struct Around<'a> {
    before: &'a str,
    after: &'a str,
}

impl<'a> Around<'a> {
    pub fn of(text: &'a str, range: Range<usize>) -> Self {
        let to = text.ceil_char_boundary((range.end + REACH_BYTES).min(text.len()));
        Self { before: before(text, range.start, REACH_BYTES), after: &text[range.end..to] }
    }

    /// Whether words say that a name comes.
    pub fn is_announced(&self) -> bool {
        NAME.is_match(self.before) && !THING_CALLED.is_match(self.before)
    }

    /// Whether words stand before that mostly are followed by a name.
    pub fn is_introduced(&self) -> bool {
        INTRODUCTION.is_match(self.before)
    }

    /// "3 April", "May 12th": a month's name, and no person's.
    pub fn is_beside_day(&self) -> bool {
        self.before.trim_end().ends_with(|c: char| c.is_ascii_digit())
            || self.before.trim_end().ends_with("th")
            || DAY.is_match(self.after)
    }

    /// "... is not mine. – Anna Lang": the last words, behind a dash.
    fn is_signature(&self) -> bool {
        let is_last = self.after.trim_matches(['.', ' ', '\n']).is_empty();
        is_last && self.before.trim_end_matches(' ').ends_with(['–', '—', '-', '~'])
    }

    /// Whether a person is due here, or does something: "I'm ...", "... lost her bag".
    pub fn is_persons(&self) -> bool {
        self.is_announced()
            || self.is_introduced()
            || PERSON.is_match(self.before)
            || PERSON_GOES_ON.is_match(self.after)
    }

    pub fn is_after_article(&self) -> bool {
        ARTICLE.is_match(self.before)
    }

    /// "I'm anna", "it's anna again": who speaks may be written small.
    pub fn is_speaking(&self) -> bool {
        SPEAKING.is_match(self.before)
    }

    pub fn is_organisation(&self) -> bool {
        let is_bought = CARRIED.is_match(self.after) && !self.is_introduced();
        let goes_on = is_bought || THING_GOES_ON.is_match(self.after) || PARTNERS.is_match(self.after);
        !self.is_announced() && (goes_on || THING_CALLED.is_match(self.before))
    }

    /// Whether it looks like a firm's or a place's name, unless a given name says else.
    pub fn may_be_thing(&self) -> bool {
        FIRM_DOES.is_match(self.after) || KIND_OF_THING.is_match(self.before)
    }

    /// Whether somebody asks where it is, as one asks of firms.
    pub fn is_asked_for(&self) -> bool {
        PLACE_OF.is_match(self.before)
    }

    /// "Westminster" in "New Westminster".
    pub fn is_second_of_place(&self) -> bool {
        !self.is_announced() && PLACE_HEAD.is_match(self.before)
    }

    /// "St Mary's Hospital", "St Patrick's Day": what is called after a saint.
    pub fn is_after_saint(&self) -> bool {
        !self.is_announced() && SAINT.is_match(self.before)
    }

    /// Whether somebody lives, travels or works there.
    pub fn is_placed(&self) -> bool {
        PLACE.is_match(self.before) || FIRM_OR_JOURNEY.is_match(self.before)
    }

    /// Whether a country, a state or a larger town follows, in which it lies.
    pub fn lies_in_place(&self) -> bool {
        let region = LIES_IN.captures(self.after).and_then(|found| found.name("region"));
        // The first line of an address is who lives there.
        let is_first_line =
            |region: &regex::Match| self.after[..region.start()].contains('\n') && !self.before.contains('\n');
        region.filter(|region| !is_first_line(region)).is_some_and(|region| {
            let known = known(&plain(region.as_str()));
            let is_state = region.len() == 2 && region.as_str().bytes().all(|byte| byte.is_ascii_uppercase());
            is_state || (known.place && !known.is_name())
        })
    }

    pub fn points(&self) -> i32 {
        let said_before = match () {
            () if self.is_announced() => ANNOUNCED,
            () if ARTICLE.is_match(self.before) && PARTY.is_match(self.after) => INTRODUCED,
            () if self.is_signature() => INTRODUCED,
            () if FIRM_OR_JOURNEY.is_match(self.before) => PLACE_BEFORE,
            () if INTRODUCTION.is_match(self.before) => INTRODUCED,
            () if PLACE.is_match(self.before) => PLACE_BEFORE,
            () if PERSON.is_match(self.before) => PERSON_BEFORE,
            () if TO.is_match(self.before) => TOWARDS,
            () if ARTICLE.is_match(self.before) && WORK.is_match(self.after) => INTRODUCED,
            () if ARTICLE.is_match(self.before) => ARTICLE_BEFORE,
            () => 0,
        };
        let goes_on = if PERSON_GOES_ON.is_match(self.after) { PERSON_AFTER } else { 0 };
        said_before + goes_on + if THING_GOES_ON.is_match(self.after) { THING_AFTER } else { 0 }
    }
}

/// Whether a capitalised word stands right beside, but for the first of a sentence.
pub fn touches_capital(text: &str, range: Range<usize>) -> bool {
    let after = text[range.end..].strip_prefix(' ').is_some_and(|after| after.starts_with(char::is_uppercase));
    let head = text[..range.start].strip_suffix(' ').unwrap_or_default();
    let word = head
        .rfind(|c: char| !c.is_alphanumeric())
        .map_or(0, |at| at + head[at..].chars().next().map_or(0, char::len_utf8));
    let before = head[word..].starts_with(char::is_uppercase) && !begins_sentence(text, word) && head[word..].len() > 1;
    after || before
}

/// Whether nothing of the sentence stands before `at`.
pub fn begins_sentence(text: &str, at: usize) -> bool {
    let before = text[..at].trim_end_matches([' ', '"', '\'', '(']);
    before.is_empty() || before.ends_with(['.', '!', '?', ':', ';', '\n', '。', '？', '！'])
}

/// Whether nothing but signs of the line stands before `at`.
pub fn begins_line(text: &str, at: usize) -> bool {
    let before = text[..at].trim_end_matches([' ', '?', '-', '*', '>']);
    before.is_empty() || before.ends_with('\n')
}

//! Addresses by their build, whatever the country: pieces between commas, a number or a postcode in one of them, and enough signs that
//! somebody lives there. Knows what houses, streets and districts are called, no register of them.

use std::ops::Range;
use std::sync::LazyLock;

use regex::Regex;

use super::cue::THINGS;
use super::postal::{INDOORS, SMALL};
use super::streets::wide;
use super::words::{known, plain};

/// Points that make pieces an address.
const ENOUGH: u32 = 4;
const NUMBER: u32 = 2;
const POSTCODE: u32 = 3;
const STREET: u32 = 2;
const COUNTY: u32 = 2;
const HOUSE: u32 = 1;
const TOWN: u32 = 1;
const CUE: u32 = 1;

/// Most pieces of an address.
const PIECES_MAX: usize = 12;

/// Most words of a piece: "Avenida de los Insurgentes Sur 1602".
const WORDS_MAX: usize = 9;

/// What stands between two pieces.
static BETWEEN: LazyLock<Regex> = LazyLock::new(|| wide(r"(?:[,;]| [-–])[ \n]{1,2}"));

/// A word that a piece can begin with: a name, a number, the kind of a street or of a flat.
static FIRST: LazyLock<Regex> = LazyLock::new(|| {
    const NUMBER: &str = r"\#?(?:\p{Lu}{1,2}-?)?[0-9][0-9A-Za-z/ºª°.-]*";
    const NAME: &str = r"(?:(?:al|el|ad|as|ash|ar|an)-)?\p{Lu}[\p{L}\p{M}'’.-]*:?[0-9/]*";
    const KIND: &str = r"[CHcS]/(?:[Nn]o\.?)?|ul\.|al\.|os\.|pl\.|calle|rue|rua|via|avenue|boulevard|chemin|impasse|allée|quai|cours|ulica|út|utca|ulitsa|prospekt|\#";
    const PART: &str = r"near|off|opp\.?|c/o|piso|floor|flat|apto?\.?|izq\.?|dcha\.?|korp\.|kv\.|pod\.|et\.|str\.|b[âa]t(?:iment)?\.?|esc\.?|entr[ée]e|appt\.?|[ée]tage|planta|bajo|esq\.?|lok\.|pral\.?|leil\.|nr\.?|ap\.?|sector|ent\.|fl\.|int(?:erno)?\.?|d(?:e)?pto\.?|blq\.?|lgh|bo[iî]te|bte|bus|no\.?|d\.|m\.|sala|casa|bloco|apartamento|quadra|qd\.|lote|conj\.|edif\.|oficina|torre|mz\.|bl\.|sc\.|woreda|kebele|house|hse|number";
    wide(&format!("^(?:{NUMBER}|{NAME}|{KIND}|{PART})$"))
});

/// A small word inside a piece.
static SMALL_WORD: LazyLock<Regex> = LazyLock::new(|| wide(&format!("^(?:{SMALL}|bis|ter|es|gate|vei|&)$")));

/// "behind Total filling station".
static BESIDE: LazyLock<Regex> = LazyLock::new(|| {
    wide(
        r"^(?:behind|near|opposite|opp\.?|beside|next to|off|adjacent to|above|below) |^(?:ground|first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|top|[0-9]{1,2}(?:st|nd|rd|th)) floor$",
    )
});

/// A house with its number, in either order.
static NUMBERED: LazyLock<Regex> = LazyLock::new(|| {
    wide(
        r"^(?:\p{Ll}+\.? )?(?:(?:Plot|Stand|House|Flat|Unit|Lot|Block|Blk|Villa|Door|Apartment|Apt|Km|No)\.? ?(?:No\.? ?)?\#?[0-9]+[A-Za-z]?\b|\#?[0-9]{1,6}[A-Za-z]?(?:[/-][0-9]{1,4}[A-Za-z]?)*(?: bis| ter)?,? \p{L}|.*\p{L}[.:/]*,? ?(?:[Nn][or]?[°.:]? ?)?(?:\p{Lu}-?)?[0-9]{1,5}[A-Za-z]?(?:[/-][0-9A-Za-z]{1,4})*$|.*\bNo[.:] ?[0-9])",
    )
});

/// "18/F", "4F.-2", "B-302", "#45".
static FLOOR: LazyLock<Regex> = LazyLock::new(|| {
    wide(
        r"^(?:[0-9]{1,3}/?F\b|[0-9]{1,2}\. ?(?:OG|UG|Stock|Etage|et)\b|(?:Hinter|Vorder)haus\b|[A-Z]-?[0-9]{1,4}$|\#[0-9]{1,5}$)",
    )
});

/// What stands before a house's number.
static INSIDE: LazyLock<Regex> = LazyLock::new(|| wide(r"^(?:Level|Lvl|Floor|Room|Suite|Unit|Shop) [0-9]+[A-Z]?$"));

/// What has a number and is no house.
static OTHER: LazyLock<Regex> = LazyLock::new(|| {
    wide(&format!(
        r"(?ix)^(?:{THINGS}|t[0-9]|rooms?|iphone|galaxy|channel|figure|bags?|class|car\ park|lounge|locker|kiosk|lanes?|day|tier|grade|age|aged|born
        |jan\w*|feb\w*|mar(?:ch)?|apr\w*|may|june?|july?|aug\w*|sept?\w*|oct\w*|nov\w*|dec\w*|mon\w*day|tue\w*|wed\w*|thu\w*|fri\w*|sat\w*|sun\w*)\b
        |\b(?:january|february|april|june|july|august|september|october|november|december)\b|^[0-9]+(?:st|nd|rd|th)?\ (?:jan|feb|mar|apr|may|june?|july?|aug|sep|oct|nov|dec|am\b|pm\b|minutes?|hours?|days?|people|adults?|children|kg|euros?|dollars?|pounds?)|^[A-Z]{{1,3}}\ ?[0-9]{{2,4}}$",
    ))
});

static CODE: LazyLock<Regex> = LazyLock::new(|| {
    wide(
        r"^(?:[A-Z]{1,2}-)?[0-9]{4,6}(?: [A-Z]{2})? \p{Lu}\p{L}|^[0-9]{2,3} [0-9]{2} \p{Lu}|\p{L}(?: -)? (?:[0-9]{4,6}(?:-[0-9]{3,4})?|[0-9]{3}[ -][0-9]{3,4})$|^[0-9]{5}-[0-9]{3}$|\b[A-Z]{1,2}[0-9][A-Z0-9]? [0-9][A-Z]{2}$|^[A-Z][0-9][0-9W] [A-Z0-9]{4}$|\b[A-Z][0-9][A-Z] [0-9][A-Z][0-9]$",
    )
});

static ROAD: LazyLock<Regex> = LazyLock::new(|| {
    wide(
        r"(?x)\b(?:Street|St|Road|Rd|Avenue|Ave|Av|Lane|Ln|Drive|Dr|Close|Crescent|Cres|Terrace|Tce|Boulevard|Blvd|Way|Court|Ct|Place|Pl|Parade|Pde|Grove|Gardens?|Row|Mews|Walk|Hill|Highway|Hwy|Square|Sq|Quay|Rise|View|Green|Esplanade
        |[0-9]+(?:st|nd|rd|th)\ (?:Cross|Main)|\p{Lu}\p{L}+\ gate|Carrera|Pasaje|Pje|Strada|Str|Rue|Calle|C/|Rua|Via|Viale|Corso|Avenida|Avda|Privada|Calzada|Camino|Carrera|Cra|Diagonal|Transversal|Jalan|Jln|Jl|Lorong|Soi|Thanon|Cad|Caddesi|Cd|Sok|Sokak|Sk|Bulvar[ıi]|Marg|Nagar|Ulitsa|Ul|Prospekt|Chome|Shari['’ea]?|Đường|Phố|Hẻm|Ngõ|Phường|Quận
        |(?i:ul\.|ulitsa|avenue|boulevard|chemin|impasse|allée|quai|chome|[\p{L}-]+-(?:ku|shi|machi|cho|gun|si|do)|dist\.)
        |\p{L}+(?:stra(?:ss|ß)e|str\.|gasse|weg|gatan|v[äa]gen|gade|vej|straat|laan|plein|katu|tie|gracht|kade|platz|allee|-ro|-gil|-dong|-gu|-cho))(?:\b|\.|$)",
    )
});

static HOME: LazyLock<Regex> = LazyLock::new(|| {
    wide(
        r"(?x)\b(?:House|Cottage|Villas?|Bungalow|Chalet|Lodge|Farm|Flat|Apartments?|Apt|Apto|Unit|Block|Blk|Bldg|Building|Plot|Lot|Estates?|Towers?|Mansions?|Residences?|Residency|Condo(?:minium)?|Barangay|Brgy|Sitio|Purok|Mah|Mahallesi|Fracc|Fraccionamiento|Colonia|Col|Sector|Phase|Society|Colony|Layout|Extension|Taman|Kampung|Moo|Compound|Barn|Rectory|Manor|Hall|Heights|Urbanizaci[óo]n|Urb|Bairro|Quinta|H/No|Hse|[Hh]ouse\ (?:[Nn]umber|[Nn]o\.?)|Buildings|P\.?\ ?O\.?\ ?Box|Rural\ Route|PO\ Box|Private\ Bag|RD|RR|Piso|General\ Delivery|Poste\ Restante|[Cc]/[Oo]|Door|Stand|Km|Etage|Wohnung|Daire|Lok)\b\.?",
    )
});

/// "Co. Clare", "NSW 2034".
static REGION: LazyLock<Regex> = LazyLock::new(|| {
    wide(r"^(?:Co\.?|County) \p{Lu}\p{L}+|\b(?:NSW|VIC|Vic|QLD|Qld|ACT|TAS|[A-Z]{2} [0-9]{5}|[A-Z]{2} [0-9]{4})\b")
});

/// What leads to an address.
static LEADS: LazyLock<Regex> = LazyLock::new(|| {
    wide(
        r"(?ix)\b(?:address|lives?|lived|living|stay\w*|reside\w*|house|home|flat|place|moved|rent\w*|neighbou?rs?|deliver\w*|sen[dt]|ship\w*|post(?:ed)?|mail\w*|dispatch\w*|courier\w*|bring|take|drop|leave|forward\w*|return\w*)\b[^.?!]{0,72}$",
    )
});

/// "Mill House", "The Old Rectory".
static NAMED_HOUSE: LazyLock<Regex> = LazyLock::new(|| {
    wide(r" (?:House|Cottage|Lodge|Farm|Farmhouse|Villa|Barn|Rectory|Vicarage|Manor|Bungalow|Croft|Mill)$")
});

/// What says that all that follows is one.
static IS: LazyLock<Regex> = LazyLock::new(|| {
    wide(
        r"(?i)\b(?:address|house|home|place|farm|cottage|lives?|living|stay\w*|reside\w*|i'm|i am|we're|we are|she's|he's|they're)(?: is| was|'s|:| at| in| called)+ $",
    )
});

/// Whether `piece` begins with what has a number and is no house: "Gate 12", "Boeing 777".
pub fn is_numbered_thing(piece: &str) -> bool {
    OTHER.is_match(piece)
}

/// The addresses of `text` that their pieces give away.
pub fn pieced(text: &str) -> Vec<Range<usize>> {
    sequences(text).iter().filter_map(|pieces| block(text, pieces)).collect()
}

/// Pieces that follow each other: the end of one sentence's part, whole parts, and the beginning of the last.
fn sequences(text: &str) -> Vec<Vec<Range<usize>>> {
    let mut sequences = Vec::new();
    let mut open: Vec<Range<usize>> = Vec::new();
    let mut from = 0;
    let ends = BETWEEN.find_iter(text).map(|between| between.range()).chain(std::iter::once(text.len()..text.len()));
    for between in ends {
        let part = from..between.start;
        from = between.end;
        if is_piece(&text[part.clone()]) && open.len() < PIECES_MAX {
            let written = text[part.clone()].trim_end_matches('.').len();
            open.push(part.start..part.start + written);
            continue;
        }
        open.extend(head(text, part.clone()));
        sequences.push(std::mem::take(&mut open));
        open.extend(tail(text, part));
    }
    sequences.push(open);
    sequences.retain(|pieces| pieces.len() > 1);
    sequences
}

fn is_piece(part: &str) -> bool {
    let part = part.trim_end_matches('.');
    let mut words = part.split(' ');
    let is_short = part.split(' ').count() <= WORDS_MAX;
    is_short && (BESIDE.is_match(part) || (words.next().is_some_and(is_first) && words.all(goes_on)))
}

fn is_first(word: &str) -> bool {
    FIRST.is_match(word)
}

fn goes_on(word: &str) -> bool {
    is_first(word) || SMALL_WORD.is_match(word)
}

/// The longest beginning of `part` that can be a piece.
fn head(text: &str, part: Range<usize>) -> Option<Range<usize>> {
    let mut end = None;
    let mut from = part.start;
    let line = text[part.clone()].split('\n').next().unwrap_or_default();
    for (at, written) in line.split(' ').take(WORDS_MAX).enumerate() {
        let word = written.trim_end_matches(['.', '?', '!', ')', ':']);
        if !(is_first(word) || is_first(written) || (at > 0 && goes_on(word))) {
            break;
        }
        // A small word goes on only where another word follows it.
        if is_first(word) || is_first(written) {
            end = Some(from + word.len());
        }
        from += written.len() + 1;
        if word.len() < written.len() && !is_first(written) {
            break;
        }
    }
    Some(part.start..end?)
}

/// The longest end of `part` that can be a piece.
fn tail(text: &str, part: Range<usize>) -> Option<Range<usize>> {
    let mut start = None;
    let mut to = part.end;
    let line = text[part.clone()].rsplit('\n').next().unwrap_or_default();
    for word in line.rsplit(' ').take(WORDS_MAX) {
        if is_first(word) {
            start = Some(to - word.len());
        } else if !SMALL_WORD.is_match(word) {
            break;
        }
        to = to.saturating_sub(word.len() + 1);
    }
    Some(start?..part.end)
}

fn block(text: &str, pieces: &[Range<usize>]) -> Option<Range<usize>> {
    let (start, end) = (pieces.first()?.start, pieces.last()?.end);
    let before = &text[text.floor_char_boundary(start.saturating_sub(80))..start];
    let first = pieces.iter().position(|piece| begins(&text[piece.clone()]))?;
    let is_inside = |piece: &Range<usize>| INSIDE.is_match(&text[piece.clone()]);
    let first = first - usize::from(first > 0 && is_inside(&pieces[first - 1]));
    let from = if IS.is_match(before) { 0 } else { first };
    let told: Vec<&str> = pieces[from..].iter().map(|piece| &text[piece.clone()]).collect();
    let any = |points: u32, is: &dyn Fn(&str) -> bool| if told.iter().any(|piece| is(piece)) { points } else { 0 };
    let placed = any(NUMBER, &is_numbered) + any(POSTCODE, &has_code) + any(COUNTY, &|piece| REGION.is_match(piece));
    let seen =
        any(STREET, &|piece| ROAD.is_match(piece)) + any(HOUSE, &|piece| HOME.is_match(piece)) + any(TOWN, &is_town);
    let is_led = LEADS.is_match(before);
    // "To 5 The Maltings, Woodbridge": nothing else begins with its number where something is sent.
    let is_door = is_led && told.first().is_some_and(|piece| is_numbered(piece));
    let cues = [is_led, is_door, told.len() > 2].into_iter().filter(|cue| *cue).count() as u32 * CUE;
    let is_house = from == 0 && IS.is_match(before) && told.first().is_some_and(|piece| NAMED_HOUSE.is_match(piece));
    let is_enough = is_house || (placed > 0 && placed + seen + cues >= ENOUGH);
    (told.len() > 1 && is_enough).then(|| pieces[from].start..end)
}

/// Whether an address can begin here: what stands before it in the list is who lives there.
fn begins(piece: &str) -> bool {
    is_numbered(piece) || FLOOR.is_match(piece) || ROAD.is_match(piece) || HOME.is_match(piece) || has_code(piece)
}

fn is_numbered(piece: &str) -> bool {
    let is_named =
        || piece.split(' ').any(|word| word.starts_with(char::is_uppercase) && !known(&plain(word)).ordinary);
    let has_kind = || ROAD.is_match(piece) || HOME.is_match(piece);
    let has_digit = || piece.bytes().any(|byte| byte.is_ascii_digit());
    (NUMBERED.is_match(piece) || (has_digit() && has_kind()))
        && !OTHER.is_match(piece)
        && !INDOORS.is_match(piece)
        && (has_kind() || is_named())
}

/// "October 2020" has the form of a town and its postcode.
fn has_code(piece: &str) -> bool {
    CODE.is_match(piece) && !OTHER.is_match(piece)
}

fn is_town(piece: &str) -> bool {
    let word = piece.rsplit(' ').find(|word| !word.bytes().any(|byte| byte.is_ascii_digit())).unwrap_or_default();
    let known = known(&plain(word.trim_matches('.')));
    known.place && !known.ordinary && !OTHER.is_match(piece)
}

#[cfg(test)]
mod tests {
    use crate::privacy::{Kind, find};

    fn is_address(text: &str, inside: &str) -> bool {
        let at = text.find(inside).expect("the words are in the text");
        find(text).iter().any(|found| {
            found.kind == Kind::Address && found.start <= at && at + inside.trim_end_matches('.').len() <= found.end
        })
    }

    #[test]
    fn addresses_of_many_countries_are_found_by_their_build() {
        for (before, address) in [
            ("The bag goes to ", "C/ Fuente Nueva 73, 4º izq., 28009 Madrid"),
            ("I rent a room at ", "Cumhuriyet Cad. Gül Apt. No:41/9, Muratpaşa, Antalya"),
            ("It was posted to ", "House 18, Riverside Close, off Ngong Road, Nairobi, Kenya"),
            ("Send it to ", "Lisheen House, Kilmaley, Ennis, Co. Clare"),
            ("I am at ", "H/No. C214/7, Abeka Lapaz, Accra"),
            ("Deliver to ", "2-chome 8-15-403, Minami-Horie, Nishi-ku, Osaka 550-0015"),
            ("She rents a place at ", "ul. Polevaya, d. 31, korp. 2, kv. 118, Samara 443010, Russia"),
            ("Bring it to ", "4F.-2, No. 96, Sec. 3, Jianxing Rd., North Dist., Taichung City 404"),
            ("We live at ", "B-302, Shanti Apartments, S.V. Road, Andheri West, Mumbai 400058"),
            ("Ship to ", "Carrera 7 # 71-21, apto 503, Bogotá"),
            ("My jacket should go to ", "Level 2, 19 Tory Street, Te Aro, Wellington 6011"),
        ] {
            assert!(is_address(&format!("{before}{address}."), address), "{address}");
        }
    }

    #[test]
    fn lists_of_numbered_things_are_nobodys_address() {
        for text in [
            "The next flight to Oslo leaves from Gate 12, Terminal 2, Level 3.",
            "We flew Boeing 777, Airbus A350, and then Embraer 190 to London.",
            "I need Form 12, Form 14 and Form 20B for the visa to Canada.",
            "Lunch on Monday 12, Tuesday 13 and Wednesday 14 in Paris.",
            "I flew from Madrid, Lisbon and Rome on 12 May, 14 May, 15 May.",
            "During 1971, Quantrix Systems invested heavily in new designs.",
        ] {
            assert!(find(text).iter().all(|found| found.kind != Kind::Address), "{text}");
        }
    }
}

//! The signs of places: our own line drawings in a 24 by 24 box, and the colour of each family of places.

use crate::media::Kind;
use crate::media::file::WayKind;

/// Dark enough for white lines: each has a contrast of at least 4.5 to 1 with white.
const TRANSPORT: &str = "#1f5fa8";
const SERVICE: &str = "#0d6b64";
const FOOD: &str = "#a84a08";
const SHOP: &str = "#6d3fb0";
const HEALTH: &str = "#b3261e";
const CONTROL: &str = "#57479b";
const MONEY: &str = "#1b6e3c";
const REST: &str = "#7a5412";
const PLAIN: &str = "#4a5763";

/// Line, colour and how early a place gets its label: lower is earlier.
pub(super) struct Sign {
    pub line: &'static str,
    pub colour: &'static str,
    pub rank: u8,
}

const fn sign(line: &'static str, colour: &'static str, rank: u8) -> Sign {
    Sign { line, colour, rank }
}

pub(super) fn of(kind: Kind) -> Sign {
    match kind {
        Kind::Kiosk => sign("M7 3h10v12H7zM12 15v6M8 21h8", PLAIN, 8),
        Kind::Island | Kind::Counter => sign("M4 12h16M6 12v7M18 12v7M12 4a2.5 2.5 0 1 0 .01 0z", PLAIN, 2),
        Kind::Information => sign("M12 11v7M12 6v.01", SERVICE, 1),
        Kind::Desk => sign("M4 12h16M6 12v7M18 12v7M12 4a2.5 2.5 0 1 0 .01 0z", SERVICE, 5),
        Kind::Security => sign("M12 3l7 3v5c0 5-3 8-7 10c-4-2-7-5-7-10V6z", CONTROL, 1),
        Kind::Passport => sign("M6 3h12v18H6zM9 17h6M12 7a3 3 0 1 0 .01 0z", CONTROL, 1),
        Kind::Customs => sign("M5 5h14v14H5zM8 12l3 3 5-6", CONTROL, 3),
        Kind::Gate => sign("M12 3v18M12 9l-8 5M12 9l8 5M12 18l-3 2M12 18l3 2", PLAIN, 6),
        Kind::Exit | Kind::Entrance => sign("M4 4v16M9 12h11M16 8l4 4-4 4", PLAIN, 5),
        Kind::PeopleMover => sign("M6 6h12v9H6zM6 10h12M9 18v.01M15 18v.01M3 20h18", TRANSPORT, 2),
        Kind::Train => sign("M7 4h10v12H7zM7 10h10M9 20l1-4M15 20l-1-4M10 13v.01M14 13v.01", TRANSPORT, 2),
        Kind::Taxi | Kind::Car => sign("M4 16v-4l2-5h12l2 5v4zM7 16v2M17 16v2M4 12h16", TRANSPORT, 3),
        Kind::Bus => sign("M5 5h14v12H5zM5 11h14M8 17v2M16 17v2", TRANSPORT, 4),
        Kind::Parking => sign("M9 20V4h4a4.5 4.5 0 0 1 0 9H9", TRANSPORT, 4),
        Kind::Food => sign("M8 4v5a2 2 0 0 1-4 0V4M6 11v9M18 20V4c-3 1-4 4-4 8h4", FOOD, 3),
        Kind::Coffee => {
            sign("M5 9h11v5a5 5 0 0 1-5 5h-1a5 5 0 0 1-5-5zM16 10h2a2 2 0 0 1 0 5h-2M8 3v3M12 3v3", FOOD, 3)
        }
        Kind::Shop => sign("M5 8h14l-1 12H6zM9 8a3 3 0 0 1 6 0", SHOP, 4),
        Kind::Medical => sign("M12 5v14M5 12h14", HEALTH, 2),
        Kind::Defibrillator => sign("M13 3L6 13h5l-1 8 7-10h-5z", SERVICE, 6),
        Kind::Police => sign("M12 4l2.4 5 5.6.7-4 3.8 1 5.5-5-2.7-5 2.7 1-5.5-4-3.8 5.6-.7z", HEALTH, 3),
        Kind::Money => sign("M4 7h16v10H4zM12 9.5a2.5 2.5 0 1 0 .01 0z", MONEY, 4),
        Kind::Cash => sign("M4 5h16v6H4zM8 11v8h8v-8M11 15h2", MONEY, 4),
        Kind::Machine => sign("M7 9V4h10v5M5 9h14v7H5zM8 13h8v7H8z", SERVICE, 5),
        Kind::Luggage | Kind::Belt => sign("M5 9h14v10H5zM9 9V5h6v4M9 12v4M15 12v4", SERVICE, 4),
        Kind::Toilet => sign("M7 5v.01M7 9v6M7 15v5M4 12V9h6v3M17 5v.01M17 9l-3 7h6zM17 16v4M12 4v16", TRANSPORT, 3),
        Kind::Baby => sign("M9 9h6v11H9zM10 9V6h4v3M12 3v3", SERVICE, 5),
        Kind::Play => sign("M12 5a7 7 0 1 0 .01 0zM5 12h14M12 5c-3 4-3 10 0 14", SERVICE, 5),
        Kind::Lounge => sign("M6 12V8a2 2 0 0 1 2-2h8a2 2 0 0 1 2 2v4M4 11v6h16v-6M6 17v2M18 17v2", REST, 4),
        Kind::Shower => {
            sign("M6 20V7a3 3 0 0 1 6 0M8 9h8M10 13v.01M13 13v.01M16 13v.01M10 17v.01M13 17v.01M16 17v.01", REST, 5)
        }
        Kind::Rest | Kind::Hotel => sign("M4 19V7M4 15h16v4M20 15a4 4 0 0 0-4-4H9v4M6.5 11v.01", REST, 4),
        Kind::Prayer => sign("M12 3c4 3 6 6 6 9v8H6v-8c0-3 2-6 6-9zM10 20v-4h4v4", REST, 5),
        Kind::View => sign("M3 12c4-7 14-7 18 0c-4 7-14 7-18 0zM12 9.5a2.5 2.5 0 1 0 .01 0z", REST, 5),
        Kind::Post => sign("M4 6h16v12H4zM4 7l8 6 8-6", SERVICE, 5),
        Kind::Phone => sign("M8 3h8v18H8zM11 18h2", SHOP, 5),
        Kind::Charging => sign("M8 3v5M16 3v5M6 8h12v3a6 6 0 0 1-12 0zM12 17v4", SERVICE, 6),
        Kind::Water => sign("M12 4c4 5 6 8 6 11a6 6 0 0 1-12 0c0-3 2-6 6-11z", TRANSPORT, 6),
        Kind::Smoking => sign("M4 15h12v3H4zM19 15v3M19 11c0-3-4-2-4-5", PLAIN, 7),
        Kind::Pets => {
            sign("M12 13c3 0 5 3 5 5s-3 2-5 2-5 0-5-2 2-5 5-5zM6 11v.01M9.5 7v.01M14.5 7v.01M18 11v.01", SERVICE, 6)
        }
        Kind::Assistance => sign("M10 4v.01M10 8v6h6l2 5M10 11h5M8 12a5 5 0 1 0 6 6", SERVICE, 3),
        Kind::Room => sign("M7 20V4h10v16zM14 12v.01", PLAIN, 4),
        Kind::Vault => sign("M4 4h16v16H4zM12 8a4 4 0 1 0 .01 0zM12 12l3-3", PLAIN, 3),
        Kind::Seats => sign("M7 4v10h9v6M7 14v6M7 9h6", PLAIN, 5),
        Kind::Meeting => sign("M8 7v.01M16 7v.01M5 19c0-9 6-9 6 0M13 19c0-9 6-9 6 0", SERVICE, 3),
    }
}

/// The sign of a ride.
pub(super) fn of_way(kind: WayKind) -> &'static str {
    match kind {
        WayKind::Lift => "M5 4h14v16H5zM12 4v16M8.5 9l0 6M7 11l1.5-2 1.5 2M15.5 9v6M14 13l1.5 2 1.5-2",
        WayKind::Escalator => "M3 19h5l9-11h4M14 4v.01M14 7.5v3",
        WayKind::Stairs => "M4 19h4v-4h4v-4h4v-4h4",
        WayKind::PeopleMover => "M6 6h12v9H6zM6 10h12M9 18v.01M15 18v.01M3 20h18",
        WayKind::Walk | WayKind::Ramp => "M4 19L20 8v11z",
    }
}

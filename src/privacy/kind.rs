//! The kinds of personal data, with the words that stand for them in a record and on a screen. Knows no pattern.

use serde::{Deserialize, Serialize};

use crate::domain::Language;

/// What a piece of text tells of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// A person's name, whole or in part; a title before it ("Dr.", "女士") is left.
    Person,
    /// Passport, resident identity card, HKID, driving licence, social security number, travel permit.
    Document,
    /// A payment card's number.
    Card,
    /// A bank or customer account, IBAN, or any other long number that is somebody's.
    Account,
    Phone,
    Email,
    /// A vehicle's plate.
    Plate,
    /// A street address, or a part of one that leads to a door.
    Address,
    /// A date of birth that is said to be one.
    Birth,
    /// A booking's reference or ticket number: with a name it opens the booking.
    Booking,
    /// An IP address, or a URL with a user and password in it.
    Network,
    /// PIN, security code, password or one-time code that is said to be one.
    Secret,
    /// What lies past [`super::TEXT_BYTES_MAX`]: nobody looked at it, so nobody gets it.
    Unread,
}

impl Kind {
    pub const ALL: [Self; 13] = [
        Self::Person,
        Self::Document,
        Self::Card,
        Self::Account,
        Self::Phone,
        Self::Email,
        Self::Plate,
        Self::Address,
        Self::Birth,
        Self::Booking,
        Self::Network,
        Self::Secret,
        Self::Unread,
    ];

    /// The word of records and reports: `person`, `card`.
    pub fn word(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Document => "document",
            Self::Card => "card",
            Self::Account => "account",
            Self::Phone => "phone",
            Self::Email => "email",
            Self::Plate => "plate",
            Self::Address => "address",
            Self::Birth => "birth",
            Self::Booking => "booking",
            Self::Network => "network",
            Self::Secret => "secret",
            Self::Unread => "unread",
        }
    }

    /// What a reader sees instead of it: `name`, `姓名`.
    pub fn label(self, language: Language) -> &'static str {
        let (english, chinese) = match self {
            Self::Person => ("name", "姓名"),
            Self::Document => ("document number", "证件号"),
            Self::Card => ("card number", "卡号"),
            Self::Account => ("account number", "账号"),
            Self::Phone => ("phone number", "电话号码"),
            Self::Email => ("e-mail address", "电子邮箱"),
            Self::Plate => ("number plate", "车牌号"),
            Self::Address => ("address", "地址"),
            Self::Birth => ("date of birth", "出生日期"),
            Self::Booking => ("booking reference", "预订编号"),
            Self::Network => ("network address", "网络地址"),
            Self::Secret => ("secret", "密码"),
            Self::Unread => ("text withheld", "文字未展示"),
        };
        match language {
            Language::English => english,
            Language::Chinese => chinese,
        }
    }
}

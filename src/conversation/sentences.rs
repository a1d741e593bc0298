//! The fixed sentences a visitor may read or hear from usher itself, in every language. Chosen by kind, never generated.

use crate::domain::Language;

/// What usher has to say of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sentence {
    Decline,
    Clarify,
    ClarifyOne,
    Person,
    HeardNothing,
    Busy,
    Empty,
    TooLong,
    NotText,
    SoundTooLong,
    SoundUnreadable,
    CannotHear,
    Broken,
    Full,
    /// A person is talking with the visitor.
    Held,
    /// A text was read and nothing approved is about it.
    SeenUnknown,
    /// A picture on which nothing can be read.
    SeenNothing,
    PictureUnreadable,
    PictureTooLarge,
    PictureDark,
    CannotSee,
    /// What becomes of a picture.
    NothingKept,
    /// A code that leads to a page.
    PhonePage,
    /// A code that holds the answer itself.
    PhoneWords,
}

impl Sentence {
    pub fn text(self, language: Language) -> &'static str {
        let (english, chinese) = match self {
            Self::Decline => (
                "I don't know that one, and I won't guess. A member of staff can help you: touch “Talk to a person”.",
                "这个问题我没有可靠的答案，不想误导您。您可以点击“找人工”，由工作人员帮助您。",
            ),
            Self::ClarifyOne => ("Is this what you would like to know?", "您想问的是这个吗？"),
            Self::Clarify => ("Which of these do you mean?", "您想问的是下面哪一个？"),
            Self::Person => ("Here is where you find a person.", "您可以在这里找到工作人员。"),
            Self::HeardNothing => {
                ("I did not hear a question. Please try again, or type it.", "我没有听到问题，请再说一次，或改用打字。")
            }
            Self::Busy => ("I am busy for a moment. Please ask again.", "我正忙，请稍后再问一次。"),
            Self::Empty => ("Please type or say your question.", "请输入或说出您的问题。"),
            Self::TooLong => {
                ("That is too long for me. Please ask in a few sentences.", "内容太长了，请用几句话提问。")
            }
            Self::NotText => {
                ("I could not read that. Please type your question again.", "我无法识别这些内容，请重新输入您的问题。")
            }
            Self::SoundTooLong => {
                ("That was too long for me. Please ask within one minute.", "录音太长了，请在一分钟内说完。")
            }
            Self::SoundUnreadable => (
                "I could not use that recording. Please try again, or type.",
                "这段录音无法使用，请再试一次，或改用打字。",
            ),
            Self::CannotHear => (
                "I cannot understand spoken English on this kiosk yet. Please type or touch.",
                "本机暂时听不懂中文语音，请打字或点选。",
            ),
            Self::Broken => (
                "Something went wrong on my side. Please try again, or ask a member of staff.",
                "系统出了点问题，请再试一次，或向工作人员求助。",
            ),
            Self::SeenUnknown => (
                "I can read it, but I have no approved information about it. A member of staff can help you: touch “Talk to a person”.",
                "上面的文字我能读出来，但我没有相关的可靠信息。您可以点击“找人工”，由工作人员帮助您。",
            ),
            Self::SeenNothing => (
                "I found nothing that I can read. Please hold it flat and closer to the camera, in good light.",
                "没有读到内容。请在光线好的地方，把它平放并靠近摄像头。",
            ),
            Self::PictureUnreadable => (
                "I could not use that picture. Please try again, or choose a JPEG or PNG picture.",
                "这张图片无法使用，请重试，或选择 JPEG 或 PNG 图片。",
            ),
            Self::PictureTooLarge => {
                ("That picture is too large for me. Please choose a smaller one.", "图片太大，请换一张小一些的。")
            }
            Self::PictureDark => (
                "The picture is black. Please check that nothing covers the camera.",
                "画面是黑的，请看看摄像头是否被挡住。",
            ),
            Self::PhonePage => (
                "Point your phone's camera here. The page stays for ten minutes; your phone must be on this site's network.",
                "请用手机扫一扫，页面保留十分钟。手机需要连接本场所的网络。",
            ),
            Self::PhoneWords => {
                ("Point your phone's camera here: the answer is in the code.", "请用手机扫一扫，答案就在码里。")
            }
            Self::NothingKept => ("Nothing of this picture is kept.", "图片不会被保存。"),
            Self::CannotSee => {
                ("I cannot read pictures on this kiosk. Please type or touch.", "本机暂时不能识别图片，请打字或点选。")
            }
            Self::Held => {
                ("A person is talking with you; I keep quiet meanwhile.", "工作人员正在与您交谈，我先不打扰。")
            }
            Self::Full => {
                ("I am talking with other visitors. Please try again in a moment.", "我正在接待其他访客，请稍后再试。")
            }
        };
        match language {
            Language::English => english,
            Language::Chinese => chinese,
        }
    }
}

//! What the things of a report are called. In English a line's `what` is its name.

use crate::domain::Language;

/// The name of `what`; a thing without a Chinese one keeps its own.
pub fn of(what: &str, language: Language) -> &str {
    match language {
        Language::English => what,
        Language::Chinese => chinese(what).unwrap_or(what),
    }
}

fn chinese(what: &str) -> Option<&'static str> {
    Some(match what {
        "disk" => "磁盘",
        "disk writing" => "磁盘写入",
        "disk wear" => "磁盘磨损",
        "memory" => "内存",
        "clock" => "时钟",
        "network" => "网络",
        "temperature" => "温度",
        "certificate" => "证书",
        "devices" => "设备",
        "configuration" => "配置",
        "knowledge" => "知识库",
        "language" => "语言模型",
        "embedding" => "语义检索",
        "hearing" => "听写",
        "detection" => "语音检测",
        "voice" => "语音合成",
        "reading" => "文字识别",
        "sight" => "视觉",
        "endpoint" => "话轮结束",
        "runtime" => "运行库",
        "golden question" => "基准问题",
        "golden en" => "基准问题（英语）",
        "golden zh" => "基准问题（中文）",
        "pins" => "引脚",
        "desk link" => "服务台连接",
        "sound" => "声音",
        "microphone" => "麦克风",
        "camera" => "摄像头",
        "touch" => "触摸屏",
        "screen" => "屏幕",
        _ => return None,
    })
}

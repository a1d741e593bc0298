// The words of the page Self-test.

export const CHECKS = {
  en: {
    lead: "Looks at models, sound, camera, pins, disk, clock and links, and says what to repair.",
    run: "Run the self-test", running: "The self-test runs …", report: "Printable report", never: "No self-test yet", neverNote: "It takes about a minute. Visitors can go on meanwhile.",
    at: (at) => `Run ${at}`, health: { good: "good", warning: "to look at", bad: "to repair" }, repair: "Repair", goodOnes: (count) => `${count} good`, allGood: "Everything is good", toRepair: (count) => (count === 1 ? "1 thing to repair" : `${count} things to repair`), toLook: (count) => (count === 1 ? "1 thing to look at" : `${count} things to look at`),
    finished: "The self-test is done.",
    checkNames: {}, // the server says these in English
  },
  zh: {
    lead: "检查模型、声音、摄像头、引脚、磁盘、时钟与连接，并说明如何修复。",
    run: "运行自检", running: "自检进行中……", report: "可打印的报告", never: "尚未自检", neverNote: "约需一分钟，期间访客仍可使用。",
    at: (at) => `运行于 ${at}`, health: { good: "正常", warning: "需留意", bad: "需修复" }, repair: "修复方法", goodOnes: (count) => `${count} 项正常`, allGood: "一切正常", toRepair: (count) => `${count} 项需修复`, toLook: (count) => `${count} 项需留意`,
    finished: "自检已完成。",
    checkNames: {
      disk: "磁盘", "disk writing": "磁盘写入", "disk wear": "磁盘磨损", memory: "内存", clock: "时钟", network: "网络", temperature: "温度", certificate: "证书", devices: "设备", language: "语言模型", embedding: "语义检索", hearing: "听写", detection: "语音检测",
      voice: "语音合成", reading: "文字识别", sight: "视觉", runtime: "运行库", "golden question": "基准问题", pins: "引脚", "desk link": "服务台连接", sound: "声音", microphone: "麦克风", camera: "摄像头", touch: "触摸屏",
    },
  },
};

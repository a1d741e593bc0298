// The words of the page Self-test. What was found is told by the server, in both languages.

export const CHECKS = {
  en: {
    lead: "Looks at models, sound, camera, pins, disk, clock and links, and says what to repair.",
    run: "Run the self-test", running: "The self-test runs …", report: "Printable report", never: "No self-test yet", neverNote: "It takes about a minute. Visitors can go on meanwhile.",
    at: (at) => `Run ${at}`, health: { good: "good", warning: "to look at", bad: "to repair" }, repair: "Repair", goodOnes: (count) => `${count} good`, allGood: "Everything is good", toRepair: (count) => (count === 1 ? "1 thing to repair" : `${count} things to repair`), toLook: (count) => (count === 1 ? "1 thing to look at" : `${count} things to look at`),
    finished: "The self-test is done.",
  },
  zh: {
    lead: "检查模型、声音、摄像头、引脚、磁盘、时钟与连接，并说明如何修复。",
    run: "运行自检", running: "自检进行中……", report: "可打印的报告", never: "尚未自检", neverNote: "约需一分钟，期间访客仍可使用。",
    at: (at) => `运行于 ${at}`, health: { good: "正常", warning: "需留意", bad: "需修复" }, repair: "修复方法", goodOnes: (count) => `${count} 项正常`, allGood: "一切正常", toRepair: (count) => `${count} 项需修复`, toLook: (count) => `${count} 项需留意`,
    finished: "自检已完成。",
  },
};

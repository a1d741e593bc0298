// The words of the pages Audit and Logs.

export const AUDIT = {
  en: {
    lead: "Every change on this page, by whom. Each line carries the hash of the one before.",
    whole: "The chain is whole", wholeNote: "No line was changed or taken out.", broken: (seq) => `The chain is broken at line ${seq}`, brokenNote: "A line was changed, taken out, or the file was exchanged. Lines from there on prove nothing. Keep this device and its backup for whoever looks into it.",
    number: "No.", at: "When", who: "Who", what: "What", detail: "Detail", hash: "Hash", none: "No changes yet", noneNote: "The first one is written down here.", exportLines: "Save these lines",
  },
  zh: {
    lead: "本页面上的每次更改及操作人。每行都带有上一行的哈希。",
    whole: "审计链完整", wholeNote: "没有任何行被修改或删除。", broken: (seq) => `审计链在第 ${seq} 行断裂`, brokenNote: "有行被修改、删除，或文件被替换，此后的记录不再可信。请保留本设备及其备份以便调查。",
    number: "序号", at: "时间", who: "操作人", what: "操作", detail: "详情", hash: "哈希", none: "尚无更改", noneNote: "第一次更改会记录在这里。", exportLines: "保存这些行",
  },
};

export const LOGS = {
  en: {
    lead: "What the program says. Never what visitors say.", level: "From level", levels: { error: "Errors", warn: "Warnings", info: "Information", debug: "Details" }, follow: "Follow", search: "Search these lines", none: "Nothing here", noneNote: "Choose another level, or wait.",
    lines: (count) => `${count} lines`, earlier: "Older lines are in the files on the device.",
  },
  zh: {
    lead: "程序自身的记录，从不包含访客的话。", level: "最低级别", levels: { error: "错误", warn: "警告", info: "信息", debug: "细节" }, follow: "实时跟随", search: "在这些行中搜索", none: "没有内容", noneNote: "请选择其他级别，或稍候。",
    lines: (count) => `${count} 行`, earlier: "更早的记录在设备的文件中。",
  },
};

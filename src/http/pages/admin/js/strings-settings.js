// The words of the page Settings. Names of the settings themselves stand in settings-words-list.js.

export const SETTINGS = {
  en: {
    lead: (path) => `Kept in ${path}, comments and all.`, search: "Search settings", sections: "Sections", nothing: "No setting of that name", nothingNote: "Try another word.", notSet: "not set", pickColour: "pick", linesCount: (count) => (count === 1 ? "1 line" : `${count} lines`),
    origins: { environment: "set by the environment", "command line": "set on the command line", default: "default", file: "file" }, changed: "changed", refused: "refused", afterRestart: "after restart", undo: "Undo", toDefault: "Use default", moveUp: "Move up", moveDown: "Move down",
    addEntry: "Add an entry", entryName: "Name", entryNameNote: "Lower case letters, digits, hyphens and underscores.", entryThere: "This name is taken.", noEntries: "No entries", noEntriesNote: "Nothing of this kind is set up.", removeEntry: (name) => `Remove ${name}?`, removeEntryText: "It is gone once you save.",
    jsonNote: "As JSON, checked against the schema.", noJson: (reason) => `This is no JSON: ${reason}`, misfit: (path, reason) => `${path || "value"}: ${reason}`, misfits: { missing: "is missing", form: "does not fit", option: "is none of the allowed values", list: "must be a list", object: "must be an object", unknown: "is not known", string: "must be a text", integer: "must be a whole number", number: "must be a number", boolean: "must be true or false" },
    unsaved: (count) => (count === 1 ? "1 change not saved" : `${count} changes not saved`), restartOf: (count) => (count === 1 ? "1 takes effect after a restart" : `${count} take effect after a restart`), atOnce: "takes effect at once", discard: "Discard", saveAll: "Save", faulty: "Mend the marked fields first.",
    saved: (count) => (count === 1 ? "1 change is in effect." : `${count} changes are in effect.`), savedRestart: "Saved. The rest takes effect after a restart.", refusedCount: (count) => (count === 1 ? "Nothing was saved: 1 value was refused. The reason stands beside it." : `Nothing was saved: ${count} values were refused. The reasons stand beside them.`),
    pending: "A restart is needed", pendingNote: (paths) => `Saved, but not in effect yet: ${paths}.`, restartNow: "Restart now", restartTitle: "Restart the kiosk?", restartText: "Visitors see for some seconds that it restarts. This page comes back by itself.", restarted: "The kiosk has restarted.", pinnedNote: "This value comes from outside the file. Changing the file does not change it.",
  },
  zh: {
    lead: (path) => `保存在 ${path} 中，注释会保留。`, search: "搜索设置", sections: "分类", nothing: "没有此名称的设置", nothingNote: "请换一个词。", notSet: "未设置", pickColour: "选择颜色", linesCount: (count) => `${count} 行`,
    origins: { environment: "由环境变量设定", "command line": "由命令行设定", default: "默认", file: "文件" }, changed: "已修改", refused: "被拒绝", afterRestart: "重启后生效", undo: "撤销", toDefault: "恢复默认", moveUp: "上移", moveDown: "下移",
    addEntry: "添加条目", entryName: "名称", entryNameNote: "小写字母、数字、连字符和下划线。", entryThere: "此名称已被使用。", noEntries: "没有条目", noEntriesNote: "尚未配置此类内容。", removeEntry: (name) => `删除 ${name}？`, removeEntryText: "保存后即被删除。",
    jsonNote: "以 JSON 填写，按模式校验。", noJson: (reason) => `不是有效的 JSON：${reason}`, misfit: (path, reason) => `${path || "值"}：${reason}`, misfits: { missing: "缺失", form: "形式不符", option: "不是允许的值", list: "应为列表", object: "应为对象", unknown: "未知", string: "应为文本", integer: "应为整数", number: "应为数字", boolean: "应为 true 或 false" },
    unsaved: (count) => `${count} 项修改未保存`, restartOf: (count) => `其中 ${count} 项重启后生效`, atOnce: "立即生效", discard: "放弃", saveAll: "保存", faulty: "请先修正标出的项目。",
    saved: (count) => `${count} 项修改已生效。`, savedRestart: "已保存，其余在重启后生效。", refusedCount: (count) => `未保存：有 ${count} 个值被拒绝，原因见旁注。`,
    pending: "需要重启", pendingNote: (paths) => `已保存但尚未生效：${paths}。`, restartNow: "立即重启", restartTitle: "重启终端？", restartText: "访客会看到数秒的重启提示，本页会自动恢复。", restarted: "终端已重启。", pinnedNote: "此值来自文件之外，修改文件不会改变它。",
  },
};

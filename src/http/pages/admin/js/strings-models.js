// The words of the page Models.

export const MODELS = {
  en: {
    lead: "What the kiosk hears, understands and speaks with. Everything runs on this board.",
    budget: "Memory for models", budgetText: (used, whole) => `${used} of ${whole} in use`, free: (free) => `${free} free`, would: (name, need) => `with ${name}: ${need} more`,
    verify: "Verify all", bench: "Measure speed", importModel: "Import", importNote: "A .gguf, .onnx or usher model package from this device. It is checked before it is used.", importTitle: "Import a model from a file", importLead: "For kiosks without network.", imported: "The model is imported.",
    missing: "Missing", missingNote: "Fetch them, or import them from a file.", pull: "Fetch", pullAll: "Fetch all missing",
    installed: "Installed", catalogue: "Catalogue", catalogueNote: "Models that this project knows. Need is checked against the memory before anything is loaded.",
    model: "Model", role: "Role", languages: "Languages", licence: "Licence", size: "On disk", need: "In memory", state: "State", repair: "Repair",
    inUse: "in use", afterRestart: "after a restart", waitsRestart: "Models wait for a restart", waitsRestartNote: "They are here and whole, and serve visitors once usher was restarted.", restartNow: "Restart", restartTitle: "Restart usher?", restartText: "Visitors see the contact card for some seconds.", whole: "whole", notWhole: "damaged", fits: "fits", tooBig: "too big", whys: { unpinned: "not pinned", here: "here already", unfit: "cannot be used" },
    unpinnedNote: "What is not pinned has no digests to be checked by: bring it in with Import.",
    use: "Use", switchTitle: (name) => `Use ${name}?`, switchText: (role) => `The model for ${role} is loaded and answers the golden questions. If it fails or does not fit, the present one comes back by itself. Visitors wait some seconds.`, switchYes: "Switch",
    kept: (name) => `${name} is in use. It answered the golden questions.`, returned: (reason) => `The model before is back: ${reason}`,
    removeTitle: (name) => `Remove ${name}?`, removeText: (size) => `Frees ${size} of disk. It can be fetched again.`, removed: "The model is removed.",
    verified: "All models are whole.", filesRead: (count) => `${count} files were read again.`, damaged: "Damaged files", damagedNote: "Fetch the models of these files again.", noneInstalled: "No models yet", noneInstalledNote: "Fetch the starter pack, or import from a file.", anyLanguage: "any", measured: "Measured speed", measuredNote: (count) => `${count} questions of the site's topics, one after the other.`, answerTime: "Until the answer", soundTime: "From the answer to its first sound", times: (median, most) => `median ${median}; 19 of 20 within ${most}`, unanswered: "Questions without an answer",
  },
  zh: {
    lead: "终端用来听、理解和说话的模型，全部在本机运行。",
    budget: "模型可用内存", budgetText: (used, whole) => `已用 ${used}，共 ${whole}`, free: (free) => `剩余 ${free}`, would: (name, need) => `使用 ${name} 还需 ${need}`,
    verify: "全部校验", bench: "测速", importModel: "导入", importNote: "本设备上的 .gguf、.onnx 或 usher 模型包，使用前会先检查。", importTitle: "从文件导入模型", importLead: "适用于没有网络的终端。", imported: "模型已导入。",
    missing: "缺失", missingNote: "请获取，或从文件导入。", pull: "获取", pullAll: "获取全部缺失模型",
    installed: "已安装", catalogue: "目录", catalogueNote: "本项目已知的模型。加载前会先核对内存是否足够。",
    model: "模型", role: "用途", languages: "语言", licence: "许可", size: "磁盘占用", need: "内存需求", state: "状态", repair: "修复方法",
    inUse: "使用中", afterRestart: "重启后启用", waitsRestart: "有模型等待重启", waitsRestartNote: "模型已在本机且完整，重启 usher 后开始服务。", restartNow: "重启", restartTitle: "重启 usher？", restartText: "访客会在数秒内看到联系卡。", whole: "完整", notWhole: "已损坏", fits: "可容纳", tooBig: "内存不足", whys: { unpinned: "未固定版本", here: "已在本机", unfit: "无法使用" },
    unpinnedNote: "未固定版本的模型没有可核对的摘要，请用“导入”带入。",
    use: "使用", switchTitle: (name) => `使用 ${name}？`, switchText: (role) => `将加载“${role}”模型并回答基准问题。如果失败或内存不足，会自动换回现有模型。访客需等待数秒。`, switchYes: "切换",
    kept: (name) => `${name} 已启用，并通过了基准问题。`, returned: (reason) => `已自动换回原模型：${reason}`,
    removeTitle: (name) => `删除 ${name}？`, removeText: (size) => `释放 ${size} 磁盘空间，之后可重新获取。`, removed: "模型已删除。",
    verified: "所有模型均完整。", filesRead: (count) => `已重新读取 ${count} 个文件。`, damaged: "已损坏的文件", damagedNote: "请重新获取这些文件所属的模型。", noneInstalled: "还没有模型", noneInstalledNote: "请获取入门包，或从文件导入。", anyLanguage: "不限", measured: "测速结果", measuredNote: (count) => `依次提出站点主题中的 ${count} 个问题。`, answerTime: "得到回答", soundTime: "从回答到开始播报", times: (median, most) => `中位 ${median}，95% 在 ${most} 以内`, unanswered: "未得到回答的问题",
  },
};

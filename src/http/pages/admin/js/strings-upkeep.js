// The words of the pages Backup, Update and Reset.

export const BACKUP = {
  en: {
    lead: "A backup holds settings, knowledge, people and the audit log. Models are fetched again; nothing of visits is in it.",
    make: "Make a backup", made: "The backup is ready. Download it and keep it elsewhere.", backups: "On this device", name: "File", size: "Size", at: "Made", none: "No backups yet", noneNote: "Make one before you change much.", digest: "SHA-256",
    restore: "Restore", restoreLead: "First you see what the file holds. Nothing is changed until you apply it.", hint: "A backup file of this or another kiosk", reviewTitle: (name) => `What ${name} holds`, site: "Site", version: "Version", contains: "Contains", faults: "What does not fit", apply: "Restore this", discard: "Discard",
    applyTitle: "Restore this backup?", applyText: "What is on this kiosk now is replaced by what the backup holds, and the kiosk restarts. Visitors see the contact card meanwhile. You may have to sign in again with a password of the backup.", ownerOnly: "Restoring takes the role Owner.", restored: "The backup is restored.",
  },
  zh: {
    lead: "备份包含设置、知识、人员和审计日志。模型会重新获取；不含任何访客内容。",
    make: "制作备份", made: "备份已完成，请下载并另行保存。", backups: "本设备上的备份", name: "文件", size: "大小", at: "制作时间", none: "还没有备份", noneNote: "作较大改动前请先备份。", digest: "SHA-256",
    restore: "恢复", restoreLead: "先查看文件内容；应用之前不会改动任何内容。", hint: "本机或其他终端的备份文件", reviewTitle: (name) => `${name} 的内容`, site: "站点", version: "版本", contains: "包含", faults: "不相符之处", apply: "恢复此备份", discard: "放弃",
    applyTitle: "恢复此备份？", applyText: "终端上的现有内容将被备份取代，随后终端重启，期间访客看到联系卡。之后您可能需要用备份中的密码重新登录。", ownerOnly: "恢复需要“所有者”角色。", restored: "备份已恢复。",
  },
};

export const UPDATE = {
  en: {
    lead: "Two versions fit on the device. A new one must answer the golden questions, or the old one comes back by itself.",
    running: "Running", other: "The other slot", slot: (slot) => (slot === "none" ? "from the package" : `slot ${slot.toUpperCase()}`), onTrial: "on trial", noLauncher: "New versions are not tried here", noLauncherNote: "This usher was started without `usher update boot`. A bundle is installed, and tried when the service starts it.", states: { empty: "empty", chosen: "starts next", ready: "ready to return to", failed: "failed" }, empty: "empty",
    online: "From the update source", source: "Source", noSource: "No source is set. Bring a bundle on a stick or on this phone.", key: "Signed by key", check: "Look for a new version", newest: (version) => `${version} is the newest version.`, available: (version) => `Version ${version} is available`, notes: "What is new", size: "Size", apply: (version) => `Update to ${version}`,
    offline: "From a file", offlineLead: "A signed bundle (.bundle). Wrong signatures and older versions are refused.", hint: "Sent to the kiosk, checked, and started in the other slot", back: (version) => `Return to ${version}`, backTitle: (version) => `Return to ${version}?`, backText: "The kiosk restarts with the version before. Knowledge and settings stay.",
    applyTitle: (version) => `Update to ${version}?`, applyText: "The kiosk restarts with the new version in the other slot. It answers the golden questions; if one fails, the present version comes back by itself. This takes about two minutes.", uploadTitle: (name) => `Update from ${name}?`, ownerOnly: "Updating takes the role Owner.",
    waiting: "The kiosk changes its version. Leave this page open.", outcomeGood: (version) => `Version ${version} is running and healthy`, outcomeGoodNote: "It answered the golden questions.", outcomeBack: (version) => `Version ${version} is back`, outcomeBackNote: (reason) => `The new version did not pass${reason ? `: ${reason}` : ""}. Visitors are served as before.`, outcomeSame: (version) => `Still version ${version}`, failed: "The update was not applied", go: "Update", goBack: "Return",
  },
  zh: {
    lead: "设备可容纳两个版本。新版本必须答对基准问题，否则自动回到旧版本。",
    running: "正在运行", other: "另一槽位", slot: (slot) => (slot === "none" ? "来自安装包" : `槽位 ${slot.toUpperCase()}`), onTrial: "试运行中", noLauncher: "此处不会试运行新版本", noLauncherNote: "usher 未经 `usher update boot` 启动。更新包会安装好，待服务启动它时再试运行。", states: { empty: "空", chosen: "下次启动", ready: "可返回", failed: "未通过" }, empty: "空",
    online: "从更新源", source: "更新源", noSource: "未设置更新源，请用U盘或本手机携带更新包。", key: "签名密钥", check: "查找新版本", newest: (version) => `${version} 已是最新版本。`, available: (version) => `有新版本 ${version}`, notes: "更新内容", size: "大小", apply: (version) => `更新到 ${version}`,
    offline: "从文件", offlineLead: "经签名的更新包（.bundle）。签名错误或版本更旧的会被拒绝。", hint: "发送到终端，校验后在另一槽位启动", back: (version) => `返回 ${version}`, backTitle: (version) => `返回 ${version}？`, backText: "终端将以先前的版本重启，知识和设置保持不变。",
    applyTitle: (version) => `更新到 ${version}？`, applyText: "终端将在另一槽位以新版本重启，并回答基准问题；任一失败则自动回到现有版本。约需两分钟。", uploadTitle: (name) => `用 ${name} 更新？`, ownerOnly: "更新需要“所有者”角色。",
    waiting: "终端正在更换版本，请不要关闭本页。", outcomeGood: (version) => `版本 ${version} 运行正常`, outcomeGoodNote: "已答对基准问题。", outcomeBack: (version) => `已回到版本 ${version}`, outcomeBackNote: (reason) => `新版本未通过检查${reason ? `（${reason}）` : ""}，访客照常使用。`, outcomeSame: (version) => `仍为版本 ${version}`, failed: "更新未应用", go: "更新", goBack: "返回",
  },
};

export const RESET = {
  en: {
    lead: "Puts the kiosk back to how it left the factory.", what: "What goes, what stays", goes: "Goes: people and passwords, settings made here, imported knowledge, backups on this device, the audit log, device keys.", stays: "Stays: the program, its two versions, and models. Nothing of visits is there to go.",
    before: "Make a backup first", beforeNote: "After a reset nothing can be brought back without one.", toBackup: "To the backup", reset: "Reset this kiosk", title: "Reset this kiosk?", text: "The kiosk restarts and shows a new one-time secret on its own screen. Somebody has to stand in front of it to begin again.", ownerOnly: "Resetting takes the role Owner.",
  },
  zh: {
    lead: "将终端恢复到出厂状态。", what: "清除与保留", goes: "清除：人员和密码、在此作出的设置、导入的知识、本机备份、审计日志、设备密钥。", stays: "保留：程序及其两个版本、模型。不存在需要清除的访客内容。",
    before: "请先备份", beforeNote: "没有备份，重置后无法恢复任何内容。", toBackup: "前往备份", reset: "重置此终端", title: "重置此终端？", text: "终端将重启，并在自己的屏幕上显示新的一次性密钥。需要有人站在终端前重新开始。", ownerOnly: "重置需要“所有者”角色。",
  },
};

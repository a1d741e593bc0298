// The words of the page People.

export const PEOPLE = {
  en: {
    lead: "Who may look after this kiosk. Agents of the desk have accounts of their own.",
    addPerson: "Add a person", you: "you", role: "Role", since: "Since",
    roleNotes: { viewer: "reads", technician: "changes settings, knowledge, models and devices, makes backups", owner: "also people, restore, reset and update" },
    added: (name) => `${name} can sign in now.`, roleChanged: (name, role) => `${name}: ${role}.`, newPasswordFor: (name) => `New password for ${name}`, setPassword: "Set password", passwordSet: (name) => `The password of ${name} is changed.`,
    removeTitle: (name) => `Remove ${name}?`, removeText: "They are signed out at once.", removed: (name) => `${name} is removed.`, whatRoles: "What roles may",
    refusalsHere: { last_owner: "The last owner cannot go." },
  },
  zh: {
    lead: "可以管理这台终端的人。服务台接待人员另有账户。",
    addPerson: "添加人员", you: "您", role: "角色", since: "自",
    roleNotes: { viewer: "查看", technician: "修改设置、知识、模型和设备，制作备份", owner: "另可管理人员、恢复、重置和更新" },
    added: (name) => `${name} 现在可以登录。`, roleChanged: (name, role) => `${name}：${role}。`, newPasswordFor: (name) => `${name} 的新密码`, setPassword: "设置密码", passwordSet: (name) => `${name} 的密码已修改。`,
    removeTitle: (name) => `删除 ${name}？`, removeText: "将立即退出登录。", removed: (name) => `已删除 ${name}。`, whatRoles: "各角色的权限",
    refusalsHere: { last_owner: "不能移除最后一位所有者。" },
  },
};

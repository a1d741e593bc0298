// The words of the card Links.

export const LINKS = {
  en: {
    title: "Way to people", names: { desk: "Desk" }, states: { staffed: "staffed", empty: "nobody signed in", down: "not reached" },
    notes: { empty: "The desk answers, but no agent is signed in: visitors see the contact card.", down: "The desk does not answer: check the cable, the desk's address and the desk's own log." },
    people: (count, language) => `${language}: ${count}`, comma: ", ", none: "No desk", noneNote: "Visitors who want a person see the contact card.",
  },
  zh: {
    title: "联系人工", names: { desk: "服务台" }, states: { staffed: "有人值守", empty: "无人登录", down: "无法连接" },
    notes: { empty: "服务台有响应，但没有接待人员登录：访客看到联系卡。", down: "服务台没有响应：请检查网线、服务台地址和服务台自己的日志。" },
    people: (count, language) => `${language}：${count} 人`, comma: "，", none: "没有服务台", noneNote: "需要人工的访客会看到联系卡。",
  },
};

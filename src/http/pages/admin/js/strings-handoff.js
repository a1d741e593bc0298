// The words of the page Hand-over.

export const HANDOFF = {
  en: {
    lead: "How a visitor reaches a person from this kiosk.", way: "The way to the desk", ways: { off: "No desk: visitors see the contact card", local: "The desk inside this program", websocket: "Another usher's desk", nats: "Desks that share one queue over NATS" },
    address: "Address", kiosk: "This kiosk's name at the desk", hours: "Hours", always: "whenever somebody is signed in", webhook: "Another desk product", none: "none", change: "Change in the settings", openDesk: "Open the desk",
    people: "Agents are added on the device with", days: { mon: "Mon", tue: "Tue", wed: "Wed", thu: "Thu", fri: "Fri", sat: "Sat", sun: "Sun" },
  },
  zh: {
    lead: "访客如何从这台终端联系到工作人员。", way: "通往服务台的方式", ways: { off: "没有服务台：访客看到联系卡", local: "本程序内的服务台", websocket: "另一台 usher 的服务台", nats: "通过 NATS 共享队列的服务台" },
    address: "地址", kiosk: "本终端在服务台的名称", hours: "服务时间", always: "有人登录时", webhook: "其他服务台产品", none: "无", change: "在设置中更改", openDesk: "打开服务台",
    people: "在设备上添加接待人员：", days: { mon: "周一", tue: "周二", wed: "周三", thu: "周四", fri: "周五", sat: "周六", sun: "周日" },
  },
};

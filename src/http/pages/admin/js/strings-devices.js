// The words of the page Devices.

export const DEVICES = {
  en: {
    lead: "Test each part while you stand in front of the kiosk.",
    board: "Board", backend: "Pins are driven by", backends: { none: "nothing", chip: "the Linux character device", pi: "rppal", simulated: "a simulation" },
    connected: (count) => (count === 1 ? "The kiosk's page is connected: sound, camera and touch can be tested." : `${count} kiosk pages are connected: sound, camera and touch can be tested.`),
    noPages: "The kiosk's page is not open", noPagesNote: "Sound, microphone, camera and touch are tested by the page on the kiosk's own screen. Switch the screen on, or restart the kiosk's browser.",
    live: "Live tests", try: "Test", again: "Test again", trying: "Testing …",
    parts: { sound: "Loudspeaker and microphone", microphone: "Microphone", camera: "Camera", touch: "Screen touch", light: "Status light" },
    partNotes: {
      sound: "Plays a tone and listens for it.", microphone: "Listens for three seconds; speak at an arm's length.", camera: "Takes one picture, shown here once and kept nowhere.", touch: "Touch the marks on the kiosk's screen.", light: "Shows every colour in turn; look at the kiosk.",
    },
    health: { good: "good", warning: "to look at", bad: "to repair" }, repair: "Repair",
    level: "Level", delay: "Delay", echo: "Echo return", focus: "Focus", exposure: "Exposure", reached: "Marks reached", pictureNote: "This picture is gone when you leave the page.", pictureAlt: "What the kiosk's camera sees now",
    pins: "Pins", noPins: "No pins", noPinsNote: "This board has no button and no light. Set them in the settings under Pins.", toPins: "Pin settings",
    role: "Role", line: "Line", direction: "Direction", directions: { in: "in", out: "out" }, active: "Active", levels: { high: "high", low: "low" }, safe: "Safe state", state: "Now", states: { active: "active", inactive: "inactive", unknown: "unknown" },
    pulse: (ms) => `Pulse ${ms} ms`, pulsed: (role, state) => `${role}: pulse sent, now ${state}.`, watch: "Press it and watch.",
    pinRoles: { help_button: "Help button", status_light: "Status light", presence_sensor: "Presence sensor", privacy_shutter: "Privacy shutter", headset: "Headset", door: "Door switch", headset_detect: "Headset", door_switch: "Door switch", presence: "Presence sensor", door_release: "Door release", "status_light.red": "Status light, red", "status_light.green": "Status light, green", "status_light.blue": "Status light, blue" },
  },
  zh: {
    lead: "站在终端前逐项测试。",
    board: "主板", backend: "引脚驱动", backends: { none: "无", chip: "Linux 字符设备", pi: "rppal", simulated: "模拟" },
    connected: (count) => `已连接 ${count} 个终端页面，可以测试声音、摄像头和触摸。`,
    noPages: "终端页面未打开", noPagesNote: "扬声器、麦克风、摄像头和触摸由终端自己屏幕上的页面测试。请打开屏幕，或重启终端浏览器。",
    live: "实时测试", try: "测试", again: "再次测试", trying: "测试中……",
    parts: { sound: "扬声器与麦克风", microphone: "麦克风", camera: "摄像头", touch: "触摸屏", light: "状态灯" },
    partNotes: {
      sound: "播放提示音并回收。", microphone: "聆听三秒，请在一臂距离说话。", camera: "拍一张照片，只在此显示一次，不保存。", touch: "请触摸终端屏幕上的标记。", light: "依次显示每种颜色，请看终端。",
    },
    health: { good: "正常", warning: "需留意", bad: "需修复" }, repair: "修复方法",
    level: "电平", delay: "延迟", echo: "回声损耗", focus: "对焦", exposure: "曝光", reached: "已触及标记", pictureNote: "离开本页后照片即消失。", pictureAlt: "终端摄像头当前画面",
    pins: "引脚", noPins: "没有引脚", noPinsNote: "此主板没有按钮和灯，可在设置的“引脚”中配置。", toPins: "引脚设置",
    role: "用途", line: "线号", direction: "方向", directions: { in: "输入", out: "输出" }, active: "有效电平", levels: { high: "高", low: "低" }, safe: "安全状态", state: "当前", states: { active: "有效", inactive: "无效", unknown: "未知" },
    pulse: (ms) => `脉冲 ${ms} 毫秒`, pulsed: (role, state) => `${role}：脉冲已发出，当前${state}。`, watch: "按下并观察。",
    pinRoles: { help_button: "求助按钮", status_light: "状态灯", presence_sensor: "人体感应", privacy_shutter: "隐私遮板", headset: "耳机", door: "门开关", headset_detect: "耳机", door_switch: "门开关", presence: "人体感应", door_release: "门锁释放", "status_light.red": "状态灯（红）", "status_light.green": "状态灯（绿）", "status_light.blue": "状态灯（蓝）" },
  },
};

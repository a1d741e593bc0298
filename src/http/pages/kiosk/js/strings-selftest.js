// The fixed sentences of the self-test, in every language of the page.

const EN = {
  title: "A technician is testing this kiosk",
  soon: "It will be back in a moment.",
  cancel: "Stop the test",
  parts: { sound: "Loudspeaker and microphone", microphone: "Microphone", camera: "Camera", touch: "Touch screen", light: "Screen" },
  steps: {
    opening: "Getting ready…",
    gesture: "Touch the screen once to allow sound",
    playing: "You hear a rising tone. Please keep quiet.",
    listening: "Please say a sentence aloud",
    looking: "Hold a printed page in front of the camera",
    touching: "Touch the circle",
    asking: "Was every colour even, without dots, stripes or dark corners?",
    done: "Done. Thank you.",
    failed: "This part could not be tested.",
  },
  reasons: { refused: "The browser does not allow it.", absent: "The device was not found.", in_use: "Another program uses the device.", late: "The device gives nothing." },
  yes: "Yes, even",
  no: "No, something is wrong",
  picture: "What the camera sees",
  count: (done, of) => `${done} of ${of}`,
};

const ZH = {
  title: "技术人员正在检测本机",
  soon: "稍后即可使用。",
  cancel: "停止检测",
  parts: { sound: "扬声器与麦克风", microphone: "麦克风", camera: "摄像头", touch: "触摸屏", light: "显示屏" },
  steps: {
    opening: "正在准备…",
    gesture: "请轻触屏幕以允许播放声音",
    playing: "正在播放由低到高的测试音，请保持安静。",
    listening: "请大声说一句话",
    looking: "请将一张印刷品放到摄像头前",
    touching: "请触摸圆圈",
    asking: "每种颜色是否均匀，没有亮点、条纹或暗角？",
    done: "检测完成，谢谢。",
    failed: "此项未能检测。",
  },
  reasons: { refused: "浏览器不允许使用。", absent: "未找到设备。", in_use: "设备正被其他程序占用。", late: "设备没有信号。" },
  yes: "是，均匀",
  no: "否，有异常",
  picture: "摄像头画面",
  count: (done, of) => `${done} / ${of}`,
};

export const SELFTEST_STRINGS = Object.freeze({ en: EN, zh: ZH });

// The words of the page Privacy.

export const PRIVACY = {
  en: {
    lead: "What is processed here, what visitors are told, and how long anything stays.", profile: "Profile", profiles: { eu: "European Union", cn: "China", us: "United States" }, profileNote: "Notices and consents follow this place's law.", change: "Change in the settings", report: "Report for the impact assessment",
    notices: "Notices", noticesNote: "A feature that needs a notice does not start before the notice is shown.", shown: "shown to visitors", noProfile: "No country is chosen", noProfileNote: "The strictest of every profile holds: visitors read its notices, and features wait for them. Choose the country that this kiosk stands in.", features: { presence_camera: "Noticing people", hands_free: "Hands-free listening", reading_camera: "Reading with the camera", person_transcript: "Handing over to a person", camera_clip: "Clips of site cameras", generated_answer: "Answers worded by a model" }, none: "No notices are needed.", retention: "Retention", retentionNote: "By default nothing of a visit outlives it.", class: "What", kept: "How long", where: "Where",
  },
  zh: {
    lead: "这里处理什么、告知访客什么、内容保留多久。", profile: "法域配置", profiles: { eu: "欧盟", cn: "中国", us: "美国" }, profileNote: "告知与同意按当地法律执行。", change: "在设置中更改", report: "影响评估报告",
    notices: "告知", noticesNote: "需要告知的功能，在告知显示之前不会启动。", shown: "已向访客显示", noProfile: "尚未选择法域", noProfileNote: "目前按各法域中最严格的要求执行：访客会看到告知，功能等待告知显示。请选择本机所在法域。", features: { presence_camera: "感知来客", hands_free: "免提聆听", reading_camera: "摄像头识读", person_transcript: "转接人工", camera_clip: "现场摄像头短片", generated_answer: "模型措辞的回答" }, none: "无需告知。", retention: "保留期限", retentionNote: "默认情况下，访问结束后不留下任何内容。", class: "内容", kept: "期限", where: "位置",
  },
};

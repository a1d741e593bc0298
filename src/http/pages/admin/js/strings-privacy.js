// The words of the page Privacy.

export const PRIVACY = {
  en: {
    lead: "What is processed here, what visitors are told, and how long anything stays.", profile: "Profile", profiles: { eu: "European Union", cn: "China", us: "United States" }, profileNote: "Notices and consents follow this place's law.", change: "Change in the settings", report: "Report for the impact assessment",
    notices: "Notices", noticesNote: "A feature that needs a notice does not start before the notice is shown.", shown: "shown to visitors", noProfile: "No country is chosen", noProfileNote: "The strictest of every profile holds: visitors read its notices, and features wait for them. Choose the country that this kiosk stands in.", features: { presence_camera: "Noticing people", hands_free: "Hands-free listening", reading_camera: "Reading with the camera", person_transcript: "Handing over to a person", camera_clip: "Clips of site cameras", generated_answer: "Answers worded by a model" }, none: "No notices are needed.", retention: "Retention", retentionNote: "By default nothing of a visit outlives it.", class: "What", kept: "How long", where: "Where",
    classes: {}, // the server says these in English
    terms: { days: ({ days }) => (days === 1 ? "1 day" : `${days} days`) },
    places: {},
  },
  zh: {
    lead: "这里处理什么、告知访客什么、内容保留多久。", profile: "法域配置", profiles: { eu: "欧盟", cn: "中国", us: "美国" }, profileNote: "告知与同意按当地法律执行。", change: "在设置中更改", report: "影响评估报告",
    notices: "告知", noticesNote: "需要告知的功能，在告知显示之前不会启动。", shown: "已向访客显示", noProfile: "尚未选择法域", noProfileNote: "目前按各法域中最严格的要求执行：访客会看到告知，功能等待告知显示。请选择本机所在法域。", features: { presence_camera: "感知来客", hands_free: "免提聆听", reading_camera: "摄像头识读", person_transcript: "转接人工", camera_clip: "现场摄像头短片", generated_answer: "模型措辞的回答" }, none: "无需告知。", retention: "保留期限", retentionNote: "默认情况下，访问结束后不留下任何内容。", class: "内容", kept: "期限", where: "位置",
    classes: {
      words: "文字", audio: "声音", picture: "照片", "phone copy": "手机副本", "hand-over": "转人工", "desk case": "服务台会话", "call back": "回电预约", "desk record": "服务台记录", "parcel id": "传送编号", statistics: "统计", log: "日志", audit: "审计",
      backup: "备份", account: "账户", "device key": "设备密钥", knowledge: "知识库",
    },
    terms: {
      visit: () => "访问结束即清除，仅在内存中", memory: ({ seconds }) => `${seconds} 秒，仅在内存中`, until_taken: () => "被接收或结束为止，加密封存", days: ({ days }) => `${days} 天`, until_removed: () => "由运营方删除为止",
    },
    places: {
      memory: "内存", "kiosk.db, sealed": "kiosk.db，加密封存", "desk.db, sealed": "desk.db，加密封存", "the statistics' database": "统计数据库", "the system's journal and the log folder": "系统日志与日志文件夹", "the audit's database": "审计数据库",
      "the backups folder, and where the operator carries it": "备份文件夹，以及运营方带往的位置", "the databases": "各数据库", "kiosk.seal and desk.seal, for usher's user alone": "kiosk.seal 与 desk.seal，仅 usher 用户可读",
    },
  },
};

// The words of the page Statistics.

export const STATISTICS = {
  en: {
    lead: "Counts only. What visitors said is never kept.",
    span: "Time span", spans: { 1: "24 hours", 7: "7 days", 30: "30 days" },
    questions: "Questions", perHour: "Questions per hour, by what became of them", perDay: "Questions per day, by what became of them",
    routes: { answer: "answered", show: "shown", errand: "asked a system", clarify: "asked back", decline: "declined", handoff: "to a person" },
    refusedOver: "Refused and handed over", refused: "Refused", handedOver: "Handed over", refusedNote: "Refused: too many at once, or nothing that may be answered.",
    firstWord: "Time to the first word", median: "Median", p95: "95 of 100 are faster", mood: "Mood of the words", moods: { calm: "calm", uneasy: "uneasy", upset: "upset" },
    answered: "Answered here", calm: "Calm", asTable: "As a table", time: "Time",
    summary: (title, total) => `${title}. ${total} in all. The arrow keys read each value; the table below holds the same.`,
    none: "No questions yet", noneNote: "Numbers stand here after the first visitor.",
  },
  zh: {
    lead: "只有数量，从不保留访客说过的话。",
    span: "时间范围", spans: { 1: "24 小时", 7: "7 天", 30: "30 天" },
    questions: "提问", perHour: "每小时提问及其结果", perDay: "每日提问及其结果",
    routes: { answer: "已回答", show: "已展示", errand: "查询系统", clarify: "反问", decline: "婉拒", handoff: "转人工" },
    refusedOver: "拒绝与转人工", refused: "拒绝", handedOver: "转人工", refusedNote: "拒绝：同时访客过多，或内容不可回答。",
    firstWord: "首字时间", median: "中位数", p95: "95% 快于此", mood: "用词情绪", moods: { calm: "平静", uneasy: "不安", upset: "激动" },
    answered: "本机回答", calm: "平静", asTable: "以表格显示", time: "时间",
    summary: (title, total) => `${title}。共 ${total}。可用方向键逐个读取，下方表格内容相同。`,
    none: "尚无提问", noneNote: "首位访客之后，这里会显示数字。",
  },
};

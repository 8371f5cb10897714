// What the page says, in English and Russian.

const WORDS = {
    en: {
        events: "Events", rejected: "Rejected", overflow: "Overflow", rooms: "Rooms", filters: "Filters",
        overview: "Overview", timeline: "Timeline", event: "Event", codes: "Event codes",
        text: "Text", textHint: "in the payload", code: "Event code", codeHint: "ONCRM*", portal: "Portal",
        portalHint: "example.bitrix24.ru", entity: "Entity", entityHint: "ID", time: "Time", clear: "Clear",
        received: "Received", sent: "Sent", payload: "Payload", lag: "Lag", count: "Events", lastSeen: "Last seen",
        all: "All", "15m": "15 minutes", "1h": "1 hour", "24h": "24 hours", "7d": "7 days", "30d": "30 days",
        custom: "Chosen range", ms: "ms", s: "s", min: "min", h: "h", d: "d", ago: "{span} ago", now: "now",
        silent: "silent", silentWhy: "Quiet for more than twice as long as ever before",
        live: "Live", liveIn: "Live, next look in {n} s", paused: "Not live", lostTouch: "No connection",
        perMinute: "Events a minute", perHour: "Events an hour", perDay: "Events a day", other: "other",
        chartLabel: "Chart: {n} events, {from} to {to}. Drag to choose a range.", incomplete: "not all counted",
        counting: "Counting… {n}", shown: "{n} of {total} listed", listed: "{n} listed", found: "{n} found",
        looked: "{n} searched, back to {at}", searching: "Searching…", goOn: "Go on", stop: "Stop",
        none: "No event is like this.", noneRejected: "No request was rejected.", noneOverflow: "Nothing waits here.",
        fresh: "{n} new ↑", copyAs: "Copy as", copied: "Copied", close: "Close", redacted: "redacted",
        redactedWhy: "A secret was here. Only the first 8 digits of its digest are kept.",
        history: "Same entity", noHistory: "Nothing else about it was found.", same: "same content",
        sameWhy: "Its fields are those of the open event", duplicate: "duplicate",
        duplicateWhy: "Another event in the list has the same content", replay: "Replay", to: "Post to",
        token: "Application token", tokenHint: "put back, not kept", post: "Post", posting: "Posting…",
        answered: "Answered {status} in {ms}", stays: "Could not be put back: {names}", cut: "The answer goes on; this is its start.",
        emptyAnswer: "The answer has no body.", requeueAll: "Requeue all", requeue: "Requeue", moveAll: "Move all into the store",
        requeued: "{moved} moved, {left} without an accepted token, {truncated} too large to be kept whole",
        reason: "Reason", tokenname: "Token", sourceip: "From", memberid: "Member", contenthash: "Content", useragent: "Agent",
        size: "Size", bytes: "bytes", light: "Light", dark: "Dark", auto: "Auto", theme: "Theme: {now}", language: "По-русски",
        unreadable: "cannot be read", expand: "Unfold all", fold: "Fold all", items: "{n}",
    },
    ru: {
        events: "События", rejected: "Отклонённые", overflow: "Ожидающие", rooms: "Разделы", filters: "Отбор",
        overview: "Обзор", timeline: "Лента", event: "Событие", codes: "Коды событий",
        text: "Текст", textHint: "в данных", code: "Код события", codeHint: "ONCRM*", portal: "Портал",
        portalHint: "example.bitrix24.ru", entity: "Объект", entityHint: "ID", time: "Время", clear: "Сбросить",
        received: "Получено", sent: "Отправлено", payload: "Данные", lag: "В пути", count: "Событий", lastSeen: "Последнее",
        all: "Всё", "15m": "15 минут", "1h": "1 час", "24h": "Сутки", "7d": "7 дней", "30d": "30 дней",
        custom: "Выбранное", ms: "мс", s: "с", min: "мин", h: "ч", d: "дн", ago: "{span} назад", now: "сейчас",
        silent: "молчит", silentWhy: "Молчит больше чем вдвое дольше, чем когда-либо прежде",
        live: "Обновляется", liveIn: "Обновляется, через {n} с", paused: "Не обновляется", lostTouch: "Нет связи",
        perMinute: "Событий в минуту", perHour: "Событий в час", perDay: "Событий в день", other: "прочие",
        chartLabel: "График: событий {n}, с {from} по {to}. Протяните мышью, чтобы выбрать время.", incomplete: "сосчитаны не все",
        counting: "Считаем… {n}", shown: "В списке {n} из {total}", listed: "В списке {n}", found: "Найдено {n}",
        looked: "просмотрено {n}, до {at}", searching: "Ищем…", goOn: "Дальше", stop: "Остановить",
        none: "Таких событий нет.", noneRejected: "Отклонённых запросов нет.", noneOverflow: "Здесь ничего не ждёт.",
        fresh: "Новых: {n} ↑", copyAs: "Скопировать", copied: "Скопировано", close: "Закрыть", redacted: "скрыто",
        redactedWhy: "Здесь был секрет. От него оставлены только 8 первых цифр хеша.",
        history: "Тот же объект", noHistory: "Больше о нём ничего не нашлось.", same: "то же самое",
        sameWhy: "Поля те же, что у открытого события", duplicate: "повтор",
        duplicateWhy: "В списке есть другое событие с тем же содержимым", replay: "Отправить снова", to: "Куда",
        token: "Токен приложения", tokenHint: "вернётся на место, не хранится", post: "Отправить", posting: "Отправляем…",
        answered: "Ответ {status} за {ms}", stays: "Вернуть не удалось: {names}", cut: "Ответ длиннее, это его начало.",
        emptyAnswer: "Ответ без тела.", requeueAll: "Проверить все снова", requeue: "Проверить снова", moveAll: "Перенести всё в хранилище",
        requeued: "перенесено {moved}, без принятого токена {left}, слишком больших {truncated}",
        reason: "Причина", tokenname: "Токен", sourceip: "Откуда", memberid: "Участник", contenthash: "Содержимое", useragent: "Агент",
        size: "Размер", bytes: "байт", light: "Светлая", dark: "Тёмная", auto: "Авто", theme: "Тема: {now}", language: "In English",
        unreadable: "не читается", expand: "Развернуть", fold: "Свернуть", items: "{n}",
    },
};

let chosen = localStorage.getItem("language") ?? (navigator.language.toLowerCase().startsWith("ru") ? "ru" : "en");

export const language = () => (chosen === "ru" ? "ru" : "en");

export function t(name, values = {}) {
    const text = WORDS[language()][name] ?? name;
    return text.replace(/\{(\w+)\}/g, (_, value) => values[value] ?? "");
}

export function switchLanguage() {
    chosen = language() === "ru" ? "en" : "ru";
    localStorage.setItem("language", chosen);
}

/** Writes the words into what the page has from the start. */
export function translate() {
    document.documentElement.lang = language();
    for (const place of document.querySelectorAll("[data-t]")) place.textContent = t(place.dataset.t);
    for (const place of document.querySelectorAll("[data-label]")) place.setAttribute("aria-label", t(place.dataset.label));
    for (const place of document.querySelectorAll("[data-placeholder]")) place.placeholder = t(place.dataset.placeholder);
}

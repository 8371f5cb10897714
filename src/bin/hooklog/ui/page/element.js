// Making elements. Text goes in as text, and there is no other way in: what a portal sent never becomes markup.

export const find = (id) => document.getElementById(id);

/** Makes an element. `on` has listeners; `class`, and any other property, is an attribute; false and null leave it out. */
export function element(tag, properties = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(properties)) {
        if (name === "on") {
            for (const [event, listener] of Object.entries(value)) made.addEventListener(event, listener);
        } else if (value !== null && value !== undefined && value !== false) {
            made.setAttribute(name, value === true ? "" : String(value));
        }
    }
    made.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
    return made;
}

export const button = (text, click, properties = {}) =>
    element("button", { type: "button", on: { click }, ...properties }, text);

/** Tells somebody who does not see the screen. */
export function say(text) {
    find("said").textContent = text;
}

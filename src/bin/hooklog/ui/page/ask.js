// Asking the program: whole answers, and answers that come line by line.

async function answer(path, options) {
    const response = await fetch(path, options);
    if (response.ok) return response;
    const { error } = await response.json().catch(() => ({ error: `${response.status} ${response.statusText}` }));
    throw new Error(error);
}

export const get = async (path, signal) => (await answer(path, { signal })).json();

export const post = async (path, order) =>
    (await answer(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(order) })).json();

/** Calls `each` with every line, as it comes. */
export async function lines(path, each, signal) {
    const reader = (await answer(path, { signal })).body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = "";
    for (;;) {
        const { done, value } = await reader.read();
        if (done) return;
        const whole = (rest + value).split("\n");
        rest = whole.pop();
        for (const line of whole) each(JSON.parse(line));
    }
}

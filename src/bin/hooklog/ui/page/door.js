// The password, posted by a script: a browser that tells nobody where a form comes from would not tell us either.

const form = document.querySelector("form");
const wrong = document.getElementById("wrong");

form.addEventListener("submit", async (event) => {
    event.preventDefault();
    wrong.hidden = true;
    const answer = await fetch(location.href, { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual" });
    if (answer.type === "opaqueredirect") location.replace("/");
    else wrong.hidden = false;
});

"use strict";
const form = document.querySelector("form");
const body = document.getElementById("body");
const place = document.getElementById("answer");

function show(tone, title, text) {
  const heading = document.createElement("h3");
  heading.className = tone;
  heading.textContent = title;
  const answer = document.createElement("pre");
  answer.tabIndex = 0;
  answer.textContent = text;
  place.replaceChildren(heading, answer);
}

function readable(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

async function predict(event) {
  event.preventDefault();
  const began = performance.now();
  try {
    const headers = {"content-type": "application/json"};
    const answer = await fetch("predict", {method: "POST", headers, body: body.value});
    const text = readable(await answer.text());
    const tone = answer.ok ? "good" : "bad";
    show(tone, `Answer ${answer.status} after ${Math.round(performance.now() - began)} ms`, text);
  } catch (error) {
    show("bad", "No answer", String(error));
  }
}

form.addEventListener("submit", predict);
body.addEventListener("keydown", event => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) form.requestSubmit();
});

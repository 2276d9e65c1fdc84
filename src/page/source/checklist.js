
"use strict";
// A hand-off as a list to work through. Everything in it becomes text and never markup, whoever wrote it.

const MOST_VALUES = 1000;
const LONGEST_SHOWN = 4000;
const HIDDEN_LABEL = /password|passphrase|secret|token/i;
const HIDDEN_TEXT = "\u2022".repeat(10);
const KNOWN_MEMBERS = ["stagepass", "grant", "case", "to", "env", "end", "accounts", "rules", "done"];
// Control characters, and what is invisible or turns the direction of text: it could make one host look like another.
const UNSEEN = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]/gu;

function textOf(value) {
  return typeof value === "string" ? value : JSON.stringify(value);
}

function visible(text) {
  const shown = text.replace(UNSEEN, (character) => `\\u{${character.codePointAt(0).toString(16)}}`);
  return shown.length <= LONGEST_SHOWN ? shown : `${shown.slice(0, LONGEST_SHOWN)}\u2026 (${text.length} characters)`;
}

function element(name, text = "", className = "") {
  const made = document.createElement(name);
  made.textContent = text;
  if (className !== "") {
    made.className = className;
  }
  return made;
}

function button(text, label, action) {
  const made = element("button", text);
  made.type = "button";
  made.setAttribute("aria-label", label);
  made.addEventListener("click", () => action(made));
  return made;
}

/** Shows and hides by turns; `change` is told which. */
function showButton(what, change) {
  return button("Show", `Show the ${what}`, (pressed) => {
    const isShown = pressed.textContent === "Show";
    pressed.textContent = isShown ? "Hide" : "Show";
    pressed.setAttribute("aria-label", `${pressed.textContent} the ${what}`);
    change(isShown);
  });
}

/** One line: label, value, and what can be done with it. A hidden value is not in the document until it is asked for. */
function item(label, value, whose = "") {
  const isHidden = HIDDEN_LABEL.test(label);
  const text = textOf(value);
  const what = visible(whose === "" ? label : `${label} of ${whose}`);
  const shown = element("dd", isHidden ? HIDDEN_TEXT : visible(text), isHidden ? "value secret" : "value");
  const actions = element("div", "", "actions");
  if (isHidden) {
    actions.append(showButton(what, (isShown) => {
      shown.textContent = isShown ? visible(text) : HIDDEN_TEXT;
    }));
  }
  // A pasted line end or escape sequence is a command to a terminal.
  if (text !== "" && text.search(UNSEEN) < 0) {
    actions.append(button("Copy", `Copy the ${what}`, () => copyText(what, text)));
  }
  const line = element("div", "", "item");
  line.append(element("dt", visible(label)), shown, actions);
  return line;
}

/** For what nobody would paste anywhere. */
function withoutActions(line) {
  line.querySelector(".actions").replaceChildren();
  return line;
}

function list(items) {
  const made = element("dl");
  made.append(...items);
  return made;
}

function card(title, ...content) {
  const made = element("section", "", "card");
  made.append(element("h3", title), ...content);
  return made;
}

function accountCard(account, everySecond) {
  if (!(account instanceof Object)) {
    return card("account", list([item("text", account)]));
  }
  const { target = "account", ...values } = account;
  const whose = textOf(target);
  const lines = Object.entries(values).map(([label, value]) => item(label, value, whose));
  if (isSecondFactor(values.totp_secret)) {
    lines.push(codeItem(values.totp_secret, whose, everySecond));
  }
  return card(visible(whose), list(lines));
}

/** "5 days 3 h", in two units at most. */
function inWords(seconds) {
  const parts = [["day", 86400], ["h", 3600], ["min", 60], ["s", 1]];
  const first = Math.max(parts.findIndex(([, size]) => seconds >= size), 0);
  let left = seconds;
  const words = [];
  for (const [unit, size] of parts.slice(first, first + 2)) {
    const count = Math.floor(left / size);
    left -= count * size;
    if (count > 0) {
      words.push(`${count} ${unit}${unit === "day" && count > 1 ? "s" : ""}`);
    }
  }
  return words.join(" ") || "0 s";
}

function countdown(end, now) {
  const seconds = Math.floor((end - now) / 1000);
  return seconds > 0 ? `${inWords(seconds)} left` : `expired ${inWords(-seconds)} ago: the accounts are gone or going`;
}

/** The end, here and in UTC, and how long it is until then. `everySecond` is given what keeps it up to date. */
function endLines(end, everySecond) {
  const time = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/.test(end) ? Date.parse(end) : NaN;
  if (Number.isNaN(time)) {
    return [item("end", end)];
  }
  const here = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "long" }).format(time);
  const left = item("time left", "");
  const shown = left.querySelector("dd");
  everySecond(() => {
    shown.textContent = countdown(time, Date.now());
    shown.classList.toggle("over", time <= Date.now());
  });
  const utc = new Date(time).toISOString().replace(".000Z", "Z");
  return [withoutActions(item("end, here", here)), withoutActions(item("end, in UTC", utc)), left];
}

/** How many values stand in `value`; it stops counting where it is too many. */
function countValues(value) {
  const waiting = [value];
  let count = 0;
  for (; waiting.length > 0 && count <= MOST_VALUES; ++count) {
    const next = waiting.pop();
    if (next instanceof Object) {
      Object.values(next).forEach((member) => waiting.push(member));
    }
  }
  return count;
}

function listed(value) {
  return Array.isArray(value) ? value : [value];
}

/** What is said of the grant as a whole. An environment that is none for trying things out is an alarm. */
function factLines(handoff) {
  const labels = { grant: "grant", case: "case", to: "for", env: "environment" };
  const lines = Object.entries(labels).filter(([name]) => name in handoff).map(([name, label]) => {
    const line = item(label, handoff[name]);
    return name === "to" || name === "env" ? withoutActions(line) : line;
  });
  if ("env" in handoff && !["staging", "test"].includes(handoff.env)) {
    lines.at(-1).querySelector("dd").classList.add("over");
  }
  return lines;
}

/** The elements that show `handoff`. Throws a Sentence if it is larger than any that stagepass makes. */
function checklist(handoff, everySecond) {
  if (countValues(handoff) > MOST_VALUES) {
    throw new Sentence("This hand-off says more than anybody could read: stagepass makes none like that.");
  }
  const facts = factLines(handoff);
  const ends = "end" in handoff ? endLines(handoff.end, everySecond) : [];
  const rules = element("ul");
  rules.append(...listed(handoff.rules ?? []).map((rule) => element("li", visible(textOf(rule)))));
  const word = canSayWord(handoff) ? wordParts(handoff) : [];
  const known = word.length > 0 ? [...KNOWN_MEMBERS, "word_token"] : KNOWN_MEMBERS;
  const others = Object.entries(handoff).filter(([name]) => !known.includes(name));
  const parts = [card("Grant", list([...facts, ...ends]))];
  parts.push(...listed(handoff.accounts ?? []).map((account) => accountCard(account, everySecond)));
  if (rules.hasChildNodes()) {
    parts.push(card("Rules", rules));
  }
  if (others.length > 0) {
    parts.push(card("It also says", list(others.map(([name, value]) => item(name, value)))));
  }
  if ("done" in handoff || word.length > 0) {
    parts.push(card("When you are done", list("done" in handoff ? [item("done", handoff.done)] : []), ...word));
  }
  return parts;
}


"use strict";
// What a specialist says of an access, for the ticket: letter for letter what `stagepass done` prints, proven alike.

const WORD_NAMES = {
  grant: /^g-[0-9a-z]{10}$/,
  case: /^[A-Za-z0-9][A-Za-z0-9._#/-]{0,63}$/,
  to: /^[a-z0-9._@+-]{1,64}$/,
};

/** Hand-offs of earlier versions have no token; and a name that is none could add a line of its own to the text. */
function canSayWord(handoff) {
  return typeof handoff.word_token === "string" && Object.entries(WORD_NAMES).every(([name, shape]) =>
    typeof handoff[name] === "string" && shape.test(handoff[name]));
}

async function wordOf(handoff, says, now) {
  const bytes = (text) => new TextEncoder().encode(text);
  const at = new Date(now).toISOString().replace(/\.\d+Z$/, "Z");
  const body = `stagepass-word 1\ngrant: ${handoff.grant}\ncase: ${handoff.case}\nsays: ${says}\nat: ${at}\nby: ${handoff.to}\n`;
  const key = await crypto.subtle.importKey("raw", bytes(handoff.word_token), { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const proof = new Uint8Array(await crypto.subtle.sign("HMAC", key, bytes(body)));
  return `${body}proof: ${btoa(String.fromCharCode(...proof))}\n`;
}

/** The two buttons, and below them the text once one was pressed. */
function wordParts(handoff) {
  const text = element("textarea");
  text.readOnly = true;
  text.rows = 7;
  text.setAttribute("aria-label", "Paste this into the ticket");
  const next = element("p", "", "help");
  next.setAttribute("role", "status");
  const answer = element("div", "", "word");
  answer.hidden = true;
  answer.append(next, text, button("Copy", "Copy the text for the ticket", () => copyText("text for the ticket", text.value)));
  const say = (says, more) => async () => {
    text.value = await wordOf(handoff, says, Date.now());
    next.textContent = `Paste this into ${handoff.case}. It ends nothing by itself: the merchant does, with stagepass finish.${more}`;
    answer.hidden = false;
  };
  const buttons = element("p", "", "buttons");
  buttons.append(
    button("I am done", "Say that the work is done", say("done", "")),
    button("Somebody else may have this", "Say that somebody else may have the credentials",
      say("compromised", " Call him as well, now: until then whoever has the credentials can log in.")));
  return [buttons, answer];
}


"use strict";
// What was copied leaves the clipboard after a while, unless something else has taken its place.

const CLIPBOARD_SECONDS = 45;
let copied = null;  // { text, what, until }

function sayOfClipboard(text) {
  document.getElementById("clipboard-says").textContent = text;
  document.getElementById("clipboard").hidden = text === "";
}

async function copyText(what, text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    sayOfClipboard("This browser does not let the page copy: select the text and copy it yourself.");
    return;
  }
  copied = { text, what, until: Date.now() + CLIPBOARD_SECONDS * 1000 };
  document.getElementById("clear-clipboard").hidden = false;
  watchClipboard();
}

async function clearClipboard() {
  await navigator.clipboard.writeText("");
  copied = null;
  document.getElementById("clear-clipboard").hidden = true;
  sayOfClipboard("The clipboard was cleared.");
}

async function mayReadClipboard() {
  try {
    return (await navigator.permissions.query({ name: "clipboard-read" })).state === "granted";
  } catch {
    return false;
  }
}

async function clearWhatWasCopied() {
  const { text, what } = copied;
  copied = null;
  if (!await mayReadClipboard()) {
    sayOfClipboard(`The ${what} may still be in the clipboard: this browser does not let the page look.`);
  } else if (await navigator.clipboard.readText() === text) {
    await clearClipboard();
  } else {
    document.getElementById("clear-clipboard").hidden = true;
    sayOfClipboard("The clipboard holds something else by now, and was left alone.");
  }
}

/** Called every second. A page that nobody looks at may not touch the clipboard: it waits until it is looked at. */
function watchClipboard() {
  if (copied === null) {
    return;
  }
  const left = Math.ceil((copied.until - Date.now()) / 1000);
  if (left > 0) {
    sayOfClipboard(`The ${copied.what} is in the clipboard, for ${left} s more.`);
  } else if (document.hasFocus()) {
    clearWhatWasCopied().catch(() => sayOfClipboard("The clipboard could not be cleared: copy something else."));
  }
}

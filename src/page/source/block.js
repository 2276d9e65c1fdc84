
"use strict";
// From pasted text to the bytes of an age file, and from its content to a hand-off. All of it was written by others.

/** A refusal: one sentence for the person who reads this page. */
class Sentence extends Error {}

const MOST_TEXT = 2 * 1024 * 1024;
const MOST_HEADER = 64 * 1024;
const BEGIN = "-----BEGIN AGE ENCRYPTED FILE-----";
const END = "-----END AGE ENCRYPTED FILE-----";
const TOO_LARGE = "This is more than 2 MB: no hand-off is that large.";
const DAMAGED = "The block is damaged: it is not as it was when it was made. Ask for it again.";
const NO_HANDOFF = "The block opened, but what it holds is no hand-off of stagepass.";

/** The age file of the one block in `text`. Quoting, indenting and lost line ends do no harm: the file is authenticated. */
function readBlock(text) {
  if (text.length > MOST_TEXT) {
    throw new Sentence(TOO_LARGE);
  }
  if (text.trim() === "") {
    throw new Sentence("There is no block yet: paste it, or open its file.");
  }
  const begin = text.indexOf(BEGIN);
  if (begin < 0) {
    throw new Sentence(`This is no block: the line "${BEGIN}" is missing.`);
  }
  const end = text.indexOf(END, begin);
  if (end < 0) {
    throw new Sentence(`The block is cut off: its last line, "${END}", is missing.`);
  }
  if (text.indexOf(BEGIN, begin + BEGIN.length) >= 0) {
    throw new Sentence("This is more than one block: paste only one.");
  }
  const base64 = text.slice(begin + BEGIN.length, end).replace(/[\s>]+/g, "");
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
  } catch {
    throw new Sentence(DAMAGED);
  }
}

/** What the header says can open the file: "X25519", "scrypt", "ssh-ed25519" and the like. */
function waysIn(file) {
  const header = new TextDecoder("latin1").decode(file.subarray(0, MOST_HEADER)).split("\n");
  if (!/^age-encryption\.org\/v\d+$/.test(header[0])) {
    throw new Sentence(DAMAGED);
  }
  if (header[0] !== "age-encryption.org/v1") {
    throw new Sentence("This block is of a newer kind of age file, which this page does not know.");
  }
  const last = header.findIndex((line) => line.startsWith("---"));
  return header.slice(1, last).filter((line) => line.startsWith("-> ")).map((line) => line.split(" ")[1]);
}

/** Says so if no key of this kind ("key" or "passphrase") can open the file. */
function checkKind(file, kind) {
  const ways = waysIn(file);
  if (ways.includes("scrypt")) {
    if (kind !== "passphrase") {
      throw new Sentence("This block opens with a passphrase, not with a key.");
    }
  } else if (kind === "passphrase") {
    throw new Sentence("This block opens with a key, not with a passphrase.");
  } else if (!ways.includes("X25519")) {
    throw new Sentence(ways.some((way) => way.startsWith("ssh-"))
      ? "This block was made for an SSH key, which a browser cannot use: open it with stagepass open, or age --decrypt."
      : "This block was made for a kind of key that this page does not know.");
  }
}

/** Gives `decrypter` the identities in `text`, which may be all of a key file, also with its line ends lost. */
function addIdentities(decrypter, text) {
  if (text.trim() === "") {
    throw new Sentence("There is no identity yet: paste the line that begins with AGE-SECRET-KEY-1.");
  }
  try {
    text.toUpperCase().match(/AGE-SECRET-KEY-1[A-Z0-9]{58}/g).forEach((identity) => decrypter.addIdentity(identity));
  } catch {
    throw new Sentence("This is no identity of age, or one with a typing error.");
  }
}

/** The content of `file`. `decrypter` knows the key. */
async function decrypt(file, decrypter, wrongKey) {
  try {
    return await decrypter.decrypt(file);
  } catch (error) {
    if (/^no identity matched/.test(error.message)) {
      throw new Sentence(wrongKey);
    }
    if (/work factor is too high/.test(error.message) || error instanceof RangeError) {
      throw new Sentence("Trying a passphrase on this block takes more memory than a browser has: use stagepass open.");
    }
    throw new Sentence(DAMAGED);
  }
}

/** The hand-off that `content` is. */
function readHandoff(content) {
  let handoff = null;
  try {
    handoff = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(content));
  } catch {
    throw new Sentence(NO_HANDOFF);
  }
  const version = handoff instanceof Object && typeof handoff.stagepass === "string" ? handoff.stagepass : "";
  if (!/^hand-off [0-9]{1,9}$/.test(version)) {
    throw new Sentence(NO_HANDOFF);
  }
  if (version !== "hand-off 1") {
    throw new Sentence(`This is a "${version}", and this page knows only "hand-off 1": get the page of a newer stagepass.`);
  }
  return handoff;
}


"use strict";
// The code of a second factor, as authenticator apps have it: TOTP of RFC 6238 with SHA-1, six digits for 30 seconds.

const CODE_SECONDS = 30;
const BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

function isSecondFactor(key) {
  return typeof key === "string" && /^[A-Z2-7]{2,102}$/.test(key);
}

function fromBase32(text) {
  const bits = [...text].map((digit) => BASE32.indexOf(digit).toString(2).padStart(5, "0")).join("");
  return Uint8Array.from(bits.match(/.{8}/g), (byte) => parseInt(byte, 2));
}

async function oneTimeCode(secret, now) {
  const moment = new DataView(new ArrayBuffer(8));
  moment.setBigUint64(0, BigInt(Math.floor(now / 1000 / CODE_SECONDS)));
  const key = await crypto.subtle.importKey("raw", fromBase32(secret), { name: "HMAC", hash: "SHA-1" }, false, ["sign"]);
  const mac = new DataView(await crypto.subtle.sign("HMAC", key, moment));
  const number = mac.getUint32(mac.getUint8(19) & 15) & 0x7fffffff;
  return String(number % 1000000).padStart(6, "0");
}

/** The code of the moment, made anew each time; it is in the document only while it is shown. */
function codeItem(secret, whose, everySecond) {
  const what = visible(`code of ${whose}`);
  const line = item("its code now", "", whose);
  const shown = line.querySelector("dd");
  shown.className = "value secret";
  let isShown = false;
  const refresh = async () => {
    const now = Date.now();
    const code = isShown ? await oneTimeCode(secret, now) : "";
    shown.textContent = isShown ? `${code}, for ${CODE_SECONDS - Math.floor(now / 1000) % CODE_SECONDS} s more` : HIDDEN_TEXT;
  };
  refresh();
  everySecond(refresh);
  line.querySelector(".actions").append(
    showButton(what, (isNowShown) => {
      isShown = isNowShown;
      refresh();
    }),
    button("Copy", `Copy the ${what}`, async () => copyText(what, await oneTimeCode(secret, Date.now()))));
  return line;
}


"use strict";
// A key that this browser holds: WebCrypto makes it so that no script, this one included, can read it, only use it.

const KEY_NAME = "X25519";

function finished(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

/** Runs `work` on the store of keys; resolves when the browser has it on disk. */
async function withKeys(mode, work) {
  const opening = indexedDB.open("stagepass", 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore("keys");
  const database = await finished(opening);
  try {
    const transaction = database.transaction("keys", mode, { durability: "strict" });
    const done = new Promise((resolve, reject) => {
      transaction.oncomplete = resolve;
      transaction.onabort = () => reject(transaction.error);
    });
    const result = await finished(work(transaction.objectStore("keys")));
    await done;
    return result;
  } finally {
    database.close();
  }
}

/** The CryptoKey, or undefined. */
function heldKey() {
  return withKeys("readonly", (keys) => keys.get(KEY_NAME));
}

/** Makes the key; if another tab was faster, its key stays. */
async function makeKey() {
  const { privateKey } = await crypto.subtle.generateKey({ name: "X25519" }, false, ["deriveBits"]);
  try {
    await withKeys("readwrite", (keys) => keys.add(privateKey, KEY_NAME));
  } catch (error) {
    if (error?.name !== "ConstraintError") {
      throw new Sentence("This browser cannot keep such a key: use an identity of age-keygen.");
    }
  }
  return heldKey();
}

function deleteKey() {
  return withKeys("readwrite", (keys) => keys.delete(KEY_NAME));
}

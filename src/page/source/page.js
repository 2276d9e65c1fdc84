
"use strict";
// What happens when. Nothing of a block, an identity or a passphrase outlives its use, as far as a page can see to it.

{
  const WRONG_KEY = "This key does not open the block: it was made for another key, or edited. Nothing is used up; try another.";
  const WRONG_PASSPHRASE = "This passphrase does not open the block, or the block was edited. Nothing is used up; try again.";

  const $ = (id) => document.getElementById(id);
  const SECRET_FIELDS = ["identity", "passphrase"];
  let everySecond = [];

  function chosenWay() {
    return document.querySelector("input[name=way]:checked").value;
  }

  async function showKey() {
    const key = await heldKey();
    $("recipient").value = key === undefined ? "" : await age.identityToRecipient(key);
    $("no-key").hidden = key !== undefined;
    $("has-key").hidden = key === undefined;
  }

  async function showWay() {
    for (const way of ["identity", "browser", "passphrase"]) {
      $(`${way}-part`).hidden = way !== chosenWay();
    }
    if (chosenWay() === "browser") {
      await showKey();
    }
  }

  function forgetFields(ids) {
    for (const id of ids) {
      $(id).value = "";
    }
  }

  function forget() {
    everySecond = [];
    forgetFields(["block", "file", ...SECRET_FIELDS]);
    $("checklist").replaceChildren();
    $("opened").hidden = true;
    $("opening").hidden = false;
  }

  /** A decrypter that knows what was entered, and the sentence for when that is the wrong key. */
  async function enteredKey(file) {
    const way = chosenWay();
    const decrypter = new age.Decrypter();
    checkKind(file, way === "passphrase" ? "passphrase" : "key");
    if (way === "passphrase") {
      if ($("passphrase").value === "") {
        throw new Sentence("There is no passphrase yet.");
      }
      decrypter.addPassphrase($("passphrase").value);
      return [decrypter, WRONG_PASSPHRASE];
    }
    if (way === "identity") {
      addIdentities(decrypter, $("identity").value);
      return [decrypter, WRONG_KEY];
    }
    const key = await heldKey();
    if (key === undefined) {
      throw new Sentence("This browser holds no key yet: make one, and send its public key to the merchant.");
    }
    decrypter.addIdentity(key);
    return [decrypter, WRONG_KEY];
  }

  async function openBlock() {
    const file = readBlock($("block").value);
    const [decrypter, wrongKey] = await enteredKey(file);
    const timed = [];
    const parts = checklist(readHandoff(await decrypt(file, decrypter, wrongKey)), (work) => timed.push(work));
    forget();
    everySecond = timed;
    tick();
    $("checklist").append(...parts);
    $("opening").hidden = true;
    $("opened").hidden = false;
    $("opened-title").focus();
  }

  function tick() {
    everySecond.forEach((work) => work());
    watchClipboard();
  }

  /** Runs what a person asked for; a refusal is said, and so is what nobody thought of. */
  async function attempt(work) {
    $("problem").textContent = "";
    try {
      await work();
    } catch (error) {
      $("problem").textContent = error instanceof Sentence ? error.message : "This browser cannot do that.";
    }
  }

  async function submitted() {
    $("open").disabled = true;
    $("progress").textContent = "Opening\u2026";
    await new Promise((resolve) => setTimeout(resolve, 30));  // a passphrase takes a second: say so first
    await attempt(openBlock);
    forgetFields(SECRET_FIELDS);
    $("progress").textContent = "";
    $("open").disabled = false;
  }

  async function takeFile(file) {
    if (file.size > MOST_TEXT) {
      throw new Sentence(TOO_LARGE);
    }
    $("block").value = await file.text();
  }

  async function takeDropped(data) {
    if (data.files.length > 0) {
      await takeFile(data.files[0]);
    } else {
      $("block").value = data.getData("text/plain").slice(0, MOST_TEXT + 1);
    }
  }

  function refuse(why) {
    $("unfit").textContent = why;
    $("unfit").hidden = false;
    $("opening").hidden = true;
  }

  function start() {
    $("opening").addEventListener("submit", (event) => {
      event.preventDefault();
      submitted();
    });
    for (const choice of document.querySelectorAll("input[name=way]")) {
      choice.addEventListener("change", () => attempt(showWay));
    }
    $("make-key").addEventListener("click", () => attempt(async () => {
      await makeKey();
      await showKey();
      $("recipient").focus();
    }));
    $("delete-key").addEventListener("click", () => attempt(async () => {
      if (window.confirm("Delete the key? Blocks that were made for it can then be opened by nobody.")) {
        await deleteKey();
        await showKey();
      }
    }));
    $("copy-recipient").addEventListener("click", () => attempt(async () => {
      $("recipient").select();
      await navigator.clipboard.writeText($("recipient").value);
    }));
    $("file").addEventListener("change", () => attempt(async () => {
      if ($("file").files.length > 0) {
        await takeFile($("file").files[0]);
      }
    }));
    $("block").addEventListener("paste", (event) => attempt(() => {
      if (event.clipboardData.getData("text/plain").length > MOST_TEXT) {
        event.preventDefault();
        throw new Sentence(TOO_LARGE);
      }
    }));
    // Without this the browser would leave the page for the file that is dropped on it.
    window.addEventListener("dragover", (event) => event.preventDefault());
    window.addEventListener("drop", (event) => {
      event.preventDefault();
      if (!$("opening").hidden) {
        attempt(() => takeDropped(event.dataTransfer));
      }
    });
    $("clear-clipboard").addEventListener("click", () => clearClipboard().catch(() => {}));
    $("close").addEventListener("click", () => {
      forget();
      $("block").focus();
    });
    window.addEventListener("pagehide", forget);
    window.setInterval(tick, 1000);
    attempt(showWay);
  }

  if (window.top !== window.self) {
    refuse("This page stands inside another page, which could deceive you: open it by itself.");
  } else if (!window.isSecureContext) {
    refuse("This page came over a connection that anybody could have changed it on: save it, compare it, and open the file.");
  } else {
    start();
  }
}

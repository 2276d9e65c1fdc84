// Writes the files of this folder: age files as the npm package age-encryption makes them, beside which an implementation
// in C++ is to be measured, and the list of them. scripts/rebuild-age-files runs this with that package at hand.
import { createHash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as age from "age-encryption";

const folder = process.argv[2];
const kScryptLog2 = 10; // as low as allows for a quick test

const identities = [await age.generateX25519Identity(), await age.generateX25519Identity()];
const stranger = await age.generateX25519Identity();
const recipients = await Promise.all(identities.map(age.identityToRecipient));
const passphrase = "correct-horse-battery-staple";

// Around the ends of chunks (64 KiB), and what a hand-off is like.
const contents = {
  empty: new Uint8Array(0),
  byte: new Uint8Array([0]),
  text: new TextEncoder().encode('{"stagepass":"hand-off 1","grant":"g-0000000000"}\n'),
  chunk: bytes(65536),
  chunk_and_byte: bytes(65537),
};

function bytes(length) {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 0xff);
}

const list = [];

async function write(name, content, prepare, key) {
  const encrypter = new age.Encrypter();
  prepare(encrypter);
  const file = await encrypter.encrypt(content);
  writeFileSync(join(folder, `${name}.age`), name.endsWith("armor") ? age.armor.encode(file) : file);
  const digest = createHash("sha256").update(content).digest("hex");
  list.push([`${name}.age`, key, content.length, digest].join("\t"));
}

for (const [name, content] of Object.entries(contents)) {
  await write(`${name}_x25519`, content, (e) => e.addRecipient(recipients[0]), identities[0]);
}
for (const name of ["empty", "text"]) {
  await write(`${name}_x25519_armor`, contents[name], (e) => e.addRecipient(recipients[0]), identities[0]);
  await write(`${name}_passphrase`, contents[name], (e) => {
    e.setPassphrase(passphrase);
    e.setScryptWorkFactor(kScryptLog2);
  }, passphrase);
}
await write("text_second_of_two", contents.text, (e) => recipients.forEach((r) => e.addRecipient(r)), identities[1]);
await write("text_for_another", contents.text, (e) => e.addRecipient(recipients[0]), stranger);
const hybrid = await age.identityToRecipient(await age.generateHybridIdentity());
await write("text_for_a_post_quantum_key", contents.text, (e) => e.addRecipient(hybrid), stranger);

writeFileSync(join(folder, "files.tsv"), ["# file, identity or passphrase, bytes, SHA-256 of the content",
  ...list].join("\n") + "\n");

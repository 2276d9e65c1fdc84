// Writes vectors.json: the record format of SECURITY.md made a second time, on other people's code.
// Runs by hand, when the format gets a new version:
//   npm install --no-save @noble/hashes@2.4.0 @noble/ciphers@2.4.0 && node make_vectors.mjs
import { xchacha20poly1305 } from '@noble/ciphers/chacha.js';
import { argon2id } from '@noble/hashes/argon2.js';
import { blake2b } from '@noble/hashes/blake2.js';
import { bytesToHex, concatBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { writeFileSync } from 'node:fs';

const text = utf8ToBytes;
const hex = bytesToHex;

function u64(number) {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigInt64(0, BigInt(number));
  return bytes;
}
const fields = (...list) => concatBytes(...list.flatMap((field) => [u64(field.length), field]));
const hash = (key, ...list) => blake2b(fields(...list), { key, dkLen: 32 });

// Bytes that look random and are the same every time: one call, one name.
const fixed = (name, size) => blake2b(text(`stagepass test vector: ${name}`), { dkLen: size });

function box(key, nonce, content, context) {
  const encryptionKey = hash(key, text('stagepass/v1/encryption-key'));
  const ciphertext = xchacha20poly1305(encryptionKey, nonce, context).encrypt(content);
  const commitment = hash(key, text('stagepass/v1/commitment'), nonce, context, ciphertext);
  return concatBytes(nonce, ciphertext, commitment);
}

function base32(bytes) {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('');
  return bits.match(/.{5}/g).map((five) => '0123456789abcdefghjkmnpqrstvwxyz'[parseInt(five, 2)]).join('');
}

function keyFile(key) {
  const sum = blake2b(key, { dkLen: 32, personalization: text('stagepass-keysum') }).slice(0, 4);
  return `stagepass-key 1 ${Buffer.from(key).toString('base64')} ${hex(sum)}\n`;
}

function keysOf(vault) {
  const id = text(vault.vault_id);
  const serviceKey = hash(vault.fileKey, text('stagepass/v1/service-key'), id);
  let secretsKey = hash(vault.fileKey, text('stagepass/v1/secrets-key'), id);
  if (vault.passphrase) {
    const { salt, operations, memory } = vault.passphrase;
    const stretched = argon2id(text(vault.passphrase.text), salt,
      { t: operations, m: memory / 1024, p: 1, dkLen: 32, maxmem: 2 ** 31 });
    secretsKey = hash(stretched, text('stagepass/v1/passphrase'), secretsKey);
  }
  return { serviceKey, secretsKey };
}

function parametersOf(vault, { serviceKey, secretsKey }) {
  const check = (key) => hash(key, text('stagepass/v1/key-check'));
  const head = [Uint8Array.of(1, vault.passphrase ? 2 : 1), check(serviceKey), check(secretsKey)];
  if (!vault.passphrase) return concatBytes(...head);
  const { salt, operations, memory } = vault.passphrase;
  return concatBytes(...head, salt, u64(operations), u64(memory));
}

const u32 = (number) => u64(number).slice(4);

function keyringOf(vault, { serviceKey }, name) {
  const epochs = [
    { number: 4, made_at: 1800000000, secret: fixed(`${name}: secret of epoch 4`, 32) },
    { number: 7, made_at: 1800086400, secret: fixed(`${name}: secret of epoch 7`, 32) },
  ];
  const nonce = fixed(`${name}: nonce of the keyring`, 24);
  const id = text(vault.vault_id);
  const contents = concatBytes(...epochs.flatMap((e) => [u64(e.number), u64(e.made_at), e.secret]));
  const sealed = box(hash(serviceKey, text('stagepass/v1/keyring-key'), id), nonce, contents,
    fields(text('stagepass/v1/keyring'), id));
  return {
    service_key: hex(serviceKey), nonce: hex(nonce),
    epochs: epochs.map((e) => ({ ...e, secret: hex(e.secret) })),
    text: `stagepass-keyring 1 ${Buffer.from(sealed).toString('base64')}\n`,
    newest: epochs.at(-1),
  };
}

function secretVector(vault, keys, name, record) {
  const ownKey = fixed(`${name}: own key`, 32);
  const nonces = {
    key: fixed(`${name}: nonce of the key`, 24), outer: fixed(`${name}: nonce of the outer layer`, 24),
    secret: fixed(`${name}: nonce of the secret`, 24),
  };
  const secretContext = fields(text('stagepass/v1/secret'), text(vault.vault_id), text(record.account),
    text(record.target), text(record.user_name), u64(record.expires_at));
  const keyContext = fields(text('stagepass/v1/key'), u32(1), secretContext);
  const inner = box(keys.secretsKey, nonces.key, ownKey, keyContext);
  const { number, secret } = keys.keyring.newest;
  const epochKey = hash(keys.serviceKey, text('stagepass/v1/epoch-key'), text(vault.vault_id), u64(number), secret);
  const outerContext = fields(text('stagepass/v1/outer-key'), u32(number), secretContext);
  return {
    ...record,
    own_key: hex(ownKey), key_nonce: hex(nonces.key), outer_nonce: hex(nonces.outer),
    secret_nonce: hex(nonces.secret), secret: hex(record.secret),
    old_wrapped_key: hex(concatBytes(Uint8Array.of(1), u32(1), inner)),
    wrapped_key: hex(concatBytes(Uint8Array.of(2), u32(number), box(epochKey, nonces.outer, inner, outerContext))),
    ciphertext: hex(concatBytes(Uint8Array.of(1), box(ownKey, nonces.secret, record.secret, secretContext))),
  };
}

function settingVector(vault, keys, name, record) {
  const nonce = fixed(`${name}: nonce`, 24);
  const context = fields(text('stagepass/v1/setting'), text(vault.vault_id), text(record.target), text(record.setting));
  return {
    ...record, nonce: hex(nonce), secret: hex(record.secret),
    sealed: hex(concatBytes(Uint8Array.of(1), box(keys.serviceKey, nonce, record.secret, context))),
  };
}

function markerVector(vault, keys, { account, target }) {
  const mac = hash(keys.serviceKey, text('stagepass/v1/marker'), text(vault.vault_id), text(target), text(account));
  return { account, target, marker: `stagepass/${account}.${base32(mac.slice(0, 10))}` };
}

const records = [
  { account: 'a-7f3k9q2m5x', target: 'files', user_name: 'sp7f3k9q2m5x', expires_at: 1900000000, secret: text('Kd7xTq2mWv9nRb4pHs8cYf3z') },
  { account: 'a-0000000000', target: 'a', user_name: 'sp0000000000', expires_at: 0, secret: new Uint8Array(0) },
  { account: 'a-zzzzzzzzzz', target: 'shop-of-a-name-as-long-as-may-be', user_name: 'spzzzzzzzzzz', expires_at: -1,
    secret: Uint8Array.from({ length: 300 }, (_, i) => i % 256) },
];
const settings = [
  { target: 'files', setting: 'admin_password', secret: text('not a real password') },
  { target: 'a', setting: '', secret: new Uint8Array(0) },
];

function vaultVector(name, passphrase) {
  const vault = { vault_id: hex(fixed(`${name}: vault id`, 16)), fileKey: fixed(`${name}: file key`, 32), passphrase };
  const keys = keysOf(vault);
  keys.keyring = keyringOf(vault, keys, name);
  const { newest: _, ...keyring } = keys.keyring;
  return {
    name, keyring, vault_id: vault.vault_id,
    file_key: hex(vault.fileKey), key_file: keyFile(vault.fileKey),
    passphrase: passphrase && { ...passphrase, salt: hex(passphrase.salt) },
    parameters: hex(parametersOf(vault, keys)),
    secrets: records.map((record, i) => secretVector(vault, keys, `${name}, secret ${i}`, record)),
    settings: settings.map((record, i) => settingVector(vault, keys, `${name}, setting ${i}`, record)),
    markers: records.map((record) => markerVector(vault, keys, record)),
  };
}

const vectors = [
  vaultVector('key file', null),
  vaultVector('passphrase', {
    text: 'corréct-horse battery', salt: fixed('salt', 16), operations: 1, memory: 8 * 1024 * 1024,
  }),
];
writeFileSync(new URL('vectors.json', import.meta.url), JSON.stringify(vectors, null, 1) + '\n');

// node assemble.js BUNDLE MODULES SOURCE OUT: puts the page together from the bundled library, its packages' folder and
// the sources, and writes open.html, open.html.sha256 and LICENSES into OUT. The same input gives the same bytes.
import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const [bundle, modules, source, out] = process.argv.slice(2);
const read = (...path) => readFileSync(join(...path), "utf8");

function licences(lock) {
  const packages = Object.entries(lock.packages).filter(([path, about]) => path !== "" && !about.dev && !about.optional);
  return packages.map(([path, about]) => {
    const folder = join(modules, path.replace(/^node_modules\//, ""));
    const file = readdirSync(folder).find((name) => /^licen[cs]e(\.|$)/i.test(name));
    const name = path.replace(/^.*node_modules\//, "");
    return `${name} ${about.version} (${about.license})\n\n${read(folder, file).trim()}\n`;
  }).join(`\n${"-".repeat(72)}\n\n`);
}

function sha256(text, encoding) {
  return createHash("sha256").update(text, "utf8").digest(encoding);
}

const all = licences(JSON.parse(read(source, "bundle/package-lock.json")));
const escaped = all.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
const hashes = { script: [], style: [] };

// One name at a time, so that what looks like a place inside of an inserted text is left alone.
const page = read(source, "page.html").replace(/<(script|style)>@([a-z_.]+)@|@LICENSES@/g, (_, tag, name) => {
  if (tag === undefined) {
    return escaped;
  }
  const text = name === "age.js" ? readFileSync(bundle, "utf8") : read(source, name);
  if (/<\/(script|style)|<!--/i.test(text)) {
    throw new Error(`${name} would end its own element`);
  }
  hashes[tag].push(`'sha256-${sha256(text, "base64")}'`);
  return `<${tag}>${text}`;
});
const policy = [
  "default-src 'none'", `script-src ${hashes.script.join(" ")}`, `style-src ${hashes.style.join(" ")}`,
  "connect-src 'none'", "form-action 'none'", "base-uri 'none'",
  "require-trusted-types-for 'script'", "trusted-types 'none'",
].join("; ");
const whole = page.replace("@policy@", () => policy);

writeFileSync(join(out, "open.html"), whole);
writeFileSync(join(out, "open.html.sha256"), `${sha256(whole, "hex")}  open.html\n`);
writeFileSync(join(out, "LICENSES"), all);

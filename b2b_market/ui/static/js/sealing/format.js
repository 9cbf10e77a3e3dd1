// @ts-check
// The format of sealed bids in the browser: byte for byte what b2b_market/tendering/rules/sealed_*.py writes and reads.
// docs/how-to/seal-bids.md describes it. Nothing here touches the page or the network.
import { Aes256Gcm, CipherSuite, HkdfSha256 } from "../../vendor/hpke/core/mod.js";
import { DhkemX25519HkdfSha256, X25519 } from "../../vendor/hpke/dhkem-x25519/mod.js";

/** @typedef {{[name: string]: any}} Json */

export const ENVELOPE = "b2b-market-sealed-bid/1";
/** Of an envelope that names the notice it is sealed for. */
export const NAMING = "b2b-market-sealed-bid/2";
export const BOXES = /** @type {const} */ (["payload", "files"]);
const PARTS = ["whole", "technical", "price"];
const SMALLEST = 4096;
const LARGEST = 64 * 1024 * 1024;
const MOST_FILES = 200;
const encoder = new TextEncoder();
const subtle = globalThis.crypto?.subtle;
export const kem = new DhkemX25519HkdfSha256();
const kdf = new HkdfSha256();
const suite = new CipherSuite({ kem, kdf, aead: new Aes256Gcm() });
/** @param {any} privateKey */
export const publicKeyOf = (privateKey) => new X25519(kdf).derivePublicKey(privateKey);

/** Whether this browser can do all of it; where it cannot, people are sent to the command line. */
export async function supported() {
  try {
    await subtle.importKey("raw", new Uint8Array(32), "Ed25519", true, ["verify"]);
    return true;
  } catch {
    return false;
  }
}

// ---- bytes

/** @param {string} text */
export const utf8 = (text) => encoder.encode(text);
/** @param {Uint8Array} bytes */
export const hex = (bytes) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
/** @param {any} text @param {number} [length] */
export function unhex(text, length) {
  if (typeof text !== "string" || !/^(?:[0-9a-f]{2})*$/.test(text)) throw new Error("bytes in lower-case hex are expected");
  if (length !== undefined && text.length !== 2 * length) throw new Error(`${length} bytes are expected`);
  return Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
}
/** @param {...Uint8Array} parts */
export function join(...parts) {
  const joined = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  parts.reduce((at, part) => (joined.set(part, at), at + part.length), 0);
  return joined;
}
/** @param {Uint8Array} bytes */
export const sha256 = async (bytes) => new Uint8Array(await subtle.digest("SHA-256", /** @type {any} */ (bytes)));
/** @param {number} size */
export const random = (size) => crypto.getRandomValues(new Uint8Array(size));
/** @param {string} id */
export function uuid(id) {
  if (!/^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(id)) throw new Error("an identifier is expected");
  return unhex(id.replaceAll("-", ""));
}

// ---- canonical JSON (RFC 8785): no floats, ASCII names

/** @param {any} value @returns {string} */
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(",")}]`;
  if (value === null || typeof value === "boolean") return String(value);
  if (typeof value === "number") {
    if (!Number.isSafeInteger(value)) throw new Error(`${value} is no whole number; write it as a string`);
    return String(value === 0 ? 0 : value);
  }
  if (typeof value === "string") {
    if (/\p{Surrogate}/u.test(value)) throw new Error("the text is not well-formed");
    return JSON.stringify(value);
  }
  if (typeof value !== "object") throw new Error(`${typeof value} has no canonical form`);
  const names = Object.keys(value).sort(); // by UTF-16 unit, and written here: an object would put numbers first
  if (names.some((name) => /[^\x00-\x7f]/.test(name))) throw new Error("canonical keys are ASCII");
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(",")}}`;
}
/** @param {any} value */
export const bytesOf = (value) => utf8(canonical(value));
/** @param {Uint8Array} bytes @returns {any} */
export function readDocument(bytes) {
  const text = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  const value = JSON.parse(text);
  if (canonical(value) !== text) throw new Error("this is not the canonical text of its value");
  return value;
}
/** @param {any} value @param {...string} names @returns {Json} */
export function fields(value, ...names) {
  const found = value && typeof value === "object" && !Array.isArray(value) ? Object.keys(value).sort().join() : null;
  if (found !== names.sort().join()) throw new Error(`an object with the fields ${names.join(", ")} is expected`);
  return value;
}

// ---- signatures and HPKE layers

/** @param {Uint8Array} key @param {any} statement @param {Uint8Array} signature */
export async function isSigned(key, statement, signature) {
  try {
    const verifier = await subtle.importKey("raw", /** @type {any} */ (key), "Ed25519", true, ["verify"]);
    return await subtle.verify("Ed25519", verifier, /** @type {any} */ (signature), /** @type {any} */ (bytesOf(statement)));
  } catch {
    return false;
  }
}
/** @param {CryptoKey} key @param {any} statement */
export const sign = async (key, statement) =>
  new Uint8Array(await subtle.sign("Ed25519", key, /** @type {any} */ (bytesOf(statement))));
/** The signing key of a 32-byte seed (RFC 8410). @param {Uint8Array} seed @returns {Promise<{key: CryptoKey, raw: Uint8Array}>} */
export async function signingKey(seed) {
  const pkcs8 = join(unhex("302e020100300506032b657004220420"), seed);
  const key = await subtle.importKey("pkcs8", /** @type {any} */ (pkcs8), "Ed25519", true, ["sign"]);
  const { x = "" } = await subtle.exportKey("jwk", key);
  const raw = Uint8Array.from(atob(x.replaceAll("-", "+").replaceAll("_", "/")), (letter) => letter.charCodeAt(0));
  return { key: await subtle.importKey("pkcs8", /** @type {any} */ (pkcs8), "Ed25519", false, ["sign"]), raw };
}
/** @param {Uint8Array} publicKey @param {Uint8Array} plain @param {Uint8Array} info */
export async function sealTo(publicKey, plain, info) {
  const recipientPublicKey = await kem.deserializePublicKey(/** @type {any} */ (publicKey));
  const { ct, enc } = await suite.seal({ recipientPublicKey, info: /** @type {any} */ (info) }, /** @type {any} */ (plain));
  return join(new Uint8Array(enc), new Uint8Array(ct));
}
/** @param {any} recipientKey @param {Uint8Array} sealed @param {Uint8Array} info */
export async function openWith(recipientKey, sealed, info) {
  const parameters = { recipientKey, enc: /** @type {any} */ (sealed.slice(0, 32)), info: /** @type {any} */ (info) };
  return new Uint8Array(await suite.open(parameters, /** @type {any} */ (sealed.slice(32))));
}
/** @param {Uint8Array} plain */
export const layerHash = (plain) => sha256(join(utf8("b2b-market layer 1\0"), plain));

// ---- terms and notice

/** @typedef {{tender: string, officers: {name: string, openingKey: Uint8Array, signingKey: Uint8Array, fingerprint: string}[],
 *   threshold: number, parts: string[], suite: number, digest: string, subsets: number[][]}} Terms */
/** @typedef {{terms: Terms, edition: number, deadline: string, lots: string[], receiptsKey: Uint8Array, digest: string}} Notice */

/** @param {any} value */
async function readCard(value) {
  const { signature, ...statement } = fields(value, "format", "name", "opening_key", "signing_key", "signature");
  const openingKey = unhex(statement.opening_key, 32);
  const signing = unhex(statement.signing_key, 32);
  if (statement.format !== "b2b-market-officer/1" || !(await isSigned(signing, statement, unhex(signature, 64))))
    throw new Error("an officer's card was not signed with the key that it names");
  const fingerprint = hex(await sha256(join(utf8("b2b-market officer\0"), openingKey, signing))).slice(0, 40);
  return { name: statement.name, openingKey, signingKey: signing, fingerprint };
}

/** @param {number} count @param {number} size @returns {number[][]} */
function combinations(count, size, from = 0) {
  if (!size) return [[]];
  const found = [];
  for (let place = from; place <= count - size; place += 1)
    for (const rest of combinations(count, size - 1, place + 1)) found.push([place, ...rest]);
  return found;
}

/** @param {any} value @returns {Promise<Terms>} */
async function readTerms(value) {
  const found = fields(value, "format", "officers", "parts", "suite", "tender", "threshold");
  uuid(found.tender);
  const officers = await Promise.all(found.officers.map(readCard));
  const sound = found.format === "b2b-market-sealing/1" && found.suite === 1;
  const counted = 2 <= found.threshold && found.threshold <= officers.length && officers.length <= 5;
  const distinct = new Set(officers.map((officer) => hex(officer.openingKey))).size === officers.length;
  const divided = ["whole", "technical,price"].includes(found.parts.join());
  if (!sound || !counted || !distinct || !divided) throw new Error("nothing can be sealed under these terms");
  const subsets = combinations(officers.length, found.threshold);
  const { tender, threshold, parts, suite: number } = found;
  return { tender, officers, threshold, parts, suite: number, digest: hex(await sha256(bytesOf(value))), subsets };
}

/** A notice that is signed with the key that it names; whose key that is, people compare. @param {any} value @returns {Promise<Notice>} */
export async function readNotice(value) {
  const signed = fields(value, "notice", "signature");
  const amended = signed.notice?.format === "b2b-market-notice/2";
  const names = ["deadline", "document", "edition", "format", "lots", "receipts_key", "reveal_hours", "terms"];
  const found = fields(signed.notice, ...names, ...(amended ? ["binding"] : []));
  const receiptsKey = unhex(found.receipts_key, 32);
  if (!(amended || found.format === "b2b-market-notice/1") || !(await isSigned(receiptsKey, found, unhex(signed.signature, 64))))
    throw new Error("the notice was not signed with the key that it names");
  const { edition, deadline, lots } = found;
  const digest = hex(await sha256(bytesOf(found)));
  return { terms: await readTerms(found.terms), edition, deadline, lots, receiptsKey, digest };
}

// ---- payload, frame, boxes

/** @param {number} size */
export function bucket(size) {
  let found = SMALLEST;
  while (found < size) found *= 2;
  if (found > LARGEST) throw new Error(`${size} bytes are more than an envelope holds (${LARGEST})`);
  return found;
}
/** @param {Uint8Array} bytes */
const padded = (bytes) => join(bytes, new Uint8Array(bucket(bytes.length) - bytes.length));
/** @param {number} number @param {number} size */
const bigEndian = (number, size) => {
  const found = new Uint8Array(size);
  for (let at = size - 1, rest = number; at >= 0; at -= 1, rest = Math.floor(rest / 256)) found[at] = rest % 256;
  return found;
};

/** @param {string} name */
function checkedName(name) {
  const clean = name.normalize("NFC") === name && !/[\p{Cc}\p{Cs}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069/\\]/u.test(name);
  if (!clean || !name || Array.from(name).length > 255 || name === "." || name === "..")
    throw new Error(`the file name ${name} holds characters that a name cannot have`);
  return name;
}

/** @param {Json} content @param {{name: string, content: Uint8Array}[]} files */
export async function writePayload(content, files) {
  const listed = await Promise.all(
    files.map(async (file) => ({
      name: checkedName(file.name),
      sha256: hex(await sha256(file.content)),
      size: file.content.length,
    })),
  );
  if (listed.length > MOST_FILES || new Set(listed.map((file) => file.name)).size !== listed.length)
    throw new Error("there are too many files, or two of one name");
  return bytesOf({ content, files: listed });
}

/** @typedef {{tender: string, lot: string, bidder: string, version: number}} Ids */

/** @param {Ids} ids @param {string} part @param {Uint8Array} r @param {Uint8Array} payload */
export const commitment = (ids, part, r, payload) =>
  sha256(
    join(
      utf8("b2b-market sealed bid 1\0"),
      uuid(ids.tender),
      uuid(ids.lot),
      uuid(ids.bidder),
      bigEndian(ids.version, 8),
      Uint8Array.of(PARTS.indexOf(part)),
      r,
      payload,
    ),
  );
/** @param {Uint8Array} r @param {Uint8Array} payload */
export const frame = (r, payload) => padded(join(r, bigEndian(payload.length, 4), payload));
/** @param {{content: Uint8Array}[]} files */
export const joinFiles = (files) => padded(join(...files.map((file) => file.content)));

/** What every ciphertext of a part is bound to. @param {Terms} terms @param {Ids} ids @param {string} part @param {string} committed */
export function bound(terms, ids, part, committed) {
  const { tender, lot, bidder, version } = ids;
  const common = { tender, lot, bidder, version, commitment: committed, format: ENVELOPE, part, suite: terms.suite, terms: terms.digest };
  return {
    /** @param {string} box */
    box: (box) => bytesOf({ ...common, purpose: box }),
    /** @param {number[]} subset @param {number} layer */
    layer: (subset, layer) =>
      bytesOf({ ...common, layer, officers: subset.map((place) => terms.officers[place].fingerprint), purpose: "wrap" }),
  };
}

/** @param {Uint8Array} key @param {"payload" | "files"} box @param {Uint8Array} data @param {Uint8Array} additionalData */
export async function encrypt(key, box, data, additionalData) {
  const iv = new Uint8Array(12);
  iv[11] = BOXES.indexOf(box);
  const aes = await subtle.importKey("raw", /** @type {any} */ (key), "AES-GCM", false, ["encrypt"]);
  return new Uint8Array(await subtle.encrypt({ name: "AES-GCM", iv, additionalData: /** @type {any} */ (additionalData) }, aes, /** @type {any} */ (data)));
}

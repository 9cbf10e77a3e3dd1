// @ts-check
// Key files of officers and bidders: made, locked and unlocked here, the same file as the command line's.
import * as format from "./format.js";

const subtle = globalThis.crypto?.subtle;
const ROUNDS = 600_000;
const MOST_ROUNDS = 10_000_000;
const SHORTEST = 12;

/** @param {string} passphrase @param {Uint8Array} salt @param {number} rounds @param {"encrypt" | "decrypt"} use */
async function stretched(passphrase, salt, rounds, use) {
  const typed = await subtle.importKey("raw", /** @type {any} */ (format.utf8(passphrase)), "PBKDF2", false, ["deriveKey"]);
  const stretching = { name: "PBKDF2", hash: "SHA-256", salt: /** @type {any} */ (salt), iterations: rounds };
  return subtle.deriveKey(stretching, typed, { name: "AES-GCM", length: 256 }, false, [use]);
}

/** @param {Uint8Array} iv @param {any} head */
const gcm = (iv, head) => ({ name: "AES-GCM", iv: /** @type {any} */ (iv), additionalData: /** @type {any} */ (format.bytesOf(head)) });

/** A key file's content. @param {"officer" | "bidder"} holder @param {string} name @param {Uint8Array} seed @param {string} passphrase */
export async function lockKey(holder, name, seed, passphrase, rounds = ROUNDS) {
  if (Array.from(passphrase).length < SHORTEST) throw new Error(`a passphrase has at least ${SHORTEST} characters`);
  const [salt, nonce] = [format.random(16), format.random(12)];
  const head = { format: "b2b-market-key/1", holder, kdf: "PBKDF2-HMAC-SHA256", name, rounds, salt: format.hex(salt) };
  const aes = await stretched(passphrase, salt, rounds, "encrypt");
  const locked = new Uint8Array(await subtle.encrypt(gcm(nonce, head), aes, /** @type {any} */ (seed)));
  return format.bytesOf({ ...head, locked: format.hex(locked), nonce: format.hex(nonce) });
}

/** @param {Uint8Array} file @param {string} passphrase @param {"officer" | "bidder"} holder @returns {Promise<{seed: Uint8Array, name: string}>} */
export async function unlockSeed(file, passphrase, holder) {
  const found = format.fields(format.readDocument(file), "format", "holder", "kdf", "locked", "name", "nonce", "rounds", "salt");
  const { locked, nonce, ...head } = found;
  const known = found.format === "b2b-market-key/1" && found.kdf === "PBKDF2-HMAC-SHA256" && found.rounds <= MOST_ROUNDS;
  if (!known || found.holder !== holder) throw new Error(`this is no key file of the kind ${holder}`);
  const aes = await stretched(passphrase, format.unhex(found.salt, 16), found.rounds, "decrypt");
  const seed = await subtle.decrypt(gcm(format.unhex(nonce, 12), head), aes, /** @type {any} */ (format.unhex(locked, 48))).catch(() => {
    throw new Error("the passphrase is wrong, or the file was changed");
  });
  return { seed: new Uint8Array(seed), name: found.name };
}

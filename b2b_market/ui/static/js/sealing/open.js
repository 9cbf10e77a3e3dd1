// @ts-check
// An officer's part in the opening, on the officer's own device. The key file is chosen here and never sent; what leaves
// is the inside of one layer of each bid, signed. The work file is believed in nothing that can be checked.
import * as format from "./format.js";
import { unlockSeed } from "./keys.js";

export { readDocument, readNotice, supported } from "./format.js";

const subtle = globalThis.crypto?.subtle;

/** @typedef {{name: string, fingerprint: string, card: format.Json, opening: any, signing: CryptoKey}} Officer */

/** Opens an officer's key file. @param {Uint8Array} file @param {string} passphrase @returns {Promise<Officer>} */
export async function unlockKey(file, passphrase) {
  const { seed, name } = await unlockSeed(file, passphrase, "officer");
  return officerOf(seed, name);
}

/** @param {Uint8Array} seed @param {string} name @returns {Promise<Officer>} */
export async function officerOf(seed, name) {
  const secret = await derived(seed, "b2b-market officer opening");
  const signing = await format.signingKey(await derived(seed, "b2b-market officer signing"));
  const privateKey = await format.kem.deserializePrivateKey(/** @type {any} */ (secret));
  const publicKey = /** @type {any} */ (await format.publicKeyOf(privateKey));
  const raw = new Uint8Array(await format.kem.serializePublicKey(publicKey));
  const print = await format.sha256(format.join(format.utf8("b2b-market officer\0"), raw, signing.raw));
  const fingerprint = format.hex(print).slice(0, 40);
  const statement = { format: "b2b-market-officer/1", name, opening_key: format.hex(raw), signing_key: format.hex(signing.raw) };
  const card = { ...statement, signature: format.hex(await format.sign(signing.key, statement)) };
  return { name, fingerprint, card, opening: { privateKey, publicKey }, signing: signing.key };
}

/** @param {Uint8Array} seed @param {string} purpose */
async function derived(seed, purpose) {
  const key = await subtle.importKey("raw", /** @type {any} */ (seed), "HKDF", false, ["deriveBits"]);
  const parameters = { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(), info: /** @type {any} */ (format.utf8(purpose)) };
  return new Uint8Array(await subtle.deriveBits(parameters, key, 256));
}

/** Answers the platform's challenge to a card: shows that this key opens what is sealed to it. @param {Officer} officer @param {Uint8Array} challenge */
export async function answerChallenge(officer, challenge) {
  const raw = new Uint8Array(await format.kem.serializePublicKey(officer.opening.publicKey));
  const info = format.bytesOf({ format: "b2b-market-officer/1", opening_key: format.hex(raw), purpose: "proof of possession" });
  const secret = await format.openWith(officer.opening, challenge, info);
  return format.hex(await format.sha256(format.join(format.utf8("b2b-market proof of possession\0"), raw, secret)));
}

/** Removes one layer from every bid of a work file and signs the result. Throws, and opens nothing, where the file is not sound,
 * it is another officer's turn, or `now` (this device's clock) is before the deadline. `kept` is the notice as the officer kept it.
 * @param {Uint8Array} file @param {Officer} officer @param {Date} now @param {format.Notice} [kept] */
export async function contribute(file, officer, now, kept) {
  const work = await readWork(file);
  if (work.officers[work.layer] !== officer.fingerprint)
    throw new Error("it is the turn of another officer, or this key is not in the notice");
  if (now.getTime() < Date.parse(work.notice.deadline)) throw new Error("the deadline is not past");
  if (kept) requireKept(work.notice, kept);
  const results = [];
  for (const bid of work.bids) results.push({ inside: await inside(bid, work.layer, officer), sequence: bid.sequence });
  const { close, layer, officers, part, tender } = work;
  const contribution = { close, format: "b2b-market-opening-layer/1", layer, officers, part, results, tender };
  const signature = format.hex(await format.sign(officer.signing, contribution));
  const failed = results.filter((result) => result.inside === null).map((result) => result.sequence);
  return { file: format.bytesOf({ contribution, signature }), opened: results.length - failed.length, failed };
}

/** Deadlines only ever move later. @param {format.Notice} announced @param {format.Notice} kept */
function requireKept(announced, kept) {
  if (format.hex(announced.receiptsKey) !== format.hex(kept.receiptsKey) || announced.terms.tender !== kept.terms.tender)
    throw new Error("the notice is of another tender or key than the one you kept");
  if (announced.edition < kept.edition || Date.parse(announced.deadline) < Date.parse(kept.deadline))
    throw new Error("bidding closed before the deadline of the notice that you kept");
}

/** @param {Held} bid @param {number} layer @param {Officer} officer */
async function inside(bid, layer, officer) {
  const found = await format.openWith(officer.opening, bid.held, bid.bound.layer(bid.subset, layer)).catch(() => null);
  return found && format.hex(await format.layerHash(found)) === announced(bid, layer) ? format.hex(found) : null;
}

/** @param {{sealed: format.Json, wrap: format.Json}} bid @param {number} layer @returns {string} */
const announced = (bid, layer) => (layer < bid.wrap.layers.length ? bid.wrap.layers[layer] : bid.sealed.key_hash);

/** @typedef {{sequence: number, held: Uint8Array, subset: number[], sealed: format.Json, wrap: format.Json, bound: ReturnType<typeof format.bound>}} Held */

/** @param {Uint8Array} file */
export async function readWork(file) {
  const found = format.fields(format.readDocument(file), "bids", "close", "format", "layer", "notices", "officers", "part");
  if (found.format !== "b2b-market-opening-work/1") throw new Error("this is no work file");
  const notices = await Promise.all(found.notices.map(format.readNotice));
  const { close, signature } = format.fields(found.close, "close", "signature");
  const key = notices[0].receiptsKey;
  const alike = notices.every((notice) => notice.terms.tender === close.tender && format.hex(notice.receiptsKey) === format.hex(key));
  if (!alike) throw new Error("its notices are of different tenders or signed with different keys");
  const notice = notices.find((one) => one.edition === close.edition && one.deadline === close.deadline);
  if (!notice) throw new Error("the notice that bidding closed under is missing");
  const closed = /^b2b-market-bid-close\/[12]$/.test(close.format) && Date.parse(close.closed_at) >= Date.parse(close.deadline);
  if (!closed || !(await format.isSigned(key, close, format.unhex(signature, 64))))
    throw new Error("the close record is not signed by the platform");
  const { layer, officers, part } = found;
  const leaves = [];
  const bids = [];
  for (const bid of found.bids) {
    const { leaf, held } = await readBid(bid, { notices, key, layer, officers, part });
    leaves.push(leaf);
    if (held) bids.push(held);
  }
  if (leaves.length !== close.live.size || format.hex(await root(leaves)) !== close.live.root)
    throw new Error("its bids are not the ones of the closing root");
  const digest = format.hex(await format.sha256(format.bytesOf(close)));
  return { notice, close: digest, tender: close.tender, layer, officers, part, bids };
}

/** @param {any} value @param {{notices: format.Notice[], key: Uint8Array, layer: number, officers: string[], part: string}} turn
 * @returns {Promise<{leaf: Uint8Array, held: Held | null}>} */
async function readBid(value, turn) {
  const bid = format.fields(value, "envelope", "held", "receipt");
  const { receipt, signature } = format.fields(bid.receipt, "leaf", "receipt", "signature");
  if (!/^b2b-market-bid-receipt\/[12]$/.test(receipt.format) || !(await format.isSigned(turn.key, receipt, format.unhex(signature, 64))))
    throw new Error("a receipt is not signed by the platform");
  const leaf = await format.sha256(format.join(Uint8Array.of(0), format.bytesOf(receipt)));
  if (bid.held === null && bid.envelope === null) return { leaf, held: null };
  const signed = format.fields(bid.envelope, "envelope", "signature");
  const { envelope } = signed;
  const terms = turn.notices.find((notice) => notice.terms.digest === envelope.terms)?.terms;
  if (!terms) throw new Error("a bid is sealed under terms that no notice has");
  const same = ["tender", "lot", "bidder", "version"].every((name) => envelope[name] === receipt[name]);
  if (!same || format.hex(await format.sha256(format.bytesOf(signed))) !== receipt.digest)
    throw new Error("an envelope is not the one that its receipt names");
  if (![format.ENVELOPE, format.NAMING].includes(envelope.format) || !(await format.isSigned(format.unhex(envelope.signer, 32), envelope, format.unhex(signed.signature, 64))))
    throw new Error("an envelope is not signed by its bidder");
  const subset = turn.officers.map((print) => terms.officers.findIndex((officer) => officer.fingerprint === print));
  const sealed = envelope.parts.find((/** @type {format.Json} */ one) => one.part === turn.part);
  const wrap = sealed?.wraps.find((/** @type {format.Json} */ one) => one.officers.join() === subset.join());
  if (!wrap) throw new Error("a bid is sealed for other officers");
  const held = format.unhex(bid.held);
  const right = turn.layer
    ? format.hex(await format.layerHash(held)) === announced({ sealed, wrap }, turn.layer - 1)
    : bid.held === wrap.sealed;
  if (!right) throw new Error("a wrap is not the one that the bidder signed");
  const { tender, lot, bidder, version } = envelope;
  const bound = format.bound(terms, { tender, lot, bidder, version }, turn.part, sealed.commitment);
  return { leaf, held: { sequence: receipt.sequence, held, subset, sealed, wrap, bound } };
}

/** The root of RFC 9162 over leaf hashes. @param {Uint8Array[]} leaves @returns {Promise<Uint8Array>} */
async function root(leaves) {
  if (!leaves.length) return format.sha256(new Uint8Array());
  if (leaves.length === 1) return leaves[0];
  let split = 1;
  while (split * 2 < leaves.length) split *= 2;
  const [left, right] = [await root(leaves.slice(0, split)), await root(leaves.slice(split))];
  return format.sha256(format.join(Uint8Array.of(1), left, right));
}

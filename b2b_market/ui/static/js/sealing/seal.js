// @ts-check
// Seals a bid on the bidder's own device. What leaves it are ciphertexts; what `keep` holds stays with the bidder.
import * as format from "./format.js";

export { readDocument, readNotice, supported } from "./format.js";

/** @typedef {{content: format.Json, files?: {name: string, content: Uint8Array}[]}} PartContent */

/** A fresh signing key of a company as a seed; keep it for all versions of a tender's bids. */
export const newSeed = () => format.random(32);

/**
 * Seals a bid: money and quantities in its content are strings.
 * `envelope` is what is submitted, `boxes` go up before it, `file` holds both, `keep` can reveal the bid.
 * @param {format.Notice} notice @param {format.Ids} ids @param {{[part: string]: PartContent}} contents @param {Uint8Array} seed
 */
export async function seal(notice, ids, contents, seed) {
  const { terms } = notice;
  if (ids.tender !== terms.tender || !notice.lots.includes(ids.lot)) throw new Error("the notice has no such lot");
  if (!Number.isSafeInteger(ids.version) || ids.version < 1) throw new Error("versions are counted from 1");
  if (Object.keys(contents).sort().join() !== [...terms.parts].sort().join())
    throw new Error(`this tender takes bids of the parts: ${terms.parts.join(", ")}`);
  const signer = await format.signingKey(seed);
  const parts = [];
  const boxes = [];
  const keep = [];
  for (const part of terms.parts) {
    const made = await sealPart(terms, ids, part, contents[part]);
    parts.push(made.document);
    boxes.push(...made.boxes);
    keep.push(format.bytesOf(made.reveal), format.utf8("\n"));
  }
  const { tender, lot, bidder, version } = ids;
  const statement = { tender, lot, bidder, version, format: format.NAMING, notice: notice.digest, parts, signer: format.hex(signer.raw), suite: terms.suite, terms: terms.digest };
  const signature = format.hex(await format.sign(signer.key, statement));
  const envelope = format.bytesOf({ envelope: statement, signature });
  const file = format.join(envelope, format.utf8("\n"), ...boxes.map((box) => box.data));
  return { envelope, digest: format.hex(await format.sha256(envelope)), boxes, file, keep: format.join(...keep) };
}

/** @param {format.Terms} terms @param {format.Ids} ids @param {string} part @param {PartContent} given */
async function sealPart(terms, ids, part, given) {
  const files = given.files ?? [];
  const payload = await format.writePayload(given.content, files);
  const [r, key] = [format.random(32), format.random(32)];
  const committed = format.hex(await format.commitment(ids, part, r, payload));
  const bound = format.bound(terms, ids, part, committed);
  const plain = { payload: format.frame(r, payload), files: format.joinFiles(files) };
  const boxes = [];
  /** @type {format.Json} */
  const named = {};
  for (const box of format.BOXES) {
    const data = await format.encrypt(key, box, plain[box], bound.box(box));
    boxes.push({ part, box, data });
    named[box] = { sha256: format.hex(await format.sha256(data)), size: data.length };
  }
  const wraps = await Promise.all(terms.subsets.map((subset) => wrap(terms, key, bound, subset)));
  const { tender, lot, bidder, version } = ids;
  return {
    boxes,
    document: { boxes: named, commitment: committed, key_hash: format.hex(await format.layerHash(key)), part, wraps },
    reveal: { tender, lot, bidder, version, format: "b2b-market-bid-reveal/1", part, payload: format.readDocument(payload), r: format.hex(r) },
  };
}

/** One HPKE layer inside the other, the last officer's first. @param {format.Terms} terms @param {Uint8Array} key
 * @param {ReturnType<typeof format.bound>} bound @param {number[]} subset */
async function wrap(terms, key, bound, subset) {
  let held = key;
  const layers = [];
  for (let layer = subset.length - 1; layer >= 0; layer -= 1) {
    held = await format.sealTo(terms.officers[subset[layer]].openingKey, held, bound.layer(subset, layer));
    layers.unshift(format.hex(await format.layerHash(held)));
  }
  return { layers: layers.slice(1), officers: subset, sealed: format.hex(held) };
}

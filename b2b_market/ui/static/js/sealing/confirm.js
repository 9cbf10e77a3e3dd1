// @ts-check
// Confirms a sealed bid under a later edition of the notice on the bidder's own device, without opening it.
import * as format from "./format.js";

/** Returns the signed confirmation of the bid whose envelope has the digest `envelope` (hex).
 * @param {format.Notice} notice @param {format.Ids} ids @param {string} envelope @param {Uint8Array} seed */
export async function confirm(notice, ids, envelope, seed) {
  if (ids.tender !== notice.terms.tender || !notice.lots.includes(ids.lot)) throw new Error("the notice has no such lot");
  format.unhex(envelope, 32);
  const signer = await format.signingKey(seed);
  const { tender, lot, bidder, version } = ids;
  const confirmation = { tender, lot, bidder, version, envelope, format: "b2b-market-confirmation/1", notice: notice.digest, signer: format.hex(signer.raw) };
  return format.bytesOf({ confirmation, signature: format.hex(await format.sign(signer.key, confirmation)) });
}

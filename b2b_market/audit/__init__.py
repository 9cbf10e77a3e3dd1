"""The audit module: sealing of the trail into a Merkle tree, proofs, witness, explorer and export."""

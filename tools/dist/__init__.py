"""Makes what is published of a version: source, wheel, bill of materials, checksums and an attestation of them."""

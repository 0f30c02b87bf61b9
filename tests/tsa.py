"""A time-stamp authority for tests: a small PKI, tokens of any time and with any fault, and a loopback HTTP server.

Tokens are put together with asn1crypto and signed with cryptography, so that a test can set the TSA's clock; that they
are what RFC 3161 says is judged by `openssl ts -verify` in tests/adapters/signing/test_timestamps.py, where `openssl
ts -reply` also makes tokens of its own.
"""

from __future__ import annotations

import hashlib
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from asn1crypto import algos, cms, tsp
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from auditor.adapters.signing.timestamps import Authority
from loopback import Answer, serving_posts

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

FOREVER = (datetime(2020, 1, 1, tzinfo=UTC), datetime(2049, 1, 1, tzinfo=UTC))
_DIGESTS: dict[str, hashes.HashAlgorithm] = {"sha1": hashes.SHA1(), "sha256": hashes.SHA256()}  # noqa: S303 - refused
TIME_STAMPING = (ExtendedKeyUsageOID.TIME_STAMPING,)


@dataclass(frozen=True)
class Certified:
    """A certificate and its private key."""

    certificate: x509.Certificate
    private: ec.EllipticCurvePrivateKey

    def __reduce__(self) -> tuple[Callable[[str, bytes], Certified], tuple[str, bytes]]:
        return certified, (self.pem, self.private_pem)

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(serialization.Encoding.PEM).decode()

    @property
    def der(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.DER)

    @property
    def private_pem(self) -> bytes:
        return self.private.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )


def certified(pem: str, private_pem: bytes) -> Certified:
    """Read what ``Certified`` writes."""
    private = serialization.load_pem_private_key(private_pem, None)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    return Certified(x509.load_pem_x509_certificate(pem.encode()), private)


def certify(
    name: str,
    issuer: Certified | None = None,
    *,
    ca: bool = False,
    valid: tuple[datetime, datetime] = FOREVER,
    purposes: Sequence[x509.ObjectIdentifier] = (),
    critical: bool = True,
    serial: int | None = None,
    private: ec.EllipticCurvePrivateKey | None = None,
) -> Certified:
    """Make a key and its certificate, signed by ``issuer`` or by itself."""
    private = private or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(private.public_key())
        .serial_number(serial or x509.random_serial_number())
        .not_valid_before(valid[0])
        .not_valid_after(valid[1])
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(_usage(ca=ca), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(private.public_key()), critical=False)
    )
    if purposes:
        builder = builder.add_extension(x509.ExtendedKeyUsage(list(purposes)), critical=critical)
    return Certified(builder.sign(issuer.private if issuer else private, hashes.SHA256()), private)


def _usage(*, ca: bool) -> x509.KeyUsage:
    names = ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    return x509.KeyUsage(
        digital_signature=not ca,
        key_cert_sign=ca,
        crl_sign=ca,
        encipher_only=False,
        decipher_only=False,
        **dict.fromkeys(names, False),
    )


def unchanged(_: dict[str, Any]) -> None:
    """Change nothing."""


def as_made(response: bytes) -> bytes:
    return response


@dataclass
class Tsa:
    """A TSA whose clock stands at ``now``; ``change`` may edit what it is about to sign, ``finish`` the response."""

    root: Certified
    leaf: Certified
    now: datetime
    intermediates: tuple[Certified, ...] = ()
    change: Callable[[dict[str, Any]], None] = unchanged
    finish: Callable[[bytes], bytes] = as_made
    signed_certificate: Certified | None = None
    named_by: tuple[str, ...] = ("sha256",)
    digest: str = "sha256"
    signers: int = 1
    sorted_set: bool = True
    requests: list[bytes] = field(default_factory=list)

    @property
    def authority(self) -> Authority:
        """Return what a trust policy would pin of it."""
        return Authority("test-tsa", (self.root.pem,))

    def respond(self, request: bytes) -> bytes:
        """Answer the DER of a TimeStampReq."""
        self.requests.append(request)
        asked = tsp.TimeStampReq.load(request)
        info: dict[str, Any] = {
            "version": "v1",
            "policy": "1.3.6.1.4.1.57264.2",
            "message_imprint": asked["message_imprint"],
            "serial_number": len(self.requests),
            "gen_time": self.now.replace(microsecond=0),
            "nonce": asked["nonce"].native,
        }
        self.change(info)
        content = tsp.TSTInfo({name: value for name, value in info.items() if value is not None}).dump()
        return self.finish(
            tsp.TimeStampResp({"status": {"status": "granted"}, "time_stamp_token": self._token(content)}).dump()
        )

    def stamp(self, signature: bytes) -> bytes:
        """Be a Timestamper: return the response for a signature, without a network."""
        imprint = {"hash_algorithm": {"algorithm": "sha256"}, "hashed_message": hashlib.sha256(signature).digest()}
        return self.respond(tsp.TimeStampReq({"version": "v1", "message_imprint": imprint, "cert_req": True}).dump())

    def _essential(self, digest: str) -> cms.CMSAttribute:
        """Name the certificate that signs, as RFC 2634 does with SHA-1 and RFC 5035 with SHA-2."""
        named = hashlib.new(digest, (self.signed_certificate or self.leaf).der).digest()
        if digest == "sha1":
            value = tsp.SigningCertificate({"certs": [tsp.ESSCertID({"cert_hash": named})]})
            return cms.CMSAttribute({"type": "signing_certificate", "values": [value]})
        identifier = tsp.ESSCertIDv2({"hash_algorithm": {"algorithm": digest}, "cert_hash": named})
        value = tsp.SigningCertificateV2({"certs": [identifier]})
        return cms.CMSAttribute({"type": "signing_certificate_v2", "values": [value]})

    def _token(self, content: bytes) -> cms.ContentInfo:
        attributes = cms.CMSAttributes(
            [
                cms.CMSAttribute({"type": "content_type", "values": ["tst_info"]}),
                cms.CMSAttribute({"type": "message_digest", "values": [hashlib.new(self.digest, content).digest()]}),
                *map(self._essential, self.named_by),
            ]
        )
        leaf = asn1_x509.Certificate.load(self.leaf.der)
        signer = cms.SignerInfo(
            {
                "version": "v1",
                "sid": {"issuer_and_serial_number": {"issuer": leaf.issuer, "serial_number": leaf.serial_number}},
                "digest_algorithm": {"algorithm": self.digest},
                "signed_attrs": attributes,
                "signature_algorithm": {"algorithm": f"{self.digest}_ecdsa"},
                "signature": self.leaf.private.sign(attributes.untag().dump(), ec.ECDSA(_DIGESTS[self.digest])),
            }
        )
        ders = sorted(one.der for one in (self.leaf, *self.intermediates))
        signed = cms.SignedData(
            {
                "version": "v3",
                "digest_algorithms": [algos.DigestAlgorithm({"algorithm": self.digest})],
                "encap_content_info": {"content_type": "tst_info", "content": tsp.TSTInfo.load(content)},
                "certificates": [asn1_x509.Certificate.load(one) for one in ders],
                "signer_infos": [signer] * self.signers,
            }
        )
        whole = cms.ContentInfo({"content_type": "signed_data", "content": signed})
        if self.sorted_set:
            return whole
        right = b"".join(ders)
        return cms.ContentInfo.load(whole.dump().replace(right, b"".join(reversed(ders))))


def make_tsa(now: datetime, **changes: Any) -> Tsa:
    """Return a TSA under a root of its own; keyword arguments replace its fields."""
    root = certify("Test TSA root", ca=True)
    return replace(Tsa(root, certify("Test TSA", root, purposes=TIME_STAMPING), now), **changes)


@contextmanager
def serving(respond: Callable[[bytes], bytes], **answer: Any) -> Iterator[str]:
    """Serve ``respond`` as RFC 3161 over HTTP on the loopback and give its URL.

    ``answer`` may set ``status``, ``content_type`` and ``headers`` of every answer.
    """
    fields = {"content_type": "application/timestamp-reply"} | answer
    with serving_posts(lambda _, request: Answer(respond(request), **fields)) as address:
        yield f"{address}/tsa"

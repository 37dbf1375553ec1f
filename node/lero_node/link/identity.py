"""The node's two private keys: one signs its answers, one opens TLS. Both lie sealed under the storage key."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, load_pem_private_key
from cryptography.x509.oid import NameOID

from lero_contract.errors import Corrupt, NotReady
from lero_node.data.files import write_durably
from lero_node.data.sealing import StorageKey, seal, unseal

_LABEL = "node identity"


@dataclass(frozen=True, repr=False)
class Identity:
    """signing: Ed25519, its public half is in the roster. tls: P-256, PEM, for the client certificate."""

    signing: Ed25519PrivateKey
    tls: bytes

    def certificate_request(self, node_id: str) -> bytes:
        """PKCS #10, DER, in the name of the node."""
        key = load_pem_private_key(self.tls, password=None)
        if not isinstance(key, ec.EllipticCurvePrivateKey):
            raise Corrupt("The TLS key is not of the kind this program makes.")
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, node_id)])
        request = x509.CertificateSigningRequestBuilder().subject_name(name).sign(key, hashes.SHA256())
        return request.public_bytes(Encoding.DER)


def create_identity(path: Path, key: StorageKey) -> Identity:
    """Two new keys, sealed into `path`."""
    signing = Ed25519PrivateKey.generate()
    tls = ec.generate_private_key(ec.SECP256R1())
    pem = tls.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    content = json.dumps({"signing": signing.private_bytes_raw().hex(), "tls": pem.decode()})
    write_durably(path, seal(key, _LABEL, content.encode()))
    return Identity(signing, pem)


def open_identity(path: Path, key: StorageKey) -> Identity:
    """Raises NotReady before set-up, Corrupt where the file was changed."""
    try:
        sealed = path.read_bytes()
    except FileNotFoundError:
        raise NotReady("This node has no identity yet.", "Run: lero-node init --help") from None
    content = json.loads(unseal(key, _LABEL, sealed))
    return Identity(Ed25519PrivateKey.from_private_bytes(bytes.fromhex(content["signing"])), content["tls"].encode())

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from app.proof.jws import BadKey, KeyRing, SigningKey, Typ, VerifyingKey, sign, verify

KEY = SigningKey.generate()
PEM = KEY.verifying.public.public_bytes(
    serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
)
RSA = rsa.generate_private_key(65537, 2048)


def test_published_key_holds_no_secret() -> None:
    assert KEY.public_jwk().keys() == {"kty", "crv", "x", "y", "kid", "use", "alg"}
    secret = str(KEY.private.private_numbers().private_value)
    assert secret not in repr(KeyRing(KEY, (KEY,)))
    assert "private" not in repr(KEY)


def test_thumbprint_is_that_of_rfc_9449() -> None:
    x = "l8tFrhx-34tV3hRICRDY9zCkDlpBhF42UQUfWVAWBFs"
    y = "9VE4jf_Ok_o64zbTTlcuNJajHmt6v9TDVrU0CdvGRDA"
    kid = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I"
    published = {"kty": "EC", "crv": "P-256", "x": x, "y": y, "use": "sig", "alg": "ES256"}
    assert VerifyingKey.from_jwk(published | {"kid": kid}).kid == kid
    with pytest.raises(BadKey):
        VerifyingKey.from_jwk(published | {"kid": KEY.kid})


def test_key_survives_its_file() -> None:
    again = SigningKey.from_pem(KEY.to_pem())
    assert again == KEY
    token = sign({"a": 1}, typ=Typ.RECEIPT, key=again)
    assert verify(token, typ=Typ.RECEIPT, ring=KeyRing(KEY)) == {"a": 1}


def _pem(
    private: PrivateKeyTypes,
    encryption: serialization.KeySerializationEncryption | None = None,
) -> bytes:
    return private.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        encryption or serialization.NoEncryption(),
    )


@pytest.mark.parametrize(
    "pem",
    [
        b"",
        b"secret",
        PEM,
        _pem(RSA),
        _pem(ed25519.Ed25519PrivateKey.generate()),
        _pem(ec.generate_private_key(ec.SECP384R1())),
        _pem(ec.generate_private_key(ec.SECP256K1())),
        _pem(KEY.private, serialization.BestAvailableEncryption(b"pass")),
    ],
    ids=["empty", "text", "public", "rsa", "ed25519", "p384", "k1", "encrypted"],
)
def test_file_that_is_no_plain_p256_key_is_refused(pem: bytes) -> None:
    with pytest.raises(BadKey):
        SigningKey.from_pem(pem)


@pytest.mark.parametrize(
    "changes",
    [
        {"x": KEY.public_jwk()["y"]},
        {"x": ""},
        {"x": 5},
        {"x": "A" * 400},
        {"x": KEY.public_jwk()["x"] + "="},
        {"crv": "P-384"},
        {"alg": "HS256"},
        {"d": "AAAA"},
        {"kty": "oct"},
    ],
)
def test_published_key_that_is_not_ours_is_refused(changes: dict[str, object]) -> None:
    with pytest.raises(BadKey):
        VerifyingKey.from_jwk(KEY.public_jwk() | changes)

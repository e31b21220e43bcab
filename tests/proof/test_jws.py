import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from hypothesis import given, settings
from hypothesis import strategies as st

from app.proof.canonical import NotCanonical
from app.proof.jws import (
    BadToken,
    Claims,
    Fault,
    KeyRing,
    TooLongToSign,
    Typ,
    VerifyingKey,
    access_token,
    read_access,
    sign,
    verify,
)
from tests.proof.forgery import (
    AUDIENCE,
    GOOD,
    HEADER,
    ISSUER,
    KEY,
    NOW,
    RING,
    STRANGER,
    TOKEN,
    b64,
    forged,
    text_of,
    with_claims,
    with_header,
    with_mac,
    without_claim,
    without_header,
)

HEAD, BODY, SIGNATURE = TOKEN.split(".")
SPKI = serialization.PublicFormat.SubjectPublicKeyInfo
PUBLIC = KEY.verifying.public
PEM = PUBLIC.public_bytes(serialization.Encoding.PEM, SPKI)
DER = PUBLIC.public_bytes(serialization.Encoding.DER, SPKI)
SSH = PUBLIC.public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
DER_SIGNATURE = b64(KEY.private.sign(b"", ec.ECDSA(hashes.SHA256())))
DEEP = b'{"a":' + b"[" * 600 + b"]" * 600 + b"}"

HEADER_ATTACKS = {
    "hs256 with the PEM key": (with_mac(PEM, "HS256"), Fault.MALFORMED),
    "hs256 with the DER key": (with_mac(DER, "HS256"), Fault.MALFORMED),
    "hs256 with the OpenSSH key": (with_mac(SSH, "HS256"), Fault.MALFORMED),
    "hs256 with an empty secret": (with_mac(b"", "HS256"), Fault.MALFORMED),
    "hs512 with the PEM key": (with_mac(PEM, "HS512"), Fault.ALGORITHM),
    "hs512 with the DER key": (with_mac(DER, "HS512"), Fault.ALGORITHM),
    "hs512 with the published key": (with_mac(text_of(KEY.public_jwk()), "HS512"), Fault.ALGORITHM),
    "none, no signature": (f"{b64(text_of(HEADER | {'alg': 'none'}))}.{BODY}.", Fault.MALFORMED),
    "none, signed": (with_header(alg="none"), Fault.ALGORITHM),
    "None": (with_header(alg="None"), Fault.ALGORITHM),
    "alg in lower case": (with_header(alg="es256"), Fault.ALGORITHM),
    "alg is a part of the name": (with_header(alg="ES"), Fault.ALGORITHM),
    "alg holds the name": (with_header(alg="XXES256YY"), Fault.ALGORITHM),
    "alg is empty": (with_header(alg=""), Fault.ALGORITHM),
    "alg is a list": (with_header(alg=["ES256"]), Fault.ALGORITHM),
    "alg is null": (with_header(alg=None), Fault.ALGORITHM),
    "alg is missing": (without_header("alg"), Fault.HEADER),
    "alg ES384": (with_header(alg="ES384"), Fault.ALGORITHM),
    "alg RS256": (with_header(alg="RS256"), Fault.ALGORITHM),
    "alg EdDSA": (with_header(alg="EdDSA"), Fault.ALGORITHM),
    "crit": (with_header(crit=["exp"]), Fault.HEADER),
    "crit empty": (with_header(crit=[]), Fault.HEADER),
    "jwk": (forged(HEADER | {"jwk": STRANGER.public_jwk()}, key=STRANGER), Fault.HEADER),
    "jku": (with_header(jku="https://evil.example/jwks.json"), Fault.HEADER),
    "x5u": (with_header(x5u="https://evil.example/cert"), Fault.HEADER),
    "x5c": (with_header(x5c=["MII"]), Fault.HEADER),
    "b64 false": (with_header(b64=False), Fault.HEADER),
    "cty": (with_header(cty="JWT"), Fault.HEADER),
    "zip": (with_header(zip="DEF"), Fault.HEADER),
    "ALG beside alg": (with_header(ALG="none"), Fault.HEADER),
    "kid is missing": (without_header("kid"), Fault.HEADER),
    "kid of a stranger": (with_header(kid=STRANGER.kid), Fault.UNKNOWN_KEY),
    "kid is a path": (with_header(kid="../../dev/null"), Fault.UNKNOWN_KEY),
    "kid is empty": (with_header(kid=""), Fault.UNKNOWN_KEY),
    "kid is a list": (with_header(kid=[KEY.kid]), Fault.UNKNOWN_KEY),
    "kid is an object": (with_header(kid={}), Fault.UNKNOWN_KEY),
    "kid in other case": (with_header(kid=KEY.kid.swapcase()), Fault.UNKNOWN_KEY),
    "stranger under our kid": (forged(key=STRANGER), Fault.SIGNATURE),
    "typ JWT": (with_header(typ="JWT"), Fault.TYP),
    "typ of a certificate": (with_header(typ="award-cert+jws"), Fault.TYP),
    "typ in upper case": (with_header(typ="AT+JWT"), Fault.TYP),
    "typ as media type": (with_header(typ="application/at+jwt"), Fault.TYP),
    "typ is missing": (without_header("typ"), Fault.HEADER),
    "typ is a list": (with_header(typ=["at+jwt"]), Fault.TYP),
}
FORM_ATTACKS = {
    "empty": ("", Fault.MALFORMED),
    "only dots": ("..", Fault.MALFORMED),
    "one part": (HEAD, Fault.MALFORMED),
    "two parts": (f"{HEAD}.{BODY}", Fault.MALFORMED),
    "four parts": (f"{TOKEN}.{SIGNATURE}", Fault.MALFORMED),
    "five parts, as encrypted": (f"{HEAD}.{BODY}.AAAA.{BODY}.{SIGNATURE}", Fault.MALFORMED),
    "no signature": (f"{HEAD}.{BODY}.", Fault.MALFORMED),
    "signature cut": (TOKEN[:-1], Fault.MALFORMED),
    "signature cut in half": (f"{HEAD}.{BODY}.{SIGNATURE[:43]}", Fault.MALFORMED),
    "signature longer": (TOKEN + "AA", Fault.MALFORMED),
    "signature of zeros": (f"{HEAD}.{BODY}.{'A' * 86}", Fault.SIGNATURE),
    "signature in DER": (f"{HEAD}.{BODY}.{DER_SIGNATURE}", Fault.MALFORMED),
    "signature of another token": (
        f"{HEAD}.{BODY}.{with_claims(sub='p-2').split('.')[2]}",
        Fault.SIGNATURE,
    ),
    "body of another token": (
        f"{HEAD}.{b64(text_of(GOOD | {'sub': 'p-2'}))}.{SIGNATURE}",
        Fault.SIGNATURE,
    ),
    "unused bits in the signature": (TOKEN[:-1] + chr(ord(TOKEN[-1]) + 1), Fault.SIGNATURE),
    "padding": (f"{HEAD}=.{BODY}.{SIGNATURE}", Fault.MALFORMED),
    "line break": (f"{TOKEN}\n", Fault.MALFORMED),
    "blank before": (f" {TOKEN}", Fault.MALFORMED),
    "Bearer before": (f"Bearer {TOKEN}", Fault.MALFORMED),
    "not ASCII": (f"{HEAD}.{BODY}é.{SIGNATURE}", Fault.MALFORMED),
    "full width": (TOKEN.replace("e", "ｅ", 1), Fault.MALFORMED),
    "half a character": (f"{TOKEN}\ud800", Fault.MALFORMED),
    "NUL": (f"{TOKEN}\0", Fault.MALFORMED),
    "standard base64": (f"{HEAD}.{BODY}+/.{SIGNATURE}", Fault.MALFORMED),
    "huge": ("A" * 10_000_000, Fault.TOO_LONG),
    "huge and signed": (with_claims(sub="x" * 2_000), Fault.TOO_LONG),
    "JSON form": (json.dumps({"payload": BODY, "signature": SIGNATURE}), Fault.MALFORMED),
    "header not JSON": (forged(header=b"ES256"), Fault.MALFORMED),
    "header not UTF-8": (forged(header=b"\xff\xfe"), Fault.MALFORMED),
    "header in UTF-16": (forged(header=text_of(HEADER).decode().encode("utf-16")), Fault.MALFORMED),
    "header a list": (forged(header=["ES256"]), Fault.MALFORMED),
    "header null": (forged(header=None), Fault.MALFORMED),
    "header with blanks": (
        forged(header=json.dumps(HEADER, sort_keys=True).encode()),
        Fault.MALFORMED,
    ),
    "header says alg twice": (
        forged(header=b'{"alg":"none",' + text_of(HEADER)[1:]),
        Fault.MALFORMED,
    ),
    "header nested 600 deep": (forged(header=DEEP), Fault.MALFORMED),
    "header of 1400 brackets": (forged(b"[" * 1400, b"{}"), Fault.MALFORMED),
    "payload of 1300 brackets": (forged(payload=b"[" * 1300), Fault.MALFORMED),
    "payload not JSON": (forged(payload=b"hello"), Fault.MALFORMED),
    "payload not UTF-8": (forged(payload=b"\xff"), Fault.MALFORMED),
    "payload a text": (forged(payload="p-1"), Fault.MALFORMED),
    "payload a list": (forged(payload=[GOOD]), Fault.MALFORMED),
    "payload null": (forged(payload=None), Fault.MALFORMED),
    "payload says sub twice": (
        forged(payload=text_of(GOOD)[:-1] + b',"sub":"p-2"}'),
        Fault.MALFORMED,
    ),
    "payload nested 600 deep": (forged(payload=DEEP), Fault.MALFORMED),
    "payload with NaN": (with_claims(exp=float("nan")), Fault.MALFORMED),
    "payload with half a character": (with_claims(sub="\ud800"), Fault.MALFORMED),
    "payload escaped otherwise": (with_claims(sub="é"), Fault.MALFORMED),
    "byte order mark": (forged(payload=b"\xef\xbb\xbf" + text_of(GOOD)), Fault.MALFORMED),
}
CLAIM_ATTACKS = {
    "no exp": (without_claim("exp"), Fault.CLAIMS),
    "exp as text": (with_claims(exp="9999999999"), Fault.CLAIMS),
    "exp 1e300": (with_claims(exp=1e300), Fault.MALFORMED),
    "exp infinite": (with_claims(exp=float("inf")), Fault.MALFORMED),
    "exp as float": (with_claims(exp=NOW + 600.0), Fault.MALFORMED),
    "exp true": (with_claims(exp=True), Fault.CLAIMS),
    "exp null": (with_claims(exp=None), Fault.CLAIMS),
    "exp a list": (with_claims(exp=[NOW + 600]), Fault.CLAIMS),
    "exp negative": (with_claims(exp=-1), Fault.LIFETIME),
    "exp of 400 digits": (with_claims(exp=10**400), Fault.MALFORMED),
    "exp of 1000 digits": (forged(payload=b'{"exp":' + b"9" * 1000 + b"}"), Fault.MALFORMED),
    "exp now": (with_claims(iat=NOW - 600, exp=NOW), Fault.EXPIRED),
    "exp long past": (with_claims(iat=NOW - 86_400, exp=NOW - 85_800), Fault.EXPIRED),
    "lives 15 minutes and a second": (with_claims(exp=NOW + 901), Fault.LIFETIME),
    "lives for ever": (with_claims(exp=2**53 - 1), Fault.LIFETIME),
    "ends before it begins": (with_claims(iat=NOW + 700), Fault.LIFETIME),
    "no iat": (without_claim("iat"), Fault.CLAIMS),
    "iat true": (with_claims(iat=True), Fault.CLAIMS),
    "iat as text": (with_claims(iat=str(NOW)), Fault.CLAIMS),
    "iat to come": (with_claims(iat=NOW + 6, exp=NOW + 600), Fault.NOT_YET),
    "no aud": (without_claim("aud"), Fault.CLAIMS),
    "aud of another": (with_claims(aud="other-api"), Fault.AUDIENCE),
    "aud a list": (with_claims(aud=[AUDIENCE]), Fault.AUDIENCE),
    "aud a list of two": (with_claims(aud=[AUDIENCE, "other"]), Fault.AUDIENCE),
    "aud null": (with_claims(aud=None), Fault.AUDIENCE),
    "aud empty": (with_claims(aud=""), Fault.AUDIENCE),
    "aud in other case": (with_claims(aud=AUDIENCE.upper()), Fault.AUDIENCE),
    "no iss": (without_claim("iss"), Fault.CLAIMS),
    "iss of another": (with_claims(iss="https://evil.example"), Fault.ISSUER),
    "iss with a slash": (with_claims(iss=ISSUER + "/"), Fault.ISSUER),
    "iss a list": (with_claims(iss=[ISSUER]), Fault.ISSUER),
    "no sub": (without_claim("sub"), Fault.CLAIMS),
    "sub empty": (with_claims(sub=""), Fault.CLAIMS),
    "sub a number": (with_claims(sub=1), Fault.CLAIMS),
    "sub an object": (with_claims(sub={"$ne": None}), Fault.CLAIMS),
    "sub null": (with_claims(sub=None), Fault.CLAIMS),
    "no sid": (without_claim("sid"), Fault.CLAIMS),
    "sid a list": (with_claims(sid=["s-1"]), Fault.CLAIMS),
    "one claim more": (with_claims(role="secretariat"), Fault.CLAIMS),
    "no claims": (forged(payload={}), Fault.CLAIMS),
}
ATTACKS = HEADER_ATTACKS | FORM_ATTACKS | CLAIM_ATTACKS


def read(token: str, now: datetime | int = NOW, ring: KeyRing = RING) -> Claims:
    return read_access(token, ring, ISSUER, AUDIENCE, now)


@pytest.mark.parametrize("name", ATTACKS)
def test_attack_is_refused_for_its_reason(name: str) -> None:
    token, fault = ATTACKS[name]
    with pytest.raises(BadToken) as refused:
        read(token)
    assert refused.value.code is fault


@pytest.mark.parametrize("name", HEADER_ATTACKS | FORM_ATTACKS)
def test_attack_is_refused_before_the_claims_are_read(name: str) -> None:
    with pytest.raises(BadToken):
        verify(ATTACKS[name][0], typ=Typ.ACCESS, ring=RING)


def test_token_forged_by_hand_without_a_fault_is_read() -> None:
    assert read(forged()) == Claims("p-1", "s-1", NOW, NOW + 600)


def test_access_token_is_read() -> None:
    assert read(TOKEN) == Claims("p-1", "s-1", NOW, NOW + 600)
    assert forged().rsplit(".", 1)[0] == TOKEN.rsplit(".", 1)[0]


def test_moments_and_seconds_are_the_same_time() -> None:
    moment = datetime.fromtimestamp(NOW, UTC) + timedelta(microseconds=999_999)
    token = access_token(sub="p", sid="s", issuer="i", audience="a", now=moment, key=KEY)
    assert read_access(token, RING, "i", "a", moment).iat == NOW


def test_access_ends_on_the_second() -> None:
    assert read(TOKEN, NOW + 599).exp == NOW + 600
    with pytest.raises(BadToken, match="expired"):
        read(TOKEN, NOW + 600)


def test_clock_five_seconds_behind_is_forgiven() -> None:
    assert read(TOKEN, NOW - 5).iat == NOW
    with pytest.raises(BadToken, match="not-yet"):
        read(TOKEN, NOW - 6)


@pytest.mark.parametrize("seconds", [0, -1, 901])
def test_lifetime_that_would_be_refused_is_not_signed(seconds: int) -> None:
    with pytest.raises(ValueError, match="fifteen minutes"):
        access_token(
            sub="p",
            sid="s",
            issuer="i",
            audience="a",
            now=NOW,
            key=KEY,
            lifetime=timedelta(seconds=seconds),
        )


@pytest.mark.parametrize("signed", Typ)
@pytest.mark.parametrize("asked", Typ)
def test_one_use_never_passes_for_another(signed: Typ, asked: Typ) -> None:
    token = sign({"number": "奖-1"}, typ=signed, key=KEY)
    if signed is asked:
        assert verify(token, typ=asked, ring=RING) == {"number": "奖-1"}
    else:
        with pytest.raises(BadToken, match="typ"):
            verify(token, typ=asked, ring=RING)


def test_payload_comes_back_as_it_was() -> None:
    payload = {"z": [1, True, None, {"组织": "é"}], "a": ""}
    assert verify(sign(payload, typ=Typ.RECEIPT, key=KEY), typ=Typ.RECEIPT, ring=RING) == payload


def test_payload_with_a_float_is_not_signed() -> None:
    with pytest.raises(NotCanonical):
        sign({"score": 586.4}, typ=Typ.RECEIPT, key=KEY)


@pytest.mark.parametrize("typ", Typ)
def test_payload_too_long_to_be_read_is_not_signed(typ: Typ) -> None:
    with pytest.raises(TooLongToSign):
        sign({"a": "x" * typ.longest}, typ=typ, key=KEY)


def test_signature_is_plain_es256() -> None:
    signed, _, signature = TOKEN.rpartition(".")
    octets = base64.urlsafe_b64decode(signature + "==")
    r, s = int.from_bytes(octets[:32], "big"), int.from_bytes(octets[32:], "big")
    KEY.verifying.public.verify(
        encode_dss_signature(r, s), signed.encode(), ec.ECDSA(hashes.SHA256())
    )
    assert json.loads(base64.urlsafe_b64decode(HEAD + "===")) == HEADER


def test_retired_key_still_counts_and_signs_nothing() -> None:
    ring = KeyRing(STRANGER, (VerifyingKey.from_jwk(KEY.public_jwk()),))
    assert read(TOKEN, ring=ring).sub == "p-1"
    assert [key["kid"] for key in ring.jwks()["keys"]] == [STRANGER.kid, KEY.kid]
    with pytest.raises(BadToken, match="unknown-key"):
        read(TOKEN, ring=KeyRing(STRANGER))
    with pytest.raises(BadToken, match="unknown-key"):
        read(TOKEN, ring=KeyRing())


@st.composite
def mutations(draw: st.DrawFn) -> str:
    """The token with a few characters replaced, removed, inserted, doubled or exchanged."""
    token = list(TOKEN)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(token) - 2))
        characters = st.sampled_from("ABab019-_.=") | st.characters()
        match draw(st.sampled_from(["replace", "remove", "insert", "exchange", "cut"])):
            case "replace":
                token[at] = draw(characters)
            case "remove":
                del token[at]
            case "insert":
                token.insert(at, draw(characters))
            case "exchange":
                token[at], token[at + 1] = token[at + 1], token[at]
            case "cut":
                token = token[: max(at, 3)]
    return "".join(token)


@settings(max_examples=2_000, deadline=None)
@given(mutations())
def test_changed_token_never_passes(token: str) -> None:
    if token == TOKEN:
        assert read(token).sub == "p-1"
        return
    with pytest.raises(BadToken):
        read(token)


FORGED = st.tuples(st.binary(), st.binary()).map(lambda pair: forged(*pair))


@settings(deadline=None)
@given(st.text() | st.binary().map(b64) | FORGED)
def test_any_text_is_refused_and_nothing_else_happens(text: str) -> None:
    with pytest.raises(BadToken):
        read(text)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=5,
)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from([*GOOD, "nbf", "crit"]), JSON, min_size=1))
def test_any_signed_claims_are_refused_or_exactly_right(changes: dict[str, object]) -> None:
    payload = GOOD | changes
    try:
        claims = read(forged(payload=payload))
    except BadToken:
        return
    assert payload.keys() == GOOD.keys()
    assert (claims.sub, claims.sid) == (payload["sub"], payload["sid"])
    assert NOW < claims.exp <= claims.iat + 900


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from([*HEADER, "crit", "jwk"]), JSON, min_size=1))
def test_any_signed_header_is_refused_unless_it_is_ours(changes: dict[str, object]) -> None:
    header = HEADER | changes
    if header == HEADER:
        return
    with pytest.raises(BadToken):
        read(forged(header=header))

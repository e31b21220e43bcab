"""Sound files of every type, and files that must not come in, each with its code."""

import zlib
from collections.abc import Callable, Mapping
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

import docx
import openpyxl
import pikepdf
from PIL import Image

from app.platform.files.kinds import DOCX, JPEG, OFD, PDF, PNG, XLSX

RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)


# Sound ones


def sound_pdf(**saving: Any) -> bytes:
    pdf, out = pikepdf.new(), BytesIO()
    pdf.add_blank_page()
    pdf.save(out, **saving)
    return out.getvalue()


def restricted_pdf() -> bytes:
    """Opens for everybody, but may not be printed or changed."""
    permissions = pikepdf.Permissions(print_highres=False, modify_other=False, extract=False)
    return sound_pdf(encryption=pikepdf.Encryption(user="", owner="机关", allow=permissions))


def sealed_pdf() -> bytes:
    """With a field of a signature, as an electronic seal leaves it."""
    pdf, out = pikepdf.new(), BytesIO()
    pdf.add_blank_page()
    contents = pikepdf.String("seal")
    signature = pdf.make_indirect(
        pikepdf.Dictionary(Type=pikepdf.Name.Sig, Filter=pikepdf.Name("/Adobe.PPKLite"))
    )
    signature.Contents = contents
    field = pdf.make_indirect(
        pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Widget,
            FT=pikepdf.Name.Sig,
            T="公章",
            V=signature,
            Rect=[0, 0, 100, 100],
        )
    )
    pdf.pages[0].Annots = pikepdf.Array([field])
    pdf.Root.AcroForm = pikepdf.Dictionary(Fields=[field], SigFlags=3)
    pdf.Root.OpenAction = pikepdf.Array([pdf.pages[0].obj, pikepdf.Name.Fit])
    pdf.save(out)
    return out.getvalue()


def sound_docx() -> bytes:
    document, out = docx.Document(), BytesIO()
    document.add_heading("自评报告")
    document.add_paragraph("我们引入 DDE 等数据交换方式，持续改进。")
    document.save(out)
    return out.getvalue()


def sound_xlsx() -> bytes:
    book, out = openpyxl.Workbook(), BytesIO()
    book.active["A1"] = "营业收入"
    book.active["A2"].hyperlink = "https://example.com"
    book.save(out)
    return out.getvalue()


def sound_ofd() -> bytes:
    return packed({"OFD.xml": b"<?xml version='1.0'?><ofd/>", "Doc_0/Document.xml": b"<doc/>"})


def picture(kind: str, size: tuple[int, int] = (64, 48)) -> bytes:
    out = BytesIO()
    Image.new("RGB", size, "red").save(out, kind)
    return out.getvalue()


SOUND: Mapping[str, tuple[str, Callable[[], bytes]]] = {
    "pdf": (PDF, sound_pdf),
    "restricted pdf": (PDF, restricted_pdf),
    "sealed pdf": (PDF, sealed_pdf),
    "pdf of object streams": (
        PDF,
        lambda: sound_pdf(object_stream_mode=pikepdf.ObjectStreamMode.generate),
    ),
    "docx": (DOCX, sound_docx),
    "docx with a chart": (
        DOCX,
        lambda: changed(sound_docx(), {"word/embeddings/Sheet1.xlsx": sound_xlsx()}),
    ),
    "xlsx": (XLSX, sound_xlsx),
    "ofd": (OFD, sound_ofd),
    "png": (PNG, lambda: picture("PNG")),
    "jpg": (JPEG, lambda: picture("JPEG")),
}


# Packages


def packed(parts: Mapping[str, bytes]) -> bytes:
    out = BytesIO()
    with ZipFile(out, "w", ZIP_DEFLATED) as package:
        for name, content in parts.items():
            package.writestr(name, content)
    return out.getvalue()


def changed(package: bytes, parts: Mapping[str, bytes]) -> bytes:
    """The same package with other parts, or with more."""
    with ZipFile(BytesIO(package)) as old:
        kept = {name: old.read(name) for name in old.namelist()}
    return packed(kept | parts)


def replaced(package: bytes, part: str, old: str, new: str) -> bytes:
    with ZipFile(BytesIO(package)) as there:
        text = there.read(part).decode()
    assert old in text
    return changed(package, {part: text.replace(old, new).encode()})


def related(package: bytes, kind: str, target: str, mode: str = "External") -> bytes:
    one = f'<Relationship Id="x9" Type="{RELATION}/{kind}" Target="{target}" TargetMode="{mode}"/>'
    part = "word/_rels/document.xml.rels"
    return replaced(package, part, "</Relationships>", f"{one}</Relationships>")


def lying() -> bytes:
    """A part that declares fewer bytes than come out."""
    whole = bytearray(changed(sound_docx(), {"word/big.xml": bytes(150 * 2**20)}))
    with ZipFile(BytesIO(bytes(whole))) as package:
        entry = package.getinfo("word/big.xml")
    size = entry.file_size.to_bytes(4, "little")
    return bytes(whole).replace(size, (1000).to_bytes(4, "little"))


def named(name: str) -> bytes:
    out = BytesIO(sound_docx())
    with ZipFile(out, "a") as package:
        package.writestr(ZipInfo(name), b"x")
    return out.getvalue()


def locked_zip() -> bytes:
    """Every entry says that it is encrypted."""
    whole = bytearray(sound_docx())
    for mark, place in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = whole.find(mark)
        while at >= 0:
            whole[at + place] |= 1
            at = whole.find(mark, at + 4)
    return bytes(whole)


# PDF


def acting(change: Callable[[pikepdf.Pdf], None], *, compressed: bool = False) -> bytes:
    pdf, out = pikepdf.new(), BytesIO()
    pdf.add_blank_page()
    change(pdf)
    mode = pikepdf.ObjectStreamMode
    pdf.save(out, object_stream_mode=mode.generate if compressed else mode.disable)
    return out.getvalue()


def script(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = pdf.make_indirect(
        pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    )


def launch(pdf: pikepdf.Pdf) -> None:
    action = pikepdf.Dictionary(S=pikepdf.Name.Launch, F="calc.exe")
    pdf.pages[0].AA = pikepdf.Dictionary(O=action)


def attached(pdf: pikepdf.Pdf) -> None:
    pdf.attachments["a.exe"] = b"MZ"


def media(pdf: pikepdf.Pdf) -> None:
    note = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.RichMedia)
    pdf.pages[0].Annots = pikepdf.Array([pdf.make_indirect(note)])


def dynamic(pdf: pikepdf.Pdf) -> None:
    pdf.Root.AcroForm = pikepdf.Dictionary(XFA=pdf.make_stream(b"<xdp/>"), Fields=[])


def opening(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.URI, URI="https://example.com")


def png_of(width: int, height: int) -> bytes:
    """The head of a picture so large, with hardly any bytes."""
    head = width.to_bytes(4, "big") + height.to_bytes(4, "big") + bytes([8, 2, 0, 0, 0])
    chunks = b"".join(
        len(body).to_bytes(4, "big") + name + body + zlib.crc32(name + body).to_bytes(4, "big")
        for name, body in ((b"IHDR", head), (b"IDAT", zlib.compress(bytes(1000))), (b"IEND", b""))
    )
    return b"\x89PNG\r\n\x1a\n" + chunks


HOSTILE: Mapping[str, tuple[str, str, Callable[[], bytes]]] = {
    "text as pdf": (PDF, "file-type-differs", lambda: b"hello"),
    "pdf after other bytes": (PDF, "file-type-differs", lambda: b"GIF89a" + sound_pdf()),
    "pdf of a head": (PDF, "file-damaged", lambda: b"%PDF-1.7\n%%EOF\n"),
    "truncated pdf": (PDF, "file-damaged", lambda: sealed_pdf()[:-40]),
    "pdf with a password": (
        PDF,
        "file-password-protected",
        lambda: sound_pdf(encryption=pikepdf.Encryption(user="1", owner="2")),
    ),
    "pdf with a script": (PDF, "file-active", lambda: acting(script)),
    "pdf with a script in an object stream": (
        PDF,
        "file-active",
        lambda: acting(script, compressed=True),
    ),
    "pdf that launches": (PDF, "file-active", lambda: acting(launch)),
    "pdf with an attachment": (PDF, "file-active", lambda: acting(attached, compressed=True)),
    "pdf with media": (PDF, "file-active", lambda: acting(media)),
    "pdf with a dynamic form": (PDF, "file-active", lambda: acting(dynamic)),
    "pdf that opens a page of the web": (PDF, "file-active", lambda: acting(opening)),
    "zip as docx": (DOCX, "file-type-differs", lambda: packed({"a.txt": b"a"})),
    "xlsx as docx": (DOCX, "file-type-differs", sound_xlsx),
    "docx as ofd": (OFD, "file-type-differs", sound_docx),
    "truncated docx": (DOCX, "file-damaged", lambda: sound_docx()[:-100]),
    "docx of a wrong checksum": (
        DOCX,
        "file-damaged",
        lambda: (
            sound_docx().replace(b"PK\x03\x04", b"PK\x03\x05", 2)[:4].replace(b"\x05", b"\x04")
            + sound_docx()[4:2000]
            + bytes(60)
            + sound_docx()[2060:]
        ),
    ),
    "word of old": (DOCX, "file-type-differs", lambda: OLE),
    "docx with a password": (
        DOCX,
        "file-password-protected",
        lambda: OLE + "EncryptedPackage".encode("utf-16-le"),
    ),
    "zip with a password": (DOCX, "file-password-protected", locked_zip),
    "encrypted ofd": (
        OFD,
        "file-password-protected",
        lambda: changed(sound_ofd(), {"Encryptions.xml": b"<e/>"}),
    ),
    "bomb": (DOCX, "file-bomb", lambda: changed(sound_docx(), {"word/a.xml": bytes(210 * 2**20)})),
    "bomb by ratio": (
        XLSX,
        "file-bomb",
        lambda: changed(sound_xlsx(), {"xl/a.xml": bytes(30 * 2**20)}),
    ),
    "bomb of entries": (
        DOCX,
        "file-bomb",
        lambda: changed(sound_docx(), {f"word/{n}.xml": b"" for n in range(2001)}),
    ),
    "bomb that lies": (DOCX, "file-damaged", lying),
    "nested zip": (
        DOCX,
        "file-embedded-object",
        lambda: changed(sound_docx(), {"word/media/a.png": sound_xlsx()}),
    ),
    "docx in a docx": (
        DOCX,
        "file-embedded-object",
        lambda: changed(sound_docx(), {"word/embeddings/a.docx": sound_docx()}),
    ),
    "traversal": (DOCX, "file-entry-names", lambda: named("../../etc/passwd")),
    "absolute name": (DOCX, "file-entry-names", lambda: named("/etc/passwd")),
    "hidden direction": (DOCX, "file-entry-names", lambda: named("word/\u202egpj.exe")),
    "name twice": (DOCX, "file-entry-names", lambda: named("WORD/document.xml")),
    "macros": (
        DOCX,
        "file-macros",
        lambda: changed(sound_docx(), {"word/vbaProject.bin": OLE}),
    ),
    "macros under another name": (
        DOCX,
        "file-macros",
        lambda: replaced(
            sound_docx(),
            "[Content_Types].xml",
            "</Types>",
            '<Override PartName="/word/x.bin" ContentType="application/vnd.ms-office.vbaProject"/>'
            "</Types>",
        ),
    ),
    "macros of excel 4": (
        XLSX,
        "file-macros",
        lambda: replaced(
            sound_xlsx(),
            "[Content_Types].xml",
            "</Types>",
            '<Override PartName="/xl/macrosheets/s.xml" '
            'ContentType="application/vnd.ms-excel.macrosheet+xml"/></Types>',
        ),
    ),
    "field that runs a program": (
        DOCX,
        "file-macros",
        lambda: replaced(
            sound_docx(),
            "word/document.xml",
            "</w:body>",
            "<w:p><w:r><w:instrText> DDEAUTO c:\\\\cmd.exe</w:instrText></w:r></w:p></w:body>",
        ),
    ),
    "field that runs a program in a part of another name": (
        DOCX,
        "file-macros",
        lambda: changed(
            replaced(
                sound_docx(),
                "[Content_Types].xml",
                "</Types>",
                '<Override PartName="/word/footer.dat" '
                'ContentType="application/vnd.openxmlformats-officedocument.'
                'wordprocessingml.footer+xml"/></Types>',
            ),
            {"word/footer.dat": b"<w:ftr><w:instrText>DDEAUTO cmd</w:instrText></w:ftr>"},
        ),
    ),
    "ole object": (
        DOCX,
        "file-embedded-object",
        lambda: changed(sound_docx(), {"word/embeddings/oleObject1.bin": OLE}),
    ),
    "activex": (
        DOCX,
        "file-embedded-object",
        lambda: related(sound_docx(), "control", "activeX/activeX1.xml", "Internal"),
    ),
    "activex without a relation": (
        DOCX,
        "file-embedded-object",
        lambda: changed(sound_docx(), {"word/activeX/activeX1.xml": b"<x/>"}),
    ),
    "file of another format taken in": (
        DOCX,
        "file-embedded-object",
        lambda: related(sound_docx(), "aFChunk", "chunk.html", "Internal"),
    ),
    "program": (
        XLSX,
        "file-embedded-object",
        lambda: changed(sound_xlsx(), {"xl/media/a.png": b"MZ\x90"}),
    ),
    "template from outside": (
        DOCX,
        "file-external-link",
        lambda: related(sound_docx(), "attachedTemplate", "https://example.com/a.dotm"),
    ),
    "picture from outside": (
        DOCX,
        "file-external-link",
        lambda: related(sound_docx(), "image", "https://example.com/a.png"),
    ),
    "entities": (
        DOCX,
        "file-damaged",
        lambda: changed(
            sound_docx(),
            {"word/document.xml": b'<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a/>'},
        ),
    ),
    "jpg as png": (PNG, "file-type-differs", lambda: picture("JPEG")),
    "truncated png": (PNG, "file-damaged", lambda: picture("PNG", (800, 600))[:-60]),
    "truncated jpg": (JPEG, "file-damaged", lambda: picture("JPEG", (800, 600))[:1200]),
    "too many pixels": (PNG, "picture-too-large", lambda: png_of(8000, 8000)),
}

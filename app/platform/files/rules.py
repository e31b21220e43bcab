"""What must be true of a file and of its upload? Pure."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass

from app.platform.errors import Conflict, Invalid, NotFound, Refusal, TooLarge
from app.platform.files.kinds import ENDINGS
from app.rules.exact import KIBIBYTE, MEBIBYTE, size_text

LARGEST = 50 * MEBIBYTE
SMALLEST_PART = 256 * KIBIBYTE
"""A part that others follow: what is smaller is not worth an object of its own."""
OPEN_UPLOADS, OPEN_BYTES = 50, 500 * MEBIBYTE
"""How much a person may have uploaded that nothing has taken yet."""
HIDING = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
"""Unicode's categories of signs that are not seen: control, format (direction), surrogate."""
RANGE = re.compile(r"bytes (\d{1,15})-(\d{1,15})/(\d{1,15})")


class FileTooLarge(TooLarge):
    code = "file-too-large"
    zh = "文件超过所声明的大小（{size} 字节）。"
    en = "The file is larger than declared ({size} bytes)."


class ContentDiffers(Invalid):
    code = "content-differs"
    zh = "收到的内容与所声明的大小或 SHA-256 不一致，请重新上传。"
    en = "What arrived differs from the declared size or SHA-256; upload it again."


class RangeUnreadable(Invalid):
    code = "range-unreadable"
    zh = "Content-Range 须写作“bytes 首-末/总数”，总数等于所声明的大小。"
    en = "Write Content-Range as “bytes first-last/total”, the total being the declared size."


class PartTooSmall(Invalid):
    code = "part-too-small"
    zh = "除最后一段外，每段不得小于 {least}。"
    en = "Every part but the last has at least {least}."


class OffsetDiffers(Conflict):
    code = "offset-differs"
    zh = "服务已收到前 {received} 字节，请从那里继续。"
    en = "The first {received} bytes have arrived; go on from there."


class AlreadyUploaded(Conflict):
    code = "already-uploaded"
    zh = "该附件已经上传，不能替换；请删除后重新登记。"
    en = "This attachment is uploaded; remove it and announce another."


class FileNameWrong(Invalid):
    code = "file-name-wrong"
    zh = "文件名不能包含路径分隔符或隐藏的排版控制字符。"
    en = "A file name holds no path and no hidden direction marks."


class FileEndingDiffers(Invalid):
    code = "file-ending-differs"
    zh = "文件名的后缀须与文件类型一致：{endings}。"
    en = "The name of a file of this type ends in {endings}."


class TypeDiffers(Invalid):
    code = "file-type-differs"
    zh = "文件内容与所声明的类型不一致。"
    en = "The content is not of the declared type."


class NotUploaded(NotFound):
    code = "content-not-found"
    zh = "该附件尚未上传。"
    en = "This attachment has not been uploaded."


class PurposeUnknown(Invalid):
    code = "purpose-unknown"
    zh = "没有“{purpose}”这种上传用途。"
    en = "Nothing is uploaded for “{purpose}”."


class TypeNotTaken(Invalid):
    code = "file-type-not-taken"
    zh = "这里不接受这种类型的文件。"
    en = "Files of this type are not taken here."


class SizeNotTaken(Invalid):
    code = "file-size-not-taken"
    zh = "文件不得超过 {largest}。"
    en = "The file may have {largest} at most."


class TooManyUploads(Conflict):
    code = "too-many-uploads"
    zh = "您尚有过多未使用的上传文件，请先使用或删除。"
    en = "You have too many uploads that nothing uses; use or discard some first."


class UploadUnknown(NotFound):
    code = "upload-not-found"
    zh = "没有这个上传文件，或它不是您的。"
    en = "There is no such upload, or it is not yours."


class UploadNotYours(Invalid):
    code = "upload-unknown"
    zh = "没有这个上传文件，或它不是您为此用途上传的。"
    en = "There is no such upload, or you did not upload it for this."


class UploadNotReady(Conflict):
    code = "upload-not-ready"
    zh = "文件“{name}”尚未上传完成或仍在检查。"
    en = "The file “{name}” has not arrived, or is still being checked."


class UploadTaken(Conflict):
    code = "upload-taken"
    zh = "该上传文件已经使用，请重新上传。"
    en = "This upload is used already; upload it again."


@dataclass(frozen=True, slots=True)
class Purpose:
    """What is taken for one use of an upload."""

    media_types: frozenset[str]
    largest: int = LARGEST


Purposes = Mapping[str, Purpose]
"""The uses that there are, by their names on the wire."""


@dataclass(frozen=True, slots=True)
class Most:
    """How many files one thing may have, and how many bytes they may have together."""

    files: int = 200
    bytes: int = 1024 * MEBIBYTE


@dataclass(frozen=True, slots=True)
class Span:
    """Which bytes of a file a request brings: from `first` to before `end`."""

    first: int
    end: int

    @property
    def length(self) -> int:
        return self.end - self.first


def span_of(content_range: str | None, size: int) -> Span:
    """The bytes that a request says it brings; without a Content-Range all. RangeUnreadable."""
    if content_range is None:
        return Span(0, size)
    found = RANGE.fullmatch(content_range)
    if found is None:
        raise RangeUnreadable
    first, last, total = map(int, found.groups())
    if total != size or not first <= last < size:
        raise RangeUnreadable
    return Span(first, last + 1)


def span_obstacle(span: Span, size: int, received: int) -> Refusal | None:
    """Bytes come in order: each part begins where the one before it ended. The whole file may
    always come anew.
    """
    if span == Span(0, size):
        return None
    if span.first != received:
        return OffsetDiffers(received=received)
    if span.end < size and span.length < SMALLEST_PART:
        return PartTooSmall(least=size_text(SMALLEST_PART))
    return None


def file_name_obstacle(name: str, media_type: str) -> Refusal | None:
    """A name is shown to people, never used as a path; whoever opens a download opens it by the
    ending of its name, which therefore tells what was looked into.
    """
    hidden = any(unicodedata.category(sign) in HIDING for sign in name)
    if hidden or set(name) & set("/\\") or name.strip(". ") == "":
        return FileNameWrong(pointer="/file_name")
    endings = ENDINGS.get(media_type, ())
    _, dot, ending = name.rpartition(".")
    if not dot or ending.lower() not in endings:
        told = "、".join(f".{each}" for each in endings)
        return FileEndingDiffers(pointer="/file_name", endings=told)
    return None


def purpose_obstacles(
    purposes: Purposes, purpose: str, media_type: str, size: int
) -> list[Refusal | None]:
    """Whether such a file is taken for this use."""
    allowed = purposes.get(purpose)
    if allowed is None:
        return [PurposeUnknown(pointer="/purpose", purpose=purpose)]
    return [
        None if media_type in allowed.media_types else TypeNotTaken(pointer="/media_type"),
        None
        if size <= allowed.largest
        else SizeNotTaken(pointer="/size", largest=size_text(allowed.largest)),
    ]

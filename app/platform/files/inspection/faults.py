"""For what is a file refused when its content is looked into? Each reason has its own code."""

from collections.abc import Mapping

from app.platform.errors import Invalid
from app.platform.files.rules import TypeDiffers


class FileDamaged(Invalid):
    code = "file-damaged"
    zh = "文件不完整或已损坏，无法打开。请重新导出后再上传。"
    en = "The file is truncated or damaged and cannot be opened; export it again."


class PasswordProtected(Invalid):
    code = "file-password-protected"
    zh = "文件设有打开密码。请去掉密码后再上传（仅限制打印或复制的文件可以上传）。"
    en = "The file asks for a password; remove it (a mere restriction of printing is no obstacle)."


class FileBomb(Invalid):
    code = "file-bomb"
    zh = "文件解压后过大、过密或层数过多。"
    en = "Unpacked, the file is too large, too dense or too deep."


class EntryNamesWrong(Invalid):
    code = "file-entry-names"
    zh = "文件包内含有越出目录、重复或带隐藏字符的名称。"
    en = "The package has names that leave it, repeat, or hide signs."


class FileMacros(Invalid):
    code = "file-macros"
    zh = "文件含有宏或自动执行的域。请另存为不含宏的文件后再上传。"
    en = "The file holds macros or fields that run by themselves; save it without them."


class EmbeddedObject(Invalid):
    code = "file-embedded-object"
    zh = "文件内嵌有其他文件、OLE 对象或 ActiveX 控件。请去除后再上传。"
    en = "Other files, OLE objects or ActiveX controls are embedded in the file; remove them."


class ExternalLink(Invalid):
    code = "file-external-link"
    zh = "文件打开时会读取外部内容（模板、图片或其他工作簿）。请断开链接后再上传。"
    en = "On opening, the file loads something from outside (template, picture, workbook); unlink."


class ActiveContent(Invalid):
    code = "file-active"
    zh = "PDF 含有脚本、启动动作、多媒体或动态表单（{what}）。请打印为普通 PDF 后再上传。"
    en = "The PDF holds scripts, launch actions, media or dynamic forms ({what}); print it to PDF."


class PictureTooLarge(Invalid):
    code = "picture-too-large"
    zh = "图片超过 {most} 万像素。"
    en = "The picture has more than {most} times 10,000 pixels."


class FileTooComplex(Invalid):
    code = "file-too-complex"
    zh = "文件过于复杂，未能在限定的时间和内存内检查完毕。"
    en = "The file could not be checked within the bounds of time and memory."


class FileInfected(Invalid):
    code = "file-infected"
    zh = "病毒扫描发现问题：{found}。"
    en = "The virus scanner has found {found}."


FAULTS = (
    TypeDiffers,
    FileDamaged,
    PasswordProtected,
    FileBomb,
    EntryNamesWrong,
    FileMacros,
    EmbeddedObject,
    ExternalLink,
    ActiveContent,
    PictureTooLarge,
    FileTooComplex,
    FileInfected,
)
BY_CODE: Mapping[str, type[Invalid]] = {fault.code: fault for fault in FAULTS}

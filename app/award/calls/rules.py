"""What must be true of a call before it is published?"""

from app.platform.errors import Conflict, Invalid, NotFound


class CallUnknown(NotFound):
    code = "call-not-found"
    zh = "没有找到启动通知，或尚未发布。"
    en = "There is no such call, or it is not published yet."


class DownloadUnknown(NotFound):
    code = "download-not-found"
    zh = "启动通知没有这份附件。"
    en = "The call has no such download."


class CallTooEarly(Conflict):
    code = "call-too-early"
    zh = "届次启动后、结束前才能发布启动通知。"
    en = "A call is published while its cycle runs, not before it is launched."


class CallReasonMissing(Invalid):
    code = "call-reason-missing"
    zh = "启动通知已经发布，更正须说明原因。"
    en = "The call is published already; say why it is corrected."


class NothingToCorrect(Invalid):
    code = "nothing-to-correct"
    zh = "启动通知是首次发布，没有可更正的内容，请不要填写更正原因。"
    en = "This is the first edition of the call; there is nothing to correct."


class FileTwice(Invalid):
    code = "file-twice"
    zh = "同一个文件附了两次。"
    en = "The same file is attached twice."

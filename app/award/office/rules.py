"""What must be true of what an office tells people?"""

from app.platform.errors import Conflict, Invalid, NotFound


class MessageUnknown(NotFound):
    code = "message-unknown"
    zh = "没有找到这条消息。"
    en = "There is no such message."


class DeliveryUnknown(NotFound):
    code = "delivery-unknown"
    zh = "这条消息没有以该方式发送过。"
    en = "This message was not sent that way."


class DeliveryGoingOn(Conflict):
    code = "delivery-going-on"
    zh = "这条消息仍在发送中，尚未失败。"
    en = "This message is still on its way; it has not failed."


class DeliveryTaken(Conflict):
    code = "delivery-taken"
    zh = "这条消息已经送达对方服务器，不再重发。"
    en = "This message was taken by the other side; it is not sent again."


class WordsFixed(Conflict):
    code = "words-fixed"
    zh = "“{template}”由系统发出，不代表任何奖项，文字不能更换。"
    en = "“{template}” speaks for the service, not for a programme; its words cannot be replaced."


class WordsIncomplete(Invalid):
    code = "words-incomplete"
    zh = "标题和正文须同时填写；恢复原有文字时两者都留空。"
    en = "Give title and text together; give neither to use the original words again."


class PlaceWrong(Invalid):
    code = "place-wrong"
    zh = "文字中的填充位“{places}”不能使用；可用的有：{known}。"
    en = "The places “{places}” cannot be used; there are: {known}."

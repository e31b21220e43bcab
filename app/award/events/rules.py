"""What can be wrong with a question about events?"""

from app.platform.errors import NotFound


class EventUnknown(NotFound):
    code = "event-not-found"
    zh = "没有这个事件，请从头读取。"
    en = "There is no such event; read from the beginning."
    mend = ("请去掉 after，从头读取。", "Leave `after` out and read from the beginning.")

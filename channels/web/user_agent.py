"""The kind of browser in two words, as users recognise it in their list of sessions."""

from __future__ import annotations

LONGEST = 400
_PROGRAMS = (
    ("MicroMessenger/", "微信"), ("DingTalk/", "钉钉"), ("QQBrowser/", "QQ浏览器"), ("UCBrowser/", "UC浏览器"),
    ("HuaweiBrowser/", "华为浏览器"), ("Edg/", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"), ("Safari/", "Safari"),
)  # fmt: skip
_SYSTEMS = (
    ("HarmonyOS", "鸿蒙"), ("Android", "安卓"), ("iPhone", "苹果手机"), ("iPad", "苹果平板"), ("Windows", "Windows"),
    ("Macintosh", "苹果电脑"), ("Linux", "Linux"),
)  # fmt: skip
UNKNOWN = "其他浏览器"


def browser_of(agent: str) -> str:
    """Return browser and system of a User-Agent, such as `Chrome · Windows`; the header itself is not stored."""
    header = agent[:LONGEST]
    program = next((name for sign, name in _PROGRAMS if sign in header), UNKNOWN)
    system = next((name for sign, name in _SYSTEMS if sign in header), "")
    return f"{program} · {system}" if system else program

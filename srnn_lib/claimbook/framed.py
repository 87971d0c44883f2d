"""A figure as HTML with its words, and its picture taken out of that again.

A bare picture has no place for a caption in a notebook, and no notebook window gives it an alternative text. The book's
pages make figures of their own, from the picture and from the words that go with the output.
"""

import base64
import re
from collections.abc import Mapping
from html import escape
from typing import Any

PICTURE = r'(?s)\A(<figure class="srnn-figure".*? src="data:image/png;base64,)([^"]*)'
"""What stands before the picture in such a figure, and the picture."""


def framed(png: bytes, *, alt: str, caption: str, name: str = "", width: int | None = None) -> str:
    """A picture as HTML: `alt` is read aloud in its place, `caption` stands below it, behind the name texts use."""
    wide = f' width="{width}"' if width else ""
    source = f"data:image/png;base64,{base64.b64encode(png).decode('ascii')}"
    image = f'<img alt="{escape(alt)}"{wide} src="{source}">'
    words = (f"<strong>{escape(name)}:</strong> " if name else "") + escape(caption)
    return f'<figure class="srnn-figure" style="margin: 0">{image}<figcaption>{words}</figcaption></figure>'


def picture(data: Mapping[str, Any]) -> str | None:
    """The picture that an output shows, in base64: bare, or with its words."""
    found = re.search(PICTURE, data.get("text/html", ""))
    return found[2] if found else data.get("image/png")

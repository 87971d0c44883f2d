"""Takes the pictures that stand where no script runs: every explorable in a state worth seeing, in `book/assets`.

`python extensions/take_stills.py` needs a browser, as the tests do. A picture depends on the browser's letters, so no
test compares it; take new ones when an explorable looks different.
"""

import io
from typing import Any

from PIL import Image
from reader_browser import launched

from srnn_lib.explorables import bundle
from srnn_lib.saving import root, write_whole

WIDTH, SHARPNESS, COLOURS = 700, 2, 96
# What is pressed beforehand, each with how long to wait for what follows.
STATES: dict[str, tuple[Any, ...]] = {
    "feed": ("Keep training", 7000),
    "soup": ("Play", 4500),
    "law-of-four": ("Throw new copies", 300),
    "zero-or-infinity": ("Draw again", 300),
    "surface": ("Train", 4000),
    "death": ("Remove the least worth", 0, "Remove the least worth", 0, "Remove the least worth", 2500),
    "digit": ("Remove all replicators", 1500),
    "particles": ("Train", 5000, "Pause", 0, "Remove a particle", 0, "Train", 2500),
}
PAGE = """<!doctype html><meta charset="utf-8"><title>still</title><style>body {{ margin: 0; }} {style}</style>
<figure class="explorable-{name}" style="margin: 0; width: {width}px"><img alt=""></figure>"""


def still(page, name: str) -> bytes:
    """The picture of an explorable."""
    page.set_content(PAGE.format(style=bundle.style(), name=name, width=WIDTH))
    made = bundle.page_files()
    for file in ("host.js", f"{name}.js"):
        (text,) = [text for path, text in made.items() if path.name == file]
        page.evaluate(text.replace("document.currentScript.src", "''"))
    for word, wait in zip(STATES[name][::2], STATES[name][1::2], strict=True):
        page.get_by_role("button", name=word, exact=True).click()
        page.mouse.move(0, 0)
        page.wait_for_timeout(wait)
    picture = Image.open(io.BytesIO(page.locator(".srnn-explorable").screenshot())).convert("RGB")
    small = io.BytesIO()
    picture.quantize(COLOURS, dither=Image.Dither.NONE).save(small, "png", optimize=True)
    return small.getvalue()


def main() -> None:
    """Take all of them."""
    with launched() as browser:
        size = {"width": WIDTH, "height": 900}
        page = browser.new_page(viewport=size, device_scale_factor=SHARPNESS, reduced_motion="reduce")
        for name in STATES:
            write_whole(root() / bundle.PAGE_FOLDER / f"{name}.png", still(page, name))


if __name__ == "__main__":
    main()

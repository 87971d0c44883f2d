"""A figure as HTML with its words, and its picture taken out of that again."""

import base64

import tinybook
from bs4 import BeautifulSoup

from srnn_lib.claimbook.framed import framed, picture

DOT = base64.b64decode(tinybook.PNG)


def test_the_picture_has_its_alternative_text_and_its_width_and_the_caption_stands_below_it():
    shown = BeautifulSoup(framed(DOT, alt='A "dot" < 1.', caption="One & only.", width=7), "html.parser")
    image, caption = shown.figure.find_all(recursive=False)
    assert (image.name, image["alt"], image["width"]) == ("img", 'A "dot" < 1.', "7")
    assert (caption.name, caption.text) == ("figcaption", "One & only.")


def test_the_picture_is_found_again_bare_or_with_its_words():
    words = 'src="data:image/png;base64,none"'
    assert picture({"text/html": framed(DOT, alt=words, caption=words)}) == tinybook.PNG
    assert picture({"image/png": tinybook.PNG, "text/html": "<p>No figure.</p>"}) == tinybook.PNG


def test_other_html_has_no_such_picture():
    for html in ("", f'<p>A film</p><img src="data:image/png;base64,{tinybook.PNG}">'):
        assert picture({"text/html": html}) is None

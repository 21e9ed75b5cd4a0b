"""The text of an HTML page, read with the standard library's parser."""

import html.parser


class PageText(html.parser.HTMLParser):
    """The text of a page, and what its tags name; tags are closed in order.

    Attributes:
        text: all text but that of styles, words separated by one blank.
        tags, attributes: those of all elements, in order.
    """

    VOID = {"meta", "br", "wbr"}

    def __init__(self, page):
        super().__init__()
        self.stack, self.tags, self.attributes, self.parts = [], [], [], []
        self.feed(page)
        self.close()
        assert not self.stack
        self.text = " ".join(" ".join(self.parts).split())

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes
        if tag not in self.VOID:
            self.stack.append(tag)

    def handle_startendtag(self, tag, attributes):
        self.handle_starttag(tag, attributes)
        self.handle_endtag(tag)

    def handle_endtag(self, tag):
        assert tag in self.VOID or self.stack.pop() == tag

    def handle_data(self, data):
        if self.stack and self.stack[-1] != "style":
            self.parts.append(data)
